"""Names and addresses as words: folded to one spelling, each word with the part it plays, and hashes that add up.

A street is known by two sums of hashes: that of its own words (`core`) and that of the kinds of street it says
(`types`). Sums do not depend on the order of words, so "проспект Мира" and "Мира пр-т" are one street; and the sum of
any stretch of an address is a difference of two running sums.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import polars as pl

from gridgeo.locate import words
from gridgeo.locate.normalise import tidy

HASH_SEED = 20_260_101
CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "c",
    "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "ђ": "dj", "ј":
    "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz", "і": "i", "ї": "i", "є": "e", "ґ": "g", "ў": "u",
}  # fmt: skip
GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
LETTERS = {"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "a", "œ": "o", "ı": "i", "ﬁ": "fi"}
DIGRAPHS = {"ae": "a", "oe": "o", "ue": "u", "aa": "a"}
TOKEN = r"\d[\d\p{L}]*(?:[-/+]\d*\p{L}{0,2}\b)*|\p{L}[\p{L}\d]*"  # noqa: S105 - a pattern of words
ORDINAL = r"^\d+-?(?:st|nd|rd|th|ya|y|aya|go|is|er|re|eme)$"
PLAIN, TYPE, SMALL, NUMBER = 0, 1, 2, 3
"""Parts that a token plays."""


def folded(text: pl.Expr) -> pl.Expr:
    """Fold case, accents, letters of other scripts and the common ways of writing one sound; commas stay."""
    lowered = tidy(text).str.to_lowercase().str.replace_many(list(LETTERS), list(LETTERS.values()))
    bare = lowered.str.normalize("NFD").str.replace_all(r"\p{Mn}", "")
    latin = bare.str.replace_many([*CYRILLIC, *GREEK], [*CYRILLIC.values(), *GREEK.values()])
    return (
        latin.str.replace_many(list(DIGRAPHS), list(DIGRAPHS.values()))
        # l'église, d'Azur: the article goes; King's: the letters join.
        .str.replace_all(r"\b([ld]|dell|all|nell|dall)['’`´]", "")
        .str.replace_all(r"['’`´\"„“”«»]", "")
        .str.replace_all(r"(^|[\s,])c/\s*", "${1}calle ")
        .str.replace_all(r"\bs:t\b", "s")
        # №58 has become no58.
        .str.replace_all(r"\b(no|nr)(\d)", "${1} ${2}")
        # Skolg., Ängsv., Kirkkok., Ringpl.: the last letters of a street with a full stop are its kind.
        .str.replace_all(r"\b(bldg)\.", "${1} ")
        .str.replace_all(r"(\p{L}{3,})g\.", "${1}gatan ")
        .str.replace_all(r"(\p{L}{4,})v\.", "${1}vagen ")
        .str.replace_all(r"(\p{L}{4,})k\.", "${1}katu ")
        .str.replace_all(r"(\p{L}{3,})pl\.", "${1}platz ")
        # V.le, P.za, пр-т, б-р: one abbreviation.
        .str.replace_all(r"\b(\p{L}{1,2})[.-](\p{L}{1,3})\b", "${1}${2}")
    )


def code_text(text: pl.Expr) -> pl.Expr:
    """Reduce postcodes to folded letters and digits without the country in front; null where there is no digit."""
    bare = text.str.replace(r"(?i)^(fl|li|ch|de?|at?|fin?|sw?e|no|dk)[ -]+", "")
    compact = folded(bare).str.replace_all(r"[^\p{L}\p{N}]", "")
    return pl.when(compact.str.contains(r"\d")).then(compact)


def fold_word(word: str) -> str:
    """Fold one word of a table as `folded` does, in plain Python."""
    text = "".join(LETTERS.get(sign, sign) for sign in unicodedata.normalize("NFKC", word).lower())
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    latin = "".join({**CYRILLIC, **GREEK}.get(sign, sign) for sign in bare)
    for pair, sign in DIGRAPHS.items():
        latin = latin.replace(pair, sign)
    return latin.replace("-", "")


@cache
def _readings() -> pl.DataFrame:
    """Return token, stem, type, role of every word of the tables; the first table that has a word counts."""
    rows = [(fold_word(w), "", kind, TYPE) for kind, spelt in words.STREET_TYPES.items() for w in spelt.split()]
    rows += [(fold_word(w), "", "", SMALL) for w in words.SMALL_WORDS.split()]
    rows += [(fold_word(w), canon, "", PLAIN) for canon, spelt in words.WORDS.items() for w in spelt.split()]
    schema = {"token": pl.String, "stem": pl.String, "type": pl.String, "role": pl.Int8}
    return pl.DataFrame(rows, schema=schema, orient="row").unique("token", keep="first", maintain_order=True)


@cache
def word_set(spelt: str) -> pl.Series:
    """Return the folded words of a table written in one text."""
    return pl.Series(sorted({fold_word(w) for w in spelt.split()}))


def read_words(texts: pl.Series) -> pl.DataFrame:
    """Take folded texts apart into words.

    texts: commas part the segments of a text. Returns one row a word, in order: text (position of the text, UInt32),
    segment, token, core, types, whole (hashes, UInt64: of the word in a name, of the kind of street it says, of the
    word in any case), role.
    """
    pieces = (
        pl.DataFrame({"part": texts.cast(pl.String)})
        .with_row_index("text")
        .drop_nulls("part")
        .with_columns(pl.col("part").str.split(","))
        .explode("part")
        .with_row_index("segment")
        .with_columns(pl.col("part").str.extract_all(TOKEN).alias("token"))
        .drop("part")
        .explode("token")
        .drop_nulls("token")
    )
    distinct = pieces.select("token").unique()
    return _placed(pieces.join(_read(distinct), on="token", how="left", maintain_order="left"))


def _read(tokens: pl.DataFrame) -> pl.DataFrame:
    """Return token, stem, type, role: by the tables, by its ending, else as it stands."""
    kinds = {fold_word(end): kind for kind, spelt in words.TYPE_ENDINGS.items() for end in spelt.split()}
    pattern = r"^(\p{L}{3,}?)(" + "|".join(sorted(kinds, key=len, reverse=True)) + ")$"
    split = pl.col("token").str.extract_groups(pattern)
    ending = split.struct.field("2").replace_strict(kinds, default=None, return_dtype=pl.String)
    known = tokens.join(_readings(), on="token", how="left")
    numeric = pl.col("token").str.contains(r"^\d") & ~pl.col("token").str.contains(ORDINAL)
    return known.select(
        "token",
        pl.when(pl.col("role").is_not_null())
        .then("stem")
        .otherwise(pl.coalesce(pl.when(ending.is_not_null()).then(split.struct.field("1")), "token"))
        .alias("stem"),
        pl.coalesce("type", ending, pl.lit("")).alias("type"),
        pl.coalesce("role", pl.when(numeric).then(pl.lit(NUMBER, pl.Int8)), pl.lit(PLAIN, pl.Int8)).alias("role"),
    )


def _placed(pieces: pl.DataFrame) -> pl.DataFrame:
    """Settle words that depend on what stands before them, and add the hashes."""
    same = (pl.col("segment") == pl.col("segment").shift(1)).fill_null(value=False)
    followed = (pl.col("segment") == pl.col("segment").shift(-1)).fill_null(value=False)
    named = same & (pl.col("role").shift(1) == PLAIN)
    first = pl.col("token").replace_strict(words.FIRST_TYPES, default=None, return_dtype=pl.String)
    last = pl.col("token").replace_strict(words.LAST_TYPES, default=None, return_dtype=pl.String)
    # бр. 5 is number 5, б-р Победы a boulevard.
    before_name = (pl.col("token") == "br") & (pl.col("role").shift(-1) == PLAIN)
    opens = ~named & (pl.col("token") != "br")
    opening = pieces.with_columns(
        pl.when(first.is_not_null() & followed & (opens | before_name)).then(first).alias("opened")
    ).with_columns(
        pl.when(pl.col("opened") == "").then(SMALL).when(pl.col("opened").is_not_null()).then(TYPE)
        .otherwise("role").cast(pl.Int8).alias("role"),
    )  # fmt: skip
    as_last = last.is_not_null() & named
    as_first = pl.col("opened").is_not_null()
    saint = (pl.col("token") == "st") & ~as_last
    settled = opening.with_columns(
        pl.when(as_last).then(TYPE).otherwise("role").cast(pl.Int8).alias("role"),
        pl.when(as_first).then("opened").when(as_last).then(last).otherwise("type").alias("type"),
        pl.when(as_first | as_last).then(pl.lit("")).when(saint).then(pl.lit("s")).otherwise("stem").alias("stem"),
    )
    canon = pl.concat_str("stem", "type", separator="~")
    return settled.select(
        "text",
        "segment",
        "token",
        "role",
        _hash(pl.col("stem")).alias("core"),
        _hash(pl.col("type")).alias("types"),
        pl.when(pl.col("role") == SMALL).then(_hash(pl.col("token"))).otherwise(_hash(canon)).alias("whole"),
        pl.when(pl.col("role") == TYPE).then("type").otherwise(pl.concat_str("stem", "type", separator=" "))
        .str.strip_chars().alias("canon"),
    )  # fmt: skip


def _hash(text: pl.Expr) -> pl.Expr:
    return pl.when(text == "").then(pl.lit(0, pl.UInt64)).otherwise(text.hash(seed=HASH_SEED))


def name_sums(names: pl.Series) -> pl.DataFrame:
    """Return core, types, whole, canon, spelt of names, one row a name in the order given; null for what has no words.

    names: as written. canon: the words as read, for comparison by letters; spelt: the words folded.
    """
    text = pl.DataFrame({"name": names.cast(pl.String)}).select(folded(pl.col("name")).str.replace_all(",", " "))
    read = read_words(text.to_series())
    counted = pl.col("role") != SMALL
    sums = read.group_by("text", maintain_order=True).agg(
        _sum(pl.col("core").filter(counted)).alias("core"),
        _sum(pl.col("types")).alias("types"),
        _sum(pl.col("whole").filter(counted)).alias("counted"),
        _sum(pl.col("whole")).alias("all"),
        pl.col("canon").filter(counted & (pl.col("canon") != "")).str.join(" ").alias("canon"),
        pl.coalesce(pl.col("token").filter(counted).str.join(" "), pl.col("token").str.join(" ")).alias("spelt"),
    )
    whole = pl.when(pl.col("counted") != 0).then("counted").otherwise("all")
    bare = pl.col("core") == 0
    shaped = sums.select(
        "text",
        pl.when(bare).then(whole).otherwise("core").alias("core"),
        pl.when(bare).then(pl.lit(0, pl.UInt64)).otherwise("types").alias("types"),
        whole.alias("whole"),
        pl.when(pl.col("canon") != "").then("canon").otherwise("spelt").alias("canon"),
        "spelt",
    )
    rows = pl.DataFrame({"text": np.arange(len(names), dtype=np.uint32)})
    return rows.join(shaped, on="text", how="left", maintain_order="left").drop("text")


def _sum(hashes: pl.Expr) -> pl.Expr:
    # Unsigned sums wrap around, which is what makes any stretch a difference of two.
    return hashes.sum()
