"""Which areas an address names, and which streets of those areas it may mean."""

from __future__ import annotations

import numpy as np
import polars as pl

from gridgeo.locate import words as tables
from gridgeo.locate.gazetteer import HEAD_LETTERS, Gazetteer, town_table
from gridgeo.locate.spans import LETTERS_IN_A_WORD, Spoken, code_stretches
from gridgeo.locate.tokens import NUMBER, PLAIN, SMALL, TYPE, name_sums, word_set
from gridgeo.locate.trigrams import similar_streets

TEXT, POSTCODE, HINT, ANYWHERE = 0, 1, 2, 3
"""Where the area of a candidate comes from, best first."""
MIN_CUT_OFF = 5
"""A name cut off after fewer letters could be anything."""
CUT_OFF_EDITS = 1
TELLING = r"[^\d东西南北中前后上下内外新老一二三四五六七八九十]"
"""All but what tells streets of one name apart: digits, and in Chinese sides and ordinals (中关村大街 or 北大街)."""
LETTERS_PER_EDIT = 5
"""A short name bears one wrong letter: with two, Park Road would be Peel Road."""
MIN_SIMILARITY, MIN_SIMILARITY_IN_POSTCODE = 0.75, 0.6
"""A postcode holds few streets, so a looser spelling still means one of them."""
A_WORD, SAME_TYPE, BESIDE_NUMBER, PART_OF_TOWN, LEFT_OUT_TYPE, LEFT_OUT_WORD, AN_EDIT = 2, 4, 3, 6, 3, 4, 2
"""What a candidate street is worth: words it explains, the kind of street said alike, a number beside it; against it
that its words are a town's, that the kind of street or another word beside it is not its own, each wrong letter."""
AREA = {
    "query": pl.UInt32, "area": pl.UInt32, "level": pl.String, "origin": pl.Int32, "first": pl.Int64, "last": pl.Int64,
    "area_edits": pl.Int32,
}  # fmt: skip
CANDIDATE = {
    "query": pl.UInt32, "first": pl.Int64, "last": pl.Int64, "street": pl.UInt32, "edits": pl.Int32, "origin": pl.Int32,
    "level": pl.String, "unclear": pl.Boolean, "loss": pl.Int64, "beside": pl.Boolean,
}  # fmt: skip


