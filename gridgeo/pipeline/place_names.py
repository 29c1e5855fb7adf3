"""Villages, communities and streets by name: what the texts of a typed or pasted list stand for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from rapidfuzz import fuzz, process

from gridgeo.errors import InvalidInputError
from gridgeo.i18n import Language, translate

RULES = ("code", "name", "old_name", "street")
"""How a text can be meant, the surest first."""
STREET = RULES.index("street")
BETWEEN = re.compile(r"[、，,;；\t\r\n]+")
"""What stands between the names of a pasted list."""
SUGGESTIONS = 3
LEAST_LIKENESS = 60.0
MOST_SUGGESTED = 50
"""Texts that nearest names are looked for; a list that knows no name at all is some other list."""
NAMED = {
    "key": pl.String,
    "rule": pl.Int64,
    "place": pl.String,
    "label": pl.String,
    "row": pl.Int64,
    "exact": pl.String,
    "name": pl.String,
    "kind": pl.String,
    "code": pl.String,
}
WHAT = ("label", "name", "kind", "code")
"""What a place is called; kind and code are null of a street."""


def places_named(
    texts: Sequence[str], boundaries: pl.DataFrame, streets: pl.DataFrame, branch_id: str | None = None
) -> pl.DataFrame:
    """Return what each text of a list stands for: given, rule, place, label, row; each place once, in the order given.

    texts: names or codes; a text that is no name by itself may hold several, as a pasted list does. boundaries,
    streets: those that may be meant. rule: position in RULES. row: of the boundary; -1 for a street, whose name is the
    label. branch_id: whose catchment they lie in; None says that they are those of the whole ground.
    Raises InvalidInputError naming every text that is unknown or stands for several places; its value ``unclear`` has
    one entry a text: given, near (WHAT; text: what to write instead).
    """
    names = _names(boundaries, streets)
    listed = _listed(texts, set(names["key"]))
    if not listed:
        raise InvalidInputError("no village, community or street was given")
    asked = pl.DataFrame({"given": listed, "key": _keys(listed)}).with_row_index("at")
    hits = asked.join(names, on="key", how="left").sort("at", "rule", maintain_order=True)
    _require_known(hits.filter(pl.col("place").is_null())["given"].to_list(), names, branch_id)
    best = hits.filter(pl.col("rule") == pl.col("rule").min().over("at")).unique(["at", "place"], maintain_order=True)
    _require_one(best.filter(pl.len().over("at") > 1))
    return best.select("given", "rule", "place", "label", "row").unique("place", maintain_order=True)


def streets_named(texts: Sequence[str], streets: pl.DataFrame, *, whole_ground: bool = False) -> list[str]:
    """Return the names of streets as they are written in the ground, whatever width or case they were typed in.

    whole_ground: whether the streets are those of the whole ground, or of a catchment.
    Raises InvalidInputError naming those that are unknown, with the nearest names (``unclear`` as in `places_named`).
    """
    names = streets["name"].unique(maintain_order=True)
    table = pl.DataFrame({"key": _keys(names), "text": names, "label": names, "name": names})
    table = table.with_columns(kind=None, code=None).unique("key", maintain_order=True)
    known = dict(table.select("key", "text").iter_rows())
    unclear = _nearest([text for text in texts if _key(text) not in known], table)
    if unclear and whole_ground:
        raise InvalidInputError(
            "no street of the ground is called {names}", names=_with_suggestions(unclear), unclear=unclear
        )
    if unclear:
        raise InvalidInputError(
            "no street in the catchment is called {names}", names=_with_suggestions(unclear), unclear=unclear
        )
    return [known[_key(text)] for text in texts]


def place_label(place: Mapping[str, Any], language: Language) -> str:
    """Return what a place is called in a language: its name, its kind in words, its code.

    place: WHAT. A kind of the map data that the catalogue does not know, in letters of another script, is a place.
    """
    kind = place["kind"]
    if kind is None:
        return str(place["name"])
    known = translate(kind, language)
    said = translate("place", language) if language != "en" and known == kind and kind.isascii() else known
    if place["code"] is None:
        return translate("{name} ({kind})", language, name=place["name"], kind=said)
    return translate("{name} ({kind}, {code})", language, name=place["name"], kind=said, code=place["code"])


def _names(boundaries: pl.DataFrame, streets: pl.DataFrame) -> pl.DataFrame:
    """Return every text that stands for a place: NAMED, text; exact: what names this one place alone."""
    rows = boundaries.with_row_index("row").with_columns(
        pl.col("row").cast(pl.Int64),
        place=pl.format("boundary {}", "id"),
        exact=pl.coalesce("code", "id"),
        label=pl.when(pl.col("code").is_null())
        .then(pl.format("{} ({})", "name", "kind"))
        .otherwise(pl.format("{} ({}, {})", "name", "kind", "code")),
    )
    old = rows.with_columns(key=pl.col("aliases").str.split(";")).explode("key")
    roads = streets.select(pl.col("name").unique()).with_columns(
        pl.lit(-1, pl.Int64).alias("row"),
        pl.lit(None).alias("kind"),
        pl.lit(None).alias("code"),
        key="name",
        label="name",
        exact="name",
        place=pl.format("street {}", "name"),
    )
    parts = [
        rows.with_columns(key="code", rule=RULES.index("code")),
        rows.with_columns(key="id", rule=RULES.index("code")),
        rows.with_columns(key="name", rule=RULES.index("name")),
        old.with_columns(rule=RULES.index("old_name")),
        roads.with_columns(rule=STREET),
    ]
    every = pl.concat([part.select(pl.col(name).cast(kind) for name, kind in NAMED.items()) for part in parts])
    every = every.drop_nulls("key")
    return every.with_columns(pl.Series("key", _keys(every["key"]), pl.String), text="key").unique(maintain_order=True)


def _listed(places: Sequence[str], known: set[str]) -> list[str]:
    """Return the single texts of a pasted list, each once: what is no name as a whole is taken apart."""
    parts = [part for place in places for part in ([place] if _key(place) in known else BETWEEN.split(place))]
    words = [word for part in parts for word in _apart(part, known)]
    return [text for text in dict.fromkeys(words) if text]


def _apart(text: str, known: set[str]) -> list[str]:
    """Return the words of a text where it is no name and every word is one, else the text itself."""
    words = text.split()
    every = len(words) > 1 and _key(text) not in known and all(_key(word) in known for word in words)
    return words if every else [" ".join(words)]


def _require_known(missing: Sequence[str], names: pl.DataFrame, branch_id: str | None) -> None:
    if not missing:
        return
    # Of several places of one name the surest is shown; whether it is the one is asked when the name is taken.
    unclear = _nearest(missing, names.unique("key", keep="first", maintain_order=True))
    if branch_id is None:
        raise InvalidInputError(
            "no village, community or street of the ground is called {names}",
            names=_with_suggestions(unclear),
            unclear=unclear,
        )
    raise InvalidInputError(
        "no village, community or street in the catchment of branch {branch} is called {names}",
        branch=branch_id,
        names=_with_suggestions(unclear),
        unclear=unclear,
    )


def _require_one(several: pl.DataFrame) -> None:
    if several.is_empty():
        return
    grouped = several.group_by("given", maintain_order=True).agg("label", near=pl.struct(*WHAT, text="exact"))
    raise InvalidInputError(
        "these names stand for several places, give their codes: {names}",
        names="; ".join(f"{given}: {', '.join(labels)}" for given, labels, _ in grouped.iter_rows()),
        unclear=grouped.select("given", "near").to_dicts(),
    )


def _nearest(missing: Sequence[str], known: pl.DataFrame) -> list[dict[str, Any]]:
    """Return given and near of each text, the likest first; known: key, text, WHAT."""
    table = known.sort("key")
    keys, places = table["key"].to_list(), table.select("text", *WHAT)
    found = []
    for at, text in enumerate(missing):
        wanted = keys if at < MOST_SUGGESTED else []
        near = process.extract(
            _key(text), wanted, scorer=fuzz.ratio, limit=SUGGESTIONS, processor=None, score_cutoff=LEAST_LIKENESS
        )
        found.append({"given": text, "near": [places.row(row, named=True) for _, _, row in near]})
    return found


def _with_suggestions(unclear: Sequence[dict[str, Any]]) -> str:
    """Return the unknown texts, each with the names nearest to it."""
    near = [" / ".join(one["text"] for one in row["near"]) for row in unclear]
    return ", ".join(
        f"{row['given']} ({names}?)" if names else row["given"] for row, names in zip(unclear, near, strict=True)
    )


def _keys(texts: Sequence[str] | pl.Series) -> list[str]:
    return [_key(text) for text in texts]


def _key(text: str) -> str:
    """Return a text as it is compared: one width, one case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
