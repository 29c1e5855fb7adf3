"""Take addresses of either script apart: Chinese ones by their units, Western ones by their forms."""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl

from gridgeo.domain.tables import Contract, checked
from gridgeo.errors import InvalidInputError
from gridgeo.locate.chinese import CHINESE_COLUMNS, parse_chinese
from gridgeo.locate.chinese_lines import HAN, is_chinese
from gridgeo.locate.chinese_table import Units, packaged_units
from gridgeo.locate.parse import EMPTY, address_problems, parse_addresses

Script = Literal["auto", "chinese", "western"]
SCRIPTS: tuple[Script, ...] = get_args(Script)
WESTERN_ONLY = ("house_name", "street", "locality", "postcode")
PARSED: Contract = dict.fromkeys(("id", *CHINESE_COLUMNS, *WESTERN_ONLY, "reason"), pl.String())
"""Chinese columns, then those that only Western addresses have; number, unit and city serve both. reason: why nothing
was read, or what is odd."""
COMPONENT_COLUMNS = ("name", "street", "number", "unit", "part", "city", "postcode")
TO_PARSE: Contract = dict.fromkeys(("id", "address", "locality", *COMPONENT_COLUMNS), pl.String())
"""locality: a hint, the city of the branch. The others are the address taken apart, null where absent."""
NOT_UNDERSTOOD = "nothing of the address was understood"
CHUNK_ROWS = 100_000


def parse_queries(queries: pl.DataFrame, script: Script = "auto", units: Units | None = None) -> pl.DataFrame:
    """Split addresses into their components.

    queries: contract TO_PARSE. script: which rows are read as Chinese; `auto` decides by the characters of each row.
    units: the table of Chinese units, the packaged one by default. Returns one row an address in the order given,
    contract PARSED: components null where the address does not tell, and a reason where it cannot be read.
    Raises InvalidInputError when the script is none of SCRIPTS or a column is missing.
    """
    if script not in SCRIPTS:
        raise InvalidInputError("script must be one of {known}, got {given}", known=", ".join(SCRIPTS), given=script)
    given = checked(queries, TO_PARSE, "queries")
    table = packaged_units() if units is None else units
    chunks = [_parsed(chunk, script, table) for chunk in given.iter_slices(CHUNK_ROWS)]
    return pl.concat(chunks) if chunks else pl.DataFrame(schema=PARSED)


def _parsed(queries: pl.DataFrame, script: Script, units: Units) -> pl.DataFrame:
    text = queries.select(_text().alias("text")).to_series()
    problems = address_problems(text)["problem"]
    readable = pl.select(pl.when(problems.is_null()).then(text)).to_series()
    chinese = readable.to_frame("text").select(_chosen(script)).to_series()
    rows = queries.with_row_index("row").with_columns(text=readable, chinese=chinese, problem=problems)
    han, western = rows.filter("chinese"), rows.filter(~pl.col("chinese"))
    parts = pl.concat([_chinese(han, units), _western(western)], how="diagonal")
    nothing = pl.all_horizontal(pl.col((*CHINESE_COLUMNS, *WESTERN_ONLY)).is_null())
    whole = rows.select("row", "id", "problem").join(parts, on="row", how="left", maintain_order="left")
    why = pl.coalesce("problem", "reason", pl.when(nothing).then(pl.lit(NOT_UNDERSTOOD)))
    return whole.with_columns(why.alias("reason")).select(list(PARSED))


def _text() -> pl.Expr:
    """Return the address, or its components in one line where there is none."""
    number = pl.when(pl.col("number").str.contains(r"^\d+$") & pl.col("street").str.contains(HAN)).then(
        pl.col("number") + "号"
    )
    line = [pl.col(name) for name in ("city", "part", "street")]
    joined = pl.concat_str(*line, pl.coalesce(number, "number"), "name", "unit", separator=",", ignore_nulls=True)
    return pl.coalesce("address", pl.when(joined != "").then(joined))


def _chosen(script: Script) -> pl.Expr:
    return is_chinese(pl.col("text")) if script == "auto" else pl.lit(value=script == "chinese")


def _chinese(rows: pl.DataFrame, units: Units) -> pl.DataFrame:
    """Read the Chinese rows; what an address leaves open is filled from the hint where the two agree."""
    first = rows.select("row").hstack(parse_chinese(rows["text"], units))
    hint = pl.concat_str("city", "part", "locality", separator=",", ignore_nulls=True)
    hinted = rows.with_columns(hint=hint).filter(
        pl.col("hint").str.contains(HAN), pl.Series(first["district"].is_null())
    )
    if not hinted.height:
        return first
    again = hinted.select("row").hstack(parse_chinese(hinted["hint"] + "," + hinted["text"], units))
    levels = ("province", "city")
    both = again.join(first.select("row", *(pl.col(name).alias(f"first_{name}") for name in levels)), on="row")
    agree = [pl.col(f"first_{name}").is_null() | (pl.col(f"first_{name}") == pl.col(name)) for name in levels]
    better = both.filter(pl.col("province").is_not_null(), pl.col("reason").is_null(), *agree).select(first.columns)
    return pl.concat([first.join(better, on="row", how="anti"), better])


def _western(rows: pl.DataFrame) -> pl.DataFrame:
    """Read the Western rows; what stands in a column of its own is taken as it is."""
    read = parse_addresses(rows["address"])
    own = {"house_name": "name", "locality": "part"} | {
        name: name for name in ("street", "number", "unit", "city", "postcode")
    }
    apart = rows.with_columns(read.rename(lambda name: f"read_{name}"))
    columns = [pl.coalesce(column, f"read_{name}").alias(name) for name, column in own.items()]
    said = pl.any_horizontal(pl.col(name).is_not_null() for name in own.values())
    reason = pl.when(~(said & (pl.col("read_problem") == EMPTY))).then("read_problem")
    return apart.select("row", *columns, reason.alias("reason"))
