"""Synthetic towns with addresses in the manner of many countries, and queries that spell them as people do.

No place of these exists: names are drawn at random from `city_words`, streets and houses laid out by chance, seeded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from gridgeo.bench.city_words import Country
from gridgeo.domain import FloatArray
from gridgeo.domain.tables import GAZETTEER, checked
from gridgeo.locate.tokens import name_sums

METRES_PER_DEGREE = 111_195.0
STREETS_A_TOWN = 45
LETTERS = np.array(list("abcdefghijklmnoprstuvz"))
CYRILLIC, GREEK = np.array(list("абвгдежзиклмнопрст")), np.array(list("αβγδεζικλμνοπρστ"))
KEPT, SUFFIXED, RANGED = 0.82, 0.12, 0.04


@dataclass(frozen=True)
class City:
    """table: GAZETTEER. queries: id, address, locality (hint), form, row (of the table), street (name and town)."""

    table: pl.DataFrame
    queries: pl.DataFrame


def invented_city(code: str, country: Country, seed: int, asked: int = 800) -> City:
    """Return the towns of a country as a gazetteer, and `asked` queries about houses in it."""
    rng = np.random.default_rng(seed)
    streets = _streets(country, rng)
    houses = _houses(country, streets, rng).with_columns(id=pl.lit(f"{code}-") + pl.int_range(pl.len()).cast(pl.String))
    table = checked(
        houses.select(
            pl.col(name) if name in houses.columns else pl.lit(None).cast(dtype).alias(name)
            for name, dtype in GAZETTEER.items()
        ),
        GAZETTEER,
        "gazetteer",
    )
    return City(table, _queries(code, country, houses.with_row_index("row"), asked, rng))


def _streets(country: Country, rng: np.random.Generator) -> pl.DataFrame:
    """Return one row a street: name, town, postcode, start, heading, bend, houses and their spacing."""
    grid = _distinct([template.format(name) for template in country.streets for name in country.names])
    parts = []
    for number, town in enumerate(country.towns):
        count = min(STREETS_A_TOWN, len(grid))
        names = rng.choice(np.array(grid, dtype=object), count, replace=False)
        parts.append(
            pl.DataFrame(
                {
                    "street": pl.Series(names.tolist(), dtype=pl.String),
                    "city": [town] * count,
                    "town": [number] * count,
                    "part": rng.integers(0, 3, count),
                }
            )
        )
    towns = pl.concat(parts)
    east, north = rng.normal(0, 900, towns.height), rng.normal(0, 900, towns.height)
    offset = rng.uniform(3_000, 9_000, len(country.towns)) * (1 + np.arange(len(country.towns)))
    base_lat = 20.0 + 40.0 * rng.random()
    return towns.with_columns(
        postcode=_postcodes(country.digits, towns["town"].to_numpy() * 3 + towns["part"].to_numpy(), rng),
        east_m=pl.Series(east + offset[towns["town"].to_numpy()]),
        north_m=pl.Series(north),
        heading=pl.Series(rng.uniform(0, 2 * np.pi, towns.height)),
        bend=pl.Series(rng.normal(0, 0.0008, towns.height)),
        lots=pl.Series(rng.integers(3, 45, towns.height)),
        spacing_m=pl.Series(rng.uniform(9, 28, towns.height)),
        base_lat=pl.lit(base_lat),
    ).with_row_index("road")


def _distinct(names: list[str]) -> list[str]:
    """Keep one spelling of names that people would take for one street: no town has both."""
    sums = name_sums(pl.Series(names, dtype=pl.String))
    kept = sums.select(pl.struct("core", "types").is_first_distinct()).to_series()
    return pl.Series(names, dtype=pl.String).filter(kept).to_list()


def _postcodes(digits: str, zone: np.ndarray, rng: np.random.Generator) -> pl.Series:
    """Return a postcode a row: one of each zone, digits for #, fixed letters otherwise."""
    count = int(zone.max()) + 1
    signs = [np.full(count, sign, dtype=object) for sign in digits]
    for at, sign in enumerate(digits):
        if sign == "#":
            signs[at] = rng.integers(1, 9, count).astype(str).astype(object)
    return pl.Series("postcode", np.sum(signs, axis=0)[zone].tolist(), dtype=pl.String)


