"""Take a Chinese address apart: units, town, village, road, lane, number, building, unit, room, point of interest."""

from __future__ import annotations

import polars as pl

from gridgeo.locate import chinese_patterns as pattern
from gridgeo.locate.chinese_table import Units, packaged_units
from gridgeo.locate.chinese_text import arabic, chinese_form, with_digits
from gridgeo.locate.chinese_towns import with_towns
from gridgeo.locate.chinese_typos import mended
from gridgeo.locate.chinese_units import found_units
from gridgeo.locate.chinese_unknown import with_units_by_form

CHINESE_COLUMNS = (
    "province", "city", "district", "town", "village", "road", "lane", "number", "building", "unit", "room", "poi",
)  # fmt: skip
CLASH = "the units named do not belong together"
UNSETTLED = "several units are called so"
_REST = "rest"


def parse_chinese(text: pl.Series, units: Units | None = None) -> pl.DataFrame:
    """Split Chinese addresses into their components, one row each, in the order given.

    text: addresses, null allowed. units: the table of units, the packaged one by default. Returns CHINESE_COLUMNS:
    province, city and district by their full names of today, the rest as written, in simplified characters and Arabic
    digits; null where the address does not tell. reason: what is odd about the units named, null otherwise.
    """
    table = packaged_units() if units is None else units
    form = pl.DataFrame({"text": text.cast(pl.String)}).select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("query"), chinese_form(pl.col("text")).alias("text")
    )
    form = form.with_columns(with_digits(form["text"]).alias("text"))
    found = with_units_by_form(_found(form, table))
    parts = with_towns(found, table).with_columns(pl.col(_REST).fill_null(""))
    for step in (_villages, _roads, _lanes, _numbers, _houses):
        parts = step(parts)
    written = pl.col(CHINESE_COLUMNS).str.strip_chars(" ,-·")
    return parts.with_columns(written).select(
        pl.when(pl.col(CHINESE_COLUMNS) != "").then(pl.col(CHINESE_COLUMNS)).name.keep(), _reason().alias("reason")
    )


def _found(form: pl.DataFrame, table: Units) -> pl.DataFrame:
    """Find the units, those with one wrong character too."""
    found = found_units(form, table)
    right = mended(form, found, table)
    if not right.height:
        return found
    again = found_units(right, table).join(found.select("query", first="code"), on="query")
    # A city without its province is a misspelt one only if it has the district that is named.
    sure = again.filter(pl.col("first").is_not_null() | pl.col("district").is_not_null()).drop("first")
    return pl.concat([found.join(sure, on="query", how="anti"), sure]).sort("query")


def _reason() -> pl.Expr:
    unsettled = pl.col("named") & pl.col("code").is_null()
    return (
        pl.when(pl.col("clash")).then(pl.lit(CLASH))
        .when(unsettled).then(pl.lit(UNSETTLED))
    )  # fmt: skip


def _cut(taken: pl.Expr) -> pl.Expr:
    """Return what is left when the text is taken off the front."""
    rest = pl.col(_REST)
    return pl.when(taken.is_null()).then(rest).otherwise(rest.str.strip_prefix(taken)).str.strip_chars_start(",")


def _villages(parts: pl.DataFrame) -> pl.DataFrame:
    """Villages with their group; 中关村大街 and 曹杨新村 are none."""
    rest, rural = pl.col(_REST), pl.col("town").str.contains("[镇乡木]$|街道$").fill_null(value=False)
    plain = rest.str.extract(pattern.VILLAGE)
    behind = rest.str.strip_prefix(plain.fill_null(""))
    estate = plain.str.contains(pattern.ESTATE_VILLAGE) & ~rural
    # 太后村南环路 under a town is a village and its road, 中关村南大街 in a city is none.
    country = pl.col("town").str.contains("[镇乡木]$").fill_null(value=False)
    road = (
        pl.when(country)
        .then(behind.str.contains(pattern.NOT_RURAL_VILLAGE))
        .otherwise(behind.str.contains(pattern.NOT_VILLAGE))
    )
    is_village = plain.is_not_null() & ~road & ~estate
    loose = pl.when(rural).then(rest.str.extract(pattern.VILLAGE_RURAL))
    village = pl.when(is_village).then(plain).otherwise(loose)
    staged = parts.with_columns(village.alias("village")).with_columns(_cut(pl.col("village")).alias(_REST))
    group = pl.when(pl.col("village").is_not_null() | rural).then(pl.col(_REST).str.extract(pattern.GROUP))
    return staged.with_columns(group.alias("group")).with_columns(
        _cut(pl.col("group")).alias(_REST),
        pl.concat_str("village", "group", ignore_nulls=True).alias("village"),
    )