def query_areas(spoken: Spoken, hints: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Find the areas an address names.

    hints: query, hint (the town given with the row). Returns AREA: origin TEXT, POSTCODE or HINT, first and last word
    (null for a hint), area_edits (0 unless the name was misspelt).
    """
    towns = gazetteer.areas.filter(pl.col("level") == "named").select("area", "level", key="area_key")
    codes = gazetteer.areas.filter(pl.col("level") == "postcode").select("area", "level", key="area_key")
    by_name = _longest(spoken.stretches.select("query", "first", "last", key="whole").join(towns, on="key"))
    by_code = code_stretches(spoken.words).join(codes, on="key")
    given = hints.drop_nulls("hint")
    keys = given.with_columns(name_sums(given["hint"])["whole"].alias("key"))
    by_hint = keys.join(towns, on="key").with_columns(first=None, last=None)
    exact = [
        frame.with_columns(origin=pl.lit(origin), area_edits=pl.lit(0))
        for frame, origin in ((by_name, TEXT), (by_code, POSTCODE), (by_hint, HINT))
    ]
    found = pl.concat([_as(frame, AREA) for frame in exact])
    named = found.filter(pl.col("origin") == TEXT).select("query").unique()
    unread = spoken.words.join(named, on="query", how="anti", maintain_order="left")
    return pl.concat([found, _as(_misspelt_towns(unread, found, gazetteer), AREA)])


def _longest(found: pl.DataFrame) -> pl.DataFrame:
    """Drop towns whose words are part of a longer town's: "Nova" in "Vila Nova"."""
    other = found.select("query", other_first="first", other_last="last").unique()
    inside = (
        found.join(other, on="query")
        .filter(
            (pl.col("other_first") <= pl.col("first"))
            & (pl.col("other_last") >= pl.col("last"))
            & (pl.col("other_last") - pl.col("other_first") > pl.col("last") - pl.col("first"))
        )
        .select("query", "first", "last")
        .unique()
    )
    return found.join(inside, on=["query", "first", "last"], how="anti")


def _misspelt_towns(unread: pl.DataFrame, found: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Read a town with one wrong letter (two in a long name), if only one town is that near.

    unread: words of addresses that name no town. Tried are the last words of every stretch without a number, and the
    first ones of the first.
    """
    runs = word_runs(unread.join(_taken(found), on=["query", "at"], how="anti", maintain_order="left"))
    tried = pl.concat(_ends(runs, size, tail=tail) for size in (1, 2, 3) for tail in (True, False))
    tried = tried.unique(["query", "key"], keep="first", maintain_order=True)
    tried = tried.filter(pl.col("key").str.len_chars() >= MIN_CUT_OFF)
    wanted = tried.select("key", area=pl.lit(0, dtype=pl.UInt32)).unique().sort("key")
    near = similar_streets(wanted, gazetteer.town_trigrams, town_table(gazetteer.areas)).filter(
        pl.col("edits") <= pl.when(pl.col("key").str.len_chars() >= 9).then(2).otherwise(1)
    )
    hits = tried.join(near.select("key", "edits", "street_key", area="street"), on="key")
    best = hits.filter(pl.col("edits") == pl.col("edits").min().over("query"))
    single = best.filter(pl.col("street_key").n_unique().over("query") == 1)
    return single.join(gazetteer.areas.select("area", "level"), on="area").with_columns(
        origin=pl.lit(TEXT), area_edits=pl.col("edits")
    )


def _ends(runs: pl.DataFrame, size: int, *, tail: bool) -> pl.DataFrame:
    """Return query, first, last, key: the last or first `size` words of every run that has so many."""
    start = -size if tail else 0
    ats = pl.col("ats").list.slice(start, size)
    return runs.filter(pl.col("size") >= size).select(
        "query",
        ats.list.first().alias("first"),
        ats.list.last().alias("last"),
        pl.col("words").list.slice(start, size).list.join(" ").alias("key"),
    )


def word_runs(words: pl.DataFrame, *, numbers: bool = False) -> pl.DataFrame:
    """Return the stretches of words that count, between the ends of segments, words taken out, and house numbers.

    words: rows of `Spoken.words`. numbers: stretches with a number among their words, which are no house numbers; a
    number at either end is left off. Returns query, first, last, ats, words (lists), spelt, said (hash of the kinds of
    street), only_type, size.
    """
    is_number = pl.col("role") == NUMBER
    kept = words.filter((pl.col("role") != SMALL) & (pl.lit(numbers) | ~is_number))
    parted = (
        (pl.col("segment") != pl.col("segment").shift(1)) | (pl.col("place") != pl.col("place").shift(1) + 1)
    ).fill_null(value=True)
    runs = kept.with_columns(parted.cum_sum().alias("run"))
    if numbers:
        last, first = pl.col("at") == pl.col("at").max().over("run"), pl.col("at") == pl.col("at").min().over("run")
        ends = [
            runs.filter(~(is_number & end)).with_columns(pl.lit(at).alias("end"))
            for at, end in enumerate((last, first))
        ]
        runs = pl.concat(ends).filter(is_number.any().over("run", "end"))
    by = ["run", "end"] if numbers else ["run"]
    return (
        runs.group_by(by, maintain_order=True)
        .agg(
            pl.col("query").first(),
            pl.col("at").first().alias("first"),
            pl.col("at").last().alias("last"),
            pl.col("at").alias("ats"),
            pl.col("canon").alias("words"),
            pl.col("token").str.join(" ").alias("spelt"),
            pl.col("types").sum().alias("said"),
            (pl.col("role") == TYPE).all().alias("only_type"),
        )
        .with_columns(pl.col("words").list.len().alias("size"))
        .drop(by)
    )


def street_candidates(
    spoken: Spoken, areas: pl.DataFrame, open_queries: pl.DataFrame, gazetteer: Gazetteer
) -> pl.DataFrame:
    """Find the streets an address may mean.

    open_queries: column query, addresses that may be searched anywhere. Returns CANDIDATE: exact names, misspelt ones
    where none stands beside the number; loss is 0 for the best of an address.
    """
    anywhere = gazetteer.areas.filter(pl.col("level") == "any").select("area", "level")
    everywhere = open_queries.join(anywhere, how="cross").with_columns(
        origin=pl.lit(ANYWHERE), first=None, last=None, area_edits=0
    )
    reach = pl.concat([areas, _as(everywhere, AREA)])
    exact = _scored(_exact_streets(spoken, reach, gazetteer), spoken, reach)
    whole = exact.filter(~pl.col("word_beside"))
    settled = whole.filter("beside").select("query").unique()
    numberless = whole.join(spoken.numbers.select("query").unique(), on="query", how="anti").select("query").unique()
    done = pl.concat([settled, numberless]).unique()
    near = _scored(_misspelt_streets(spoken, reach.join(done, on="query", how="anti"), gazetteer), spoken, reach)
    both = pl.concat([exact, near])
    lossy = both.with_columns((pl.col("score").max().over("query") - pl.col("score")).alias("loss"))
    return _as(lossy.filter(pl.col("loss") == 0), CANDIDATE)


def towns_of_streets(
    spoken: Spoken, areas: pl.DataFrame, candidates: pl.DataFrame, gazetteer: Gazetteer
) -> pl.DataFrame:
    """Return the queries without a street all of whose towns are words of a longer street name known elsewhere.

    "5 London Road" names a street and no town.
    """
    left = areas.filter(pl.col("origin") == TEXT).join(candidates.select("query").unique(), on="query", how="anti")
    known = gazetteer.street_keys
    streets = (
        spoken.stretches.join(left.select("query").unique(), on="query", how="semi")
        .join(known, on=["core", "types"], how="semi")
        .select("query", street_first="first", street_last="last")
    )
    inside = (pl.col("street_first") <= pl.col("first")) & (pl.col("street_last") >= pl.col("last"))
    longer = pl.col("street_last") - pl.col("street_first") > pl.col("last") - pl.col("first")
    covered = left.join(streets, on="query").filter(inside & longer).select("query", "area", "first").unique()
    bare = left.join(covered, on=["query", "area", "first"], how="anti").select("query").unique()
    return covered.select("query").unique().join(bare, on="query", how="anti")


def _exact_streets(spoken: Spoken, reach: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Return the streets whose words are a stretch of the address apart from the words of its area."""
    said = spoken.stretches.filter(~pl.col("numeric") | (pl.col("types") != 0)).select(
        "query", "first", "last", "core", "coverage", said="types"
    )
    hits = said.join(gazetteer.street_keys, on="core").filter(
        (pl.col("said") == pl.col("types")) | (pl.col("said") == 0) | (pl.col("types") == 0)
    )
    pairs = hits.join(reach.rename({"first": "area_first", "last": "area_last"}), on="query")
    apart = pl.col("area_first").is_null() | (pl.col("area_last") < pl.col("first")) | (
        pl.col("area_first") > pl.col("last")
    )  # fmt: skip
    return (
        pairs.filter(apart)
        .join(gazetteer.streets.select("core", "types", "area", "street", "unclear"), on=["core", "types", "area"])
        .with_columns(
            edits=pl.lit(0, pl.Int32),
            alike=pl.col("said") == pl.col("types"),
            typed=(pl.col("said") == pl.col("types")) & (pl.col("said") != 0),
        )
    )


def _scored(found: pl.DataFrame, spoken: Spoken, reach: pl.DataFrame) -> pl.DataFrame:
    """Add score and beside (a number stands next to the street's words)."""
    words = spoken.words
    place = words["place"].to_numpy()
    spans = found.select("query", "first", "last").unique()
    named = reach.filter(pl.col("origin") == TEXT).select("query", town_first="first", town_last="last")
    in_town = (
        spans.join(named, on="query")
        .filter((pl.col("town_first") <= pl.col("first")) & (pl.col("town_last") >= pl.col("last")))
        .select("query", "first", "last", in_town=pl.lit(value=True))
        .unique()
    )
    codes = reach.filter(pl.col("origin") == POSTCODE).select("query", at="last").unique()
    numbers = (
        spoken.numbers.filter(~pl.col("in_unit"))
        .join(codes, on=["query", "at"], how="anti")
        .select("query", number_place="place")
        .unique()
    )
    placed = spans.with_columns(
        pl.Series("from", place[spans["first"].to_numpy()]), pl.Series("to", place[spans["last"].to_numpy()])
    )
    beside = (
        placed.join(numbers, on="query")
        .filter((pl.col("number_place") == pl.col("to") + 1) | (pl.col("number_place") == pl.col("from") - 1))
        .select("query", "first", "last", beside=pl.lit(value=True))
        .unique()
    )
    typed = _beside(spoken, spans, reach)
    on = ["query", "first", "last"]
    joined = found.join(in_town, on=on, how="left").join(beside, on=on, how="left").join(typed, on=on, how="left")
    flags = [pl.col(name).fill_null(value=False) for name in ("in_town", "beside", "type_beside", "word_beside")]
    scored = joined.with_columns(flags).with_columns(
        score=A_WORD * pl.col("coverage") + SAME_TYPE * pl.col("alike").cast(pl.Int64)
        + BESIDE_NUMBER * pl.col("beside").cast(pl.Int64) - PART_OF_TOWN * pl.col("in_town").cast(pl.Int64)
        - LEFT_OUT_TYPE * pl.col("type_beside").cast(pl.Int64) - AN_EDIT * pl.col("edits")
        - pl.when(~pl.col("word_beside")).then(0).when(pl.col("typed")).then(1).otherwise(1 + LEFT_OUT_WORD)
    )  # fmt: skip
    kept = [name for name in CANDIDATE if name != "loss"]
    return scored.select(*kept, "word_beside", pl.col("score").cast(pl.Int64))


def _beside(spoken: Spoken, spans: pl.DataFrame, reach: pl.DataFrame) -> pl.DataFrame:
    """Tell which spans leave out a word for the kind of street, or any other word, next to them in their segment."""
    words, units = spoken.words, word_set(tables.UNIT_WORDS)
    taken = _taken(reach).with_columns(taken=pl.lit(value=True))
    free = words.join(taken, on=["query", "at"], how="left", maintain_order="left").select(
        pl.when(
            pl.col("taken").fill_null(value=False) | (pl.col("role") == NUMBER) | pl.col("token").is_in(units.implode())
        )
        .then(NUMBER)
        .otherwise("role")
    )
    role, place, segment = free.to_series().to_numpy(), words["place"].to_numpy(), words["segment"].to_numpy()
    counted = words.filter(pl.col("role") != SMALL)["at"].to_numpy()
    first, last = spans["first"].to_numpy(), spans["last"].to_numpy()
    # Places number the words that count, from 1.
    before, after = place[first] - 2, place[last]
    left = np.where(before >= 0, counted[np.maximum(before, 0)], -1)
    right = np.where(after < len(counted), counted[np.minimum(after, len(counted) - 1)], -1)
    sides = [(at >= 0) & (segment[at] == segment[first]) for at in (left, right)]
    typed = (sides[0] & (role[left] == TYPE)) | (sides[1] & (role[right] == TYPE))
    other = (sides[0] & (role[left] == PLAIN)) | (sides[1] & (role[right] == PLAIN))
    return spans.with_columns(type_beside=pl.Series(typed), word_beside=pl.Series(typed | other))


def _misspelt_streets(spoken: Spoken, reach: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Find streets by names with wrong or missing letters: in the named areas only, where any are known at all."""
    named = reach.filter((pl.col("level") != "any") | pl.lit(not gazetteer.has_towns))
    wanted_words = spoken.words.join(named.select("query").unique(), on="query", how="semi", maintain_order="left")
    taken = _taken(named)
    free = wanted_words.join(taken, on=["query", "at"], how="anti", maintain_order="left")
    runs = pl.concat([word_runs(free), word_runs(free, numbers=True)]).filter(~pl.col("only_type"))
    units = word_set(tables.UNIT_WORDS)
    texts = runs.with_columns(pl.col("words").list.join(" ").alias("key")).filter(
        pl.col("key").str.len_chars() >= 4, ~((pl.col("size") == 1) & pl.col("key").is_in(units.implode()))
    )
    pairs = texts.join(named.select("query", "area", "level", "origin").unique(), on="query")
    wanted = pairs.select("key", "spelt", "area").unique(["key", "area"], keep="first", maintain_order=True)
    wanted = wanted.sort("key", "area")
    near = similar_streets(wanted, gazetteer.trigrams, gazetteer.streets)
    digits = pl.col("key").str.replace_all(TELLING, "") == pl.col("street_key").str.replace_all(TELLING, "")
    in_postcode = pl.col("level") == "postcode"
    enough = pl.col("similarity") >= pl.when(in_postcode).then(MIN_SIMILARITY_IN_POSTCODE).otherwise(MIN_SIMILARITY)
    few = pl.col("edits") <= pl.when(in_postcode).then(99).otherwise(
        (pl.col("key").str.len_chars() // LETTERS_PER_EDIT).clip(1, 3)
    )
    misspelt = pairs.join(near.filter(digits), on=["key", "area"]).filter(enough & few).drop("similarity")
    cut_off = pairs.join(_cut_off_names(wanted, gazetteer), on=["key", "area"])
    close = pl.concat([misspelt, cut_off.select(misspelt.columns)])
    on = ["query", "first", "last", "level"]
    best = close.filter(pl.col("edits") == pl.col("edits").min().over(on))
    # Two streets equally near: neither is meant surely, so neither is taken.
    single = best.filter(pl.col("street_key").n_unique().over(on) == 1)
    return single.join(gazetteer.streets.select("street", "unclear", "types"), on="street").with_columns(
        coverage=pl.col("size").cast(pl.Int64),
        alike=(pl.col("said") == pl.col("types")) & (pl.col("said") != 0),
        typed=pl.lit(value=True),
    )


def _taken(areas: pl.DataFrame) -> pl.DataFrame:
    """Return query, at: the words that name an area."""
    spans = areas.drop_nulls("first").select("query", "first", "last").unique()
    return (
        spans.with_columns(pl.int_ranges("first", pl.col("last") + 1).alias("at"))
        .explode("at")
        .select("query", "at")
        .unique()
    )


def _cut_off_names(wanted: pl.DataFrame, gazetteer: Gazetteer) -> pl.DataFrame:
    """Find the streets of an area whose words begin as the wanted ones: "Herreng.", "Im Rossfe.", "G. Garibaldi"."""
    split = wanted.with_columns(pl.col("key").str.split(" ").alias("said")).with_columns(
        pl.col("said").list.len().alias("size")
    )
    long_enough = pl.col("key").str.len_chars() >= MIN_CUT_OFF
    pairs = (
        split.filter(long_enough)
        .with_columns(pl.col("said").list.last().str.slice(0, HEAD_LETTERS).alias("head"))
        .join(gazetteer.street_words, on=["area", "size", "head"])
        .with_columns(pl.col("street_key").str.split(" ").alias("known"))
        .with_row_index("pair")
    )
    fits = (
        pairs.select("pair", "said", "known")
        .explode("said", "known")
        .group_by("pair")
        .agg(pl.col("known").str.starts_with(pl.col("said")).all().alias("fits"))
        .filter("fits")
    )
    return pairs.join(fits, on="pair", how="semi").select(
        "key", "area", "street", "street_key", pl.lit(CUT_OFF_EDITS, dtype=pl.Int32).alias("edits")
    )


def unexplained_words(spoken: Spoken, candidates: pl.DataFrame) -> pl.DataFrame:
    """Return the queries that say more behind their street than numbers, units and countries: perhaps another town."""
    after = candidates.filter(pl.col("loss") == 0).group_by("query").agg(pl.col("last").max())
    known = pl.concat([word_set(tables.UNIT_WORDS), word_set(tables.COUNTRIES), word_set(tables.FLOOR_WORDS)]).unique()
    rest = (
        spoken.words.filter(pl.col("role").is_in([0]) & (pl.col("token").str.len_chars() >= LETTERS_IN_A_WORD))
        .filter(~pl.col("token").is_in(known.implode()))
        .join(after, on="query")
    )
    return rest.filter(pl.col("at") > pl.col("last")).select("query").unique()


def _as(frame: pl.DataFrame, schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
