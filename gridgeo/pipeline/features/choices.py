"""What an industry or cohort grid can be about, to choose from a list: usual rules, each in words of every language."""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.industries import GBT, NEWEST_EDITION
from gridgeo.features import cohort_from_json
from gridgeo.features.cohort_rules import WORDS
from gridgeo.features.cohort_words import condition_words
from gridgeo.features.expressions import leaves
from gridgeo.features.industry_rules import of_scheme
from gridgeo.i18n import LANGUAGES
from gridgeo.pipeline.features.rules import industry_table, require_reader

DEEPEST_LEVEL = 2
"""Sections and divisions; a store may know groups and classes besides, too many for a list."""
USUAL: tuple[dict[str, Any], ...] = (
    *({"attribute": name, "is": word} for name, words in WORDS.items() for word in words),
    *({"attribute": "products", "at_least": count} for count in (2, 3)),
    {"attribute": "products", "at_most": 1},
    *({"attribute": "balance_fen", "at_least": fen} for fen in (5_000_000, 20_000_000, 50_000_000)),
    *({"attribute": "last_contact_on", "older_than_days": days} for days in (90, 180, 365)),
    {"attribute": "contacts_12m", "at_most": 0},
    {"attribute": "opened_on", "within_days": 365},
)
"""Conditions on customers, to be joined by AND; whoever needs OR, NOT or others writes the rule."""


def feature_choices(connection: sa.Connection, actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """Return what a grid of each kind can be about: industry and cohort, each a list of rule and words.

    industry: sections of GB/T 4754 with their divisions, section by section. words: language -> text. The rules are
    taken by `create_feature` as they are.
    Raises NotAllowedError for a role that tries no rules.
    """
    require_reader(actor)
    codes = of_scheme(industry_table(connection), GBT, NEWEST_EDITION[GBT])
    listed = codes.filter(pl.col("level") <= DEEPEST_LEVEL).sort(pl.coalesce("parent_code", "code"), "level", "code")
    return {
        "industry": [_of_code(*row) for row in listed.select("code", "name_en", "name_zh").iter_rows()],
        "cohort": [_of_condition(condition) for condition in USUAL],
    }


def _of_code(code: str, name_en: str | None, name_zh: str | None) -> dict[str, Any]:
    names = {"en": name_en or name_zh or "", "zh": name_zh or name_en or ""}
    rule = {"scheme": GBT, "edition": NEWEST_EDITION[GBT], "codes": [code]}
    return {"rule": rule, "words": {language: f"{code} {names[language]}".strip() for language in LANGUAGES}}


def _of_condition(condition: dict[str, Any]) -> dict[str, Any]:
    body = {"where": condition}
    (read,) = leaves(cohort_from_json(body).where)
    return {"rule": body, "words": {language: condition_words(read, language) for language in LANGUAGES}}
