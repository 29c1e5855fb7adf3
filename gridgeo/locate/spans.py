"""What an address says, as stretches of its words: which may be a street, a town, a postcode, a house number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from gridgeo.domain import BoolArray, IntArray
from gridgeo.locate import words
from gridgeo.locate.house_number import joined, number_parts
from gridgeo.locate.tokens import HASH_SEED, NUMBER, SMALL, TYPE, folded, read_words, word_set

LONGEST_NAME = 8
"""Words in the longest name that is looked for."""
CODE_WORDS = 2
LETTERS_IN_A_WORD = 3
"""A word of fewer letters names no town."""

Hashes = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]


@dataclass(frozen=True)
class Spoken:
    """The words of many addresses.

    words: query, segment, token, role, place (count of words that are not small, over all addresses), core, types,
    whole, canon, one row a word; the position in the table is the word's own. stretches: query, first, last, core,
    types, whole, coverage (words that count), bounded (a whole segment but for numbers). numbers: query, at, number,
    suffix, number_to, number_key, longer (the number with the word behind it), in_unit, floor (a word for a
    flat before it, for a floor behind it), estate (the word before it may number houses, as units of an estate do).
    """

    words: pl.DataFrame
    stretches: pl.DataFrame
    numbers: pl.DataFrame


def spoken_addresses(texts: pl.Series) -> Spoken:
    """Read addresses, Chinese ones as lines of `chinese_lines`; null texts have no words."""
    frame = pl.DataFrame({"text": texts.cast(pl.String)})
    # A dash between blanks parts an address from its district; brackets hold what stands beside it.
    text = folded(pl.col("text")).pipe(joined).str.replace_all(r"\s-\s|[()\[\]]", ",").str.replace_all("#", " no ")
    read = read_words(frame.select(text).to_series()).rename({"text": "query"})
    place = (read["role"] != SMALL).cum_sum().cast(pl.Int64)
    read = read.with_columns(place.alias("place"), pl.int_range(pl.len()).alias("at"))
    return Spoken(read, _stretches(read), _numbers(read))


def _stretches(read: pl.DataFrame) -> pl.DataFrame:
    """Return every stretch of up to LONGEST_NAME words of one segment that begins and ends with a word that counts."""
    segment = read["segment"].to_numpy()
    counted = (read["role"] != SMALL).to_numpy()
    sums = {name: _running(read[name].to_numpy(), counted if name == "whole" else None) for name in _SUMMED}
    every = _running(read["whole"].to_numpy(), None)
    parts = [_stretch(size, segment, counted, (sums, every)) for size in range(1, LONGEST_NAME + 1)]
    first = np.concatenate([part[0] for part in parts])
    last = np.concatenate([part[1] for part in parts])
    core, types, whole = (np.concatenate([part[at] for part in parts]) for at in (2, 3, 4))
    place = read["place"].to_numpy()
    bounds = _bounds(read)
    return pl.DataFrame(
        {
            "query": read["query"].to_numpy()[first],
            "first": first,
            "last": last,
            "core": core,
            "types": types,
            "whole": whole,
            "coverage": place[last] - place[first] + 1,
            "bounded": (first <= bounds[0][first]) & (last >= bounds[1][first]),
            "numeric": _only_numbers(read, first, last),
        }
    )


_SUMMED = ("core", "types", "whole")


def _running(hashes: Hashes, counted: BoolArray | None) -> Hashes:
    """Return running sums with a zero in front; unsigned sums wrap around and differences come out right."""
    used = hashes if counted is None else np.where(counted, hashes, np.uint64(0))
    return np.concatenate([np.zeros(1, np.uint64), np.cumsum(used, dtype=np.uint64)])


def _stretch(
    size: int, segment: IntArray, counted: BoolArray, sums: tuple[dict[str, Hashes], Hashes]
) -> tuple[IntArray, IntArray, Hashes, Hashes, Hashes]:
    start = np.arange(max(len(segment) - size + 1, 0), dtype=np.int64)
    end = start + size - 1
    usable = (segment[start] == segment[end]) & ((counted[start] & counted[end]) | (size == 1))
    first, last = start[usable], end[usable]
    core, types, whole = (sums[0][name][last + 1] - sums[0][name][first] for name in _SUMMED)
    whole = np.where(whole == 0, sums[1][last + 1] - sums[1][first], whole)
    bare = core == 0
    return first, last, np.where(bare, whole, core), np.where(bare, np.uint64(0), types), whole


def _bounds(read: pl.DataFrame) -> tuple[IntArray, IntArray]:
    """Return, for every word, the first and last word of its segment that is neither a number nor small."""
    named = pl.when(~pl.col("role").is_in([NUMBER, SMALL])).then(pl.col("at"))
    found = read.select(
        named.min().over("segment").fill_null(-1).cast(pl.Int64).alias("low"),
        named.max().over("segment").fill_null(2**40).cast(pl.Int64).alias("high"),
    )
    return found["low"].to_numpy(), found["high"].to_numpy()


def _only_numbers(read: pl.DataFrame, first: IntArray, last: IntArray) -> BoolArray:
    lettered = np.concatenate([[0], np.cumsum(~read["role"].is_in([NUMBER, SMALL, TYPE]).to_numpy())])
    return np.asarray(lettered[last + 1] == lettered[first])


def _numbers(read: pl.DataFrame) -> pl.DataFrame:
    """Return the words that may be house numbers, alone and with the letter behind them."""
    same, before = pl.col("segment") == pl.col("segment").shift(-1), pl.col("segment") == pl.col("segment").shift(1)
    behind = pl.col("token").shift(-1)
    letter = same & behind.str.contains(r"^[a-z]\d?$")
    units, floors = word_set(words.UNIT_WORDS), word_set(words.FLOOR_WORDS)
    ahead = pl.col("token").shift(1)
    found = read.with_columns(
        pl.when(letter).then(pl.col("token") + behind).alias("longer"),
        (before & ahead.is_in(units.implode())).fill_null(value=False).alias("in_unit"),
        (same & behind.is_in(floors.implode())).fill_null(value=False).alias("floor"),
        (before & ahead.is_in(word_set(words.ESTATE_WORDS).implode())).fill_null(value=False).alias("estate"),
    ).filter(pl.col("role") == NUMBER)
    forms = [
        found.select("query", "at", "place", "in_unit", "floor", "estate", text="token", longer=pl.lit(value=False)),
        found.drop_nulls("longer").select(
            "query", "at", "place", "in_unit", "floor", "estate", text="longer", longer=pl.lit(value=True)
        ),
    ]
    read_out = pl.concat(forms).with_columns(number_parts(pl.col("text"))).drop_nulls("number").drop("text")
    return read_out.cast({"at": pl.Int64}).sort("query", "at", "longer", descending=[False, False, True])


def code_stretches(read: pl.DataFrame) -> pl.DataFrame:
    """Return query, first, last, key: stretches of one or two words that look like a postcode, as their hash."""
    at = read.with_columns(pl.col("at").alias("first"))
    same = pl.col("segment") == pl.col("segment").shift(-1)
    one, two = pl.col("token"), pl.when(same).then(pl.col("token") + pl.col("token").shift(-1))
    parts = [at.select("query", "first", last=pl.col("first") + size, text=text) for size, text in ((0, one), (1, two))]
    # Folding made "ae" one letter; codes hold no such pairs. What they hold besides letters and digits goes.
    return (
        pl.concat(parts)
        .with_columns(pl.col("text").str.replace_all(r"[^\p{L}\d]", ""))
        .filter(pl.col("text").str.contains(r"\d") & pl.col("text").str.len_chars().is_between(3, 10))
        .with_columns(pl.col("text").hash(seed=HASH_SEED + 1).alias("key"))
        .drop("text")
    )