def _roads(parts: pl.DataFrame) -> pl.DataFrame:
    """Highways, streets with their section, and what stands before a street (珠江新城华夏路10号)."""
    before = pl.col(_REST).str.extract_groups(pattern.BEFORE_ROAD)
    staged = parts.with_columns(
        before.struct.field("1").alias("before"), pl.coalesce(before.struct.field("2"), _REST).alias(_REST)
    )
    rest = pl.col(_REST)
    street = rest.str.extract_groups(pattern.ROAD)
    base, section = street.struct.field("1"), street.struct.field("2").fill_null("")
    road = pl.coalesce(rest.str.extract(pattern.HIGHWAY), base + section, rest.str.extract(pattern.ROAD_DAO))
    staged = staged.with_columns(road.alias("road")).with_columns(_cut(pl.col("road")).alias(_REST))
    second = pl.when(pl.col("road").is_not_null()).then(pl.col(_REST).str.extract(pattern.SECOND_ROAD))
    second = pl.when(~second.str.contains("步行街")).then(second)
    staged = staged.with_columns(second.alias("second")).with_columns(
        _cut(pl.col("second")).alias(_REST),
        pl.coalesce("second", "road").alias("road"),
        pl.when(pl.col("second").is_not_null()).then(pl.coalesce("before", "road")).otherwise("before").alias("before"),
    )
    side = pl.when(pl.col("road").is_not_null()).then(pl.col(_REST).str.extract(pattern.ROAD_SIDE))
    return staged.with_columns(side.alias("side")).with_columns(
        _cut(pl.col("side")).alias(_REST), pl.concat_str("road", "side", ignore_nulls=True).alias("road")
    )


def _lanes(parts: pl.DataFrame) -> pl.DataFrame:
    rest = pl.col(_REST)
    lane = pl.coalesce(*(rest.str.extract(form) for form in (pattern.LANE_NUMBER, pattern.LANE, pattern.LANE_LI)))
    staged = parts.with_columns(lane.alias("lane")).with_columns(_cut(pl.col("lane")).alias(_REST))
    numeral = pl.col("lane").str.strip_suffix("巷")
    return staged.with_columns(
        pl.when(pl.col("lane").str.contains("^[一二三四五六七八九十]+巷$"))
        .then(arabic(numeral) + "巷")
        .otherwise("lane")
        .alias("lane")
    )


def _numbers(parts: pl.DataFrame) -> pl.DataFrame:
    """House numbers; the sign is dropped, the rest stays: 甲26, 15甲, 12附3, 12-14."""
    rest = pl.col(_REST)
    signed = rest.str.extract_groups(pattern.NUMBER)
    letter = signed.struct.field("3").fill_null("")
    behind = signed.struct.field("4").fill_null("")
    # 5号甲秀楼: the letter begins a name.
    is_letter = (letter != "") & ~behind.str.contains(r"^[\u3400-\u9fff]")
    is_building = behind.str.contains(pattern.NOT_NUMBERED) & signed.struct.field("2").str.starts_with("号").fill_null(
        value=False
    )
    number = pl.when(~is_building).then(
        signed.struct.field("1") + pl.when(is_letter).then(letter).otherwise(pl.lit(""))
    )
    left = pl.when(is_letter).then(behind).otherwise(letter + behind)
    bare = rest.str.extract_groups(pattern.NUMBER_BARE)
    bare_number = pl.when(~bare.struct.field("2").str.contains(pattern.COUNTED)).then(bare.struct.field("1"))
    far = rest.str.extract_groups(pattern.KILOMETRE)
    kilometre = pl.when(pl.col("road").is_not_null()).then(far.struct.field("1") + "公里")
    written = pl.coalesce(kilometre, number, bare_number)
    cut = (
        pl.when(kilometre.is_not_null()).then(rest.str.replace(pattern.KILOMETRE, ""))
        .when(number.is_not_null()).then(left)
        .when(bare_number.is_not_null()).then(bare.struct.field("2"))
        .otherwise(rest)
    )  # fmt: skip
    plain = written.str.replace_all("号", "").str.replace_all("[、,]", "-")
    after = plain.str.extract("之([一二三四五六七八九十]+)$")
    plain = pl.when(after.is_null()).then(plain).otherwise(plain.str.strip_suffix(after) + arabic(after))
    staged = parts.with_columns(plain.alias("number"), cut.alias(_REST))
    return _numbers_behind_names(staged)