def _houses(country: Country, streets: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    lots = streets.select(pl.int_ranges(1, pl.col("lots") + 1).alias("lot"), pl.all()).explode("lot")
    side = pl.concat([lots.with_columns(side=pl.lit(s)) for s in (0, 1)]).sort("road", "lot", "side")
    count = side.height
    side = side.with_columns(jitter=pl.Series(rng.normal(0, 3, count)), luck=pl.Series(rng.random(count)))
    along = pl.col("lot") * pl.col("spacing_m") + pl.col("jitter")
    number = (
        (along / 2).round().cast(pl.Int64) * 2 + pl.col("side") + 2
        if country.numbering == "metres"
        else pl.col("lot") * 2 - pl.col("side")
    )
    turned = pl.col("heading") + pl.col("bend") * along
    across = (pl.col("side") * 2 - 1) * 11.0 + pl.col("jitter")
    placed = side.with_columns(
        x=pl.col("east_m") + along * turned.cos() - across * turned.sin(),
        y=pl.col("north_m") + along * turned.sin() + across * turned.cos(),
        house=number,
    ).filter(pl.col("luck") < KEPT)
    lat = pl.col("base_lat") + pl.col("y") / METRES_PER_DEGREE
    suffix = pl.Series("suffix", rng.choice(np.array(country.suffixes, dtype=object), placed.height), dtype=pl.String)
    dice = pl.Series("dice", rng.random(placed.height))
    return (
        placed.with_columns(suffix, dice)
        .with_columns(
            number=pl.when(pl.col("dice") < SUFFIXED)
            .then(pl.col("house").cast(pl.String) + pl.col("suffix"))
            .when(pl.col("dice") < SUFFIXED + RANGED)
            .then(pl.format("{}-{}", "house", pl.col("house") + 2))
            .otherwise(pl.col("house").cast(pl.String)),
            lng=10.0 + pl.col("x") / METRES_PER_DEGREE / pl.col("base_lat").radians().cos(),
            lat=lat,
            kind=pl.lit("address"),
            source=pl.lit("synthetic"),
            precision_m=pl.lit(10.0),
        )
        .unique(["road", "number"], keep="first", maintain_order=True)
    )


def _queries(code: str, country: Country, houses: pl.DataFrame, asked: int, rng: np.random.Generator) -> pl.DataFrame:
    picked = houses[np.sort(rng.choice(houses.height, min(asked, houses.height), replace=False))]
    count = picked.height
    unit = rng.choice(np.array(country.units or ("",), dtype=object), count)
    sign = rng.choice(np.array(country.signs, dtype=object), count)
    letters = CYRILLIC if code in ("ru", "ua", "bg", "rs") else GREEK if code == "gr" else LETTERS
    spelt = picked.with_columns(
        short=_shortened(country),
        misspelt=misspelt(picked["street"], letters, rng),
        wrong_town=misspelt(picked["city"], letters, rng),
        unit_text=pl.Series(unit, dtype=pl.String),
        sign=pl.Series(sign, dtype=pl.String),
        plain=_plain(pl.col("street")),
        plain_city=_plain(pl.col("city")),
    )
    forms = _forms(country)
    choice = pl.Series("form", rng.choice(np.array(list(forms), dtype=object), count), dtype=pl.String)
    text = pl.coalesce(pl.when(pl.col("form") == name).then(form) for name, form in forms.items())
    hinted = pl.col("form") == "hint"
    return spelt.with_columns(choice).select(
        (pl.lit(f"{code}-q") + pl.int_range(pl.len()).cast(pl.String)).alias("id"),
        text.str.replace_all(r"\s+", " ").str.strip_chars(" ,").alias("address"),
        pl.when(hinted).then("city").alias("locality"),
        "form",
        "row",
        street=pl.format("{}/{}", "street", "city"),
    )


def _line(template: str, **parts: pl.Expr | str) -> pl.Expr:
    """Fill a template such as "{street} {number}, {city}" with columns."""
    fields = {name: pl.col(part) if isinstance(part, str) else part for name, part in parts.items()}
    pieces: list[pl.Expr] = []
    rest = template
    while "{" in rest:
        before, _, rest = rest.partition("{")
        name, _, rest = rest.partition("}")
        pieces += [pl.lit(before), fields[name].fill_null("")]
    return pl.concat_str(*pieces, pl.lit(rest))


def _forms(country: Country) -> dict[str, pl.Expr]:
    """Return how an address may be written: name of the form -> text."""
    usual = {"street": "street", "number": "number", "postcode": "postcode", "city": "city"}
    line = country.line
    bare = line.replace("{postcode}", "").replace(", ,", ",")
    house = "{number} {street}" if line.startswith("{number}") else "{street} {number}"
    signed = pl.concat_str("sign", "number")
    return {
        "full": _line(line, **usual),
        "full again": _line(line, **usual),
        "no postcode": _line(bare, **usual),
        "no commas": _line(line.replace(",", " "), **usual),
        "upper": _line(line, **usual).str.to_uppercase(),
        "lower": _line(bare, **usual).str.to_lowercase(),
        "short": _line(line, **(usual | {"street": "short"})),
        "short bare": _line(bare.replace(",", " "), **(usual | {"street": "short"})),
        "plain letters": _line(line, **(usual | {"street": "plain", "city": "plain_city"})),
        "misspelt": _line(line, **(usual | {"street": "misspelt"})),
        "misspelt bare": _line(bare, **(usual | {"street": "misspelt"})),
        "misspelt town": _line(line, **(usual | {"city": "wrong_town"})),
        "town first": _line("{postcode} {city}, " + house, **usual),
        "other order": _line(
            ("{street} {number}" if house.startswith("{number}") else "{number} {street}") + ", {city}", **usual
        ),
        "sign": _line(bare, **(usual | {"number": signed})),
        "unit": _line(house + ", {unit}, {postcode} {city}", **usual, unit="unit_text"),
        "unit behind": _line(house + " {unit}, {city}", **usual, unit="unit_text"),
        "country": _line(line + ", {country}", **usual, country=pl.lit(country.country)),
        "code only": _line(house + ", {postcode}", **usual),
        "hint": _line(house, **usual),
        "lines": _line(line.replace(", ", "\n"), **usual),
    }


def _shortened(country: Country) -> pl.Expr:
    street = pl.col("street")
    for word, short in country.shorts:
        street = street.str.replace(word, short, literal=True)
    return street


def _plain(text: pl.Expr) -> pl.Expr:
    folded = text.str.replace_all("ß", "ss").str.replace_all("ł", "l").str.replace_all("Ł", "L")
    folded = (
        folded.str.replace_all("ø", "o").str.replace_all("Ø", "O").str.replace_all("æ", "ae").str.replace_all("Æ", "Ae")
    )
    folded = folded.str.replace_all("ı", "i").str.replace_all("ё", "е")
    latin = folded.str.normalize("NFD").str.replace_all(r"\p{Mn}", "")
    return pl.when(text.str.contains(r"[а-яА-Я]")).then(folded).otherwise(latin)


def misspelt(names: pl.Series, letters: np.ndarray, rng: np.random.Generator) -> pl.Series:
    """Put one slip into each name behind its first letter: a wrong, missing, added or swapped letter."""
    lengths = np.maximum(names.str.len_chars().to_numpy(), 3)
    at = 1 + np.floor(rng.random(len(names)) * (lengths - 2)).astype(np.int64)
    frame = pl.DataFrame(
        {
            "name": names,
            "at": at,
            "letter": pl.Series(letters[rng.integers(0, len(letters), len(names))].tolist(), dtype=pl.String),
            "slip": rng.integers(0, 4, len(names)),
        }
    )
    name, here = pl.col("name"), pl.col("at")
    head, sign, after = name.str.slice(0, here), name.str.slice(here, 1), name.str.slice(here + 1)
    slips = [
        head + pl.col("letter") + after,
        head + after,
        head + pl.col("letter") + sign + after,
        name.str.slice(0, here - 1) + sign + name.str.slice(here - 1, 1) + after,
    ]
    chosen = pl.coalesce(pl.when(pl.col("slip") == number).then(text) for number, text in enumerate(slips))
    # Digits stay: another digit is another street.
    kept = sign.str.contains(r"\p{L}") & name.str.slice(here - 1, 1).str.contains(r"\p{L}")
    return frame.select(pl.when(kept & (name.str.len_chars() > 4)).then(chosen).otherwise(name).alias("name"))["name"]


def offset_points(lng: FloatArray, lat: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Move points by the entrance offset of 13 to 24 m in a random direction."""
    radius, angle = rng.uniform(13, 24, len(lng)), rng.uniform(0, 2 * np.pi, len(lng))
    north = radius * np.sin(angle) / METRES_PER_DEGREE
    east = radius * np.cos(angle) / METRES_PER_DEGREE / np.cos(np.radians(lat))
    return lng + east, lat + north
