"""Target groups: AND, OR, NOT over area grids, industry grids and cohort grids; what a rule says of each party.

JSON: ``{"where": {"all": [{"area": ["grid", ...]}, {"industry": "I-1"}, {"not": {"cohort": "C-2"}}]},
"parties": ["customer"]}``.

Sets, as they are drawn: no shop is in a cohort, so every shop is in NOT that cohort; `parties` keeps to customers or
to merchants. A party whose place, attribute or code is not known is unknown to the leaf and to its opposite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from gridgeo.errors import InvalidInputError
from gridgeo.features.cohort_rules import MAX_TEXT, day_from_json
from gridgeo.features.cohort_words import joins
from gridgeo.features.expressions import Tree, leaves, tree_from_json, tree_mask, tree_words
from gridgeo.i18n import Language, translate

MAX_GRIDS = 2_000
PARTY_KINDS = ("customer", "merchant")
SHOWN_GRIDS = 8
"""So many grids of an area are named in words; the rest are counted."""


@dataclass(frozen=True)
class AreaLeaf:
    """Parties of any of these area grids."""

    grid_ids: tuple[str, ...]


@dataclass(frozen=True)
class IndustryLeaf:
    """Merchants of an industry grid."""

    feature_id: str


@dataclass(frozen=True)
class CohortLeaf:
    """Customers of a cohort grid."""

    feature_id: str


TargetLeaf = AreaLeaf | IndustryLeaf | CohortLeaf


@dataclass(frozen=True)
class TargetRule:
    """Who is meant.

    as_of: the day of its cohorts; None is each cohort's own day, or the day on which it is asked. parties: kinds that
    are meant at all.
    """

    where: Tree[TargetLeaf]
    as_of: date | None = None
    parties: tuple[str, ...] = PARTY_KINDS

    def feature_ids(self, kind: type[IndustryLeaf] | type[CohortLeaf]) -> tuple[str, ...]:
        """Return the industry or cohort grids that the rule names, each once, in order."""
        found = {leaf.feature_id for leaf in leaves(self.where) if isinstance(leaf, kind)}
        return tuple(sorted(found))

    @property
    def grid_ids(self) -> tuple[str, ...]:
        """The area grids that the rule names, each once, in order."""
        found = {grid for leaf in leaves(self.where) if isinstance(leaf, AreaLeaf) for grid in leaf.grid_ids}
        return tuple(sorted(found))


def target_from_json(body: object) -> TargetRule:
    """Read the rule of a target group; InvalidInputError names the place and what is allowed there."""
    if not isinstance(body, dict) or not set(body) <= {"as_of", "where", "parties"} or "where" not in body:
        raise InvalidInputError("a target group is an object with where and, optionally, as_of and parties")
    tree = tree_from_json(body["where"], _leaf)
    return TargetRule(tree, day_from_json(body.get("as_of"), "as_of"), _parties(body.get("parties")))


def target_mask(rule: TargetRule) -> pl.Expr:
    """Return whether a party is meant, null where that is not known.

    The table has `party_kind`, `grid_id` (null without a place) and, for each grid that the rule names, a Boolean
    column of `column_of`, null where it is not known whether the grid holds the party.
    """
    return tree_mask(rule.where, _leaf_mask) & pl.col("party_kind").is_in(list(rule.parties))


def column_of(leaf: IndustryLeaf | CohortLeaf) -> str:
    """Return the name of a leaf's column."""
    kind = "industry" if isinstance(leaf, IndustryLeaf) else "cohort"
    return f"{kind}:{leaf.feature_id}"


def target_words(rule: TargetRule, names: Mapping[str, str], language: Language) -> str:
    """Say a rule in words; names: id of a grid -> its name."""
    words = tree_words(rule.where, lambda leaf: _leaf_words(leaf, names, language), joins(language))
    if len(rule.parties) == len(PARTY_KINDS):
        return words
    template = "customers only: {rule}" if rule.parties == PARTY_KINDS[:1] else "merchants only: {rule}"
    return translate(template, language, rule=words)


def _leaf_words(leaf: TargetLeaf, names: Mapping[str, str], language: Language) -> str:
    if isinstance(leaf, AreaLeaf):
        shown = translate(", ", language).join(names.get(grid, grid) for grid in leaf.grid_ids[:SHOWN_GRIDS])
        more = len(leaf.grid_ids) - SHOWN_GRIDS
        rest = translate(" and {more} more", language, more=more) if more > 0 else ""
        return translate("in area {grids}", language, grids=shown + rest)
    name = names.get(leaf.feature_id, leaf.feature_id)
    template = "in industry {name}" if isinstance(leaf, IndustryLeaf) else "in cohort {name}"
    return translate(template, language, name=name)


def _leaf_mask(leaf: TargetLeaf) -> pl.Expr:
    if isinstance(leaf, AreaLeaf):
        return pl.col("grid_id").is_in(list(leaf.grid_ids))
    return pl.col(column_of(leaf))


def _leaf(body: Mapping[str, object], where: str) -> TargetLeaf:
    if len(body) == 1 and "area" in body:
        return AreaLeaf(_grids(body["area"], f"{where}.area"))
    if len(body) == 1 and "industry" in body:
        return IndustryLeaf(_text(body["industry"], f"{where}.industry"))
    if len(body) == 1 and "cohort" in body:
        return CohortLeaf(_text(body["cohort"], f"{where}.cohort"))
    raise InvalidInputError(
        "{where}: expected exactly one of all, any, not, area, industry, cohort, got {given}",
        where=where,
        given=", ".join(map(str, body))[:MAX_TEXT],
    )


def _parties(given: object) -> tuple[str, ...]:
    if given is None:
        return PARTY_KINDS
    if not isinstance(given, list) or not given or any(item not in PARTY_KINDS for item in given):
        raise InvalidInputError(
            "parties must be a list out of {known}, got {given}", known=", ".join(PARTY_KINDS), given=str(given)[:40]
        )
    return tuple(kind for kind in PARTY_KINDS if kind in given)


def _grids(given: object, where: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not 0 < len(given) <= MAX_GRIDS:
        raise InvalidInputError("{where}: expected a list of 1 to {most} values", where=where, most=MAX_GRIDS)
    return tuple(sorted({_text(item, f"{where}[{at}]") for at, item in enumerate(given)}))


def _text(given: object, where: str) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= MAX_TEXT or "\0" in given:
        raise InvalidInputError("{where}: expected the id of a grid, got {given}", where=where, given=str(given)[:40])
    return given