def _numbers_behind_names(parts: pl.DataFrame) -> pl.DataFrame:
    """四牌楼2号, 步行街12号: a name without a street word is the street where there is none, else a place."""
    behind = pl.col(_REST).str.extract_groups(pattern.NUMBER_BEHIND_NAME)
    is_new = pl.col("number").is_null() & behind.struct.field("2").is_not_null()
    name = pl.when(is_new).then(behind.struct.field("1"))
    nowhere = pl.all_horizontal(pl.col("road", "lane", "village").fill_null("") == "")
    place = name.str.contains(
        r"(?:小区|花园|大厦|广场|公寓|市场|商城|家园|学校|小学|中学|大学|公司|厂|苑|园|城|院|区|村|庄|店|馆|中心)$"
    )
    left = pl.coalesce(behind.struct.field("3"), behind.struct.field("4"), pl.lit(""))
    return parts.with_columns(
        pl.when(is_new).then(behind.struct.field("2")).otherwise("number").alias("number"),
        pl.when(nowhere & ~place).then(name).alias("bare_road"),
        pl.when(~nowhere | place).then(name).alias("numbered_name"),
        pl.when(is_new).then(left).otherwise(_REST).alias(_REST),
    ).with_columns(pl.coalesce(pl.when(pl.col("road") != "").then("road"), "bare_road").alias("road"))


def _houses(parts: pl.DataFrame) -> pl.DataFrame:
    """Point of interest, building, unit and room: what is left behind the number."""
    rest = pl.col(_REST).str.strip_chars_start(",-")
    split = rest.str.extract_groups(rf"^(.*?){pattern.BUILDING}(.*)$")
    building = split.struct.field("2")
    name = pl.when(building.is_null()).then(rest).otherwise(split.struct.field("1"))
    inside = pl.when(building.is_null()).then(pl.lit("")).otherwise(split.struct.field("3"))
    staged = parts.with_columns(building.alias("building"), name.alias("name"), inside.alias("inside"))
    # Without a building the unit or the room ends the name: 民航小区2单元302.
    by_unit = pl.col("name").str.extract_groups(rf"^(.*?){pattern.UNIT_ANYWHERE}(.*)$")
    has_unit = pl.col("building").is_null() & by_unit.struct.field("2").is_not_null()
    staged = staged.with_columns(
        pl.when(has_unit).then(by_unit.struct.field("1")).otherwise("name").alias("name"),
        pl.when(has_unit)
        .then(by_unit.struct.field("2") + by_unit.struct.field("3"))
        .otherwise("inside")
        .alias("inside"),
    )
    # 海景国际3-2-501: building, unit and room.
    whole = pl.when(pl.col("building").is_null() & (pl.col("inside") == "")).then(pl.col("name"))
    triple, pair = whole.str.extract_groups(pattern.TRIPLE), whole.str.extract_groups(pattern.PAIR)
    three = [
        pl.coalesce(triple.struct.field(str(n)), pair.struct.field(str(m))) for n, m in ((1, 1), (2, 3), (3, 2), (4, 4))
    ]
    staged = staged.with_columns(short_name=three[0], short_building=three[1], short_unit=three[2], short_room=three[3])
    paired, door = (pl.col("inside").str.extract_groups(form) for form in (pattern.UNIT_ROOM, pattern.UNIT_DOOR))
    unit = pl.coalesce(
        pl.col("inside").str.extract(pattern.UNIT), paired.struct.field("1"), door.struct.field("1"), "short_unit"
    )
    room = pl.coalesce(paired.struct.field("2"), door.struct.field("2"), "short_room")
    staged = staged.with_columns(
        unit.alias("unit"),
        room.alias("paired"),
        pl.coalesce("short_name", "name").alias("name"),
        pl.coalesce("building", "short_building").alias("building"),
    ).with_columns(pl.col("inside").str.replace(pattern.UNIT, "").alias("inside"))
    return _rooms(staged)


def _rooms(parts: pl.DataFrame) -> pl.DataFrame:
    inside, name = pl.col("inside"), pl.col("name")
    alone = pl.coalesce(name.str.extract(pattern.FLOOR_ROOM), name.str.extract(pattern.ROOM))
    last = name.str.extract(pattern.ROOM_LAST)
    outside = pl.coalesce(alone, last)
    within = pl.coalesce("paired", inside.str.extract(pattern.FLOOR_ROOM), inside.str.extract(pattern.ROOM))
    poi = (
        pl.when(alone.is_not_null()).then(pl.lit(""))
        .when(last.is_not_null()).then(name.str.strip_suffix(last).str.replace(r"\d{1,3}(?:层|楼|F)$", ""))
        .otherwise(name)
    )  # fmt: skip
    # What stands behind the building and is no room is a name: 3栋工商银行.
    other = pl.when(within.is_null() & inside.str.contains(r"[\u3400-\u9fff]{2}")).then(inside)
    pieces = [pl.when(piece != "").then(piece) for piece in (pl.col("before"), pl.col("numbered_name"), poi, other)]
    return parts.with_columns(pl.coalesce(within, outside).alias("room"), pl.coalesce(*reversed(pieces)).alias("poi"))
