"""The guide's rules of cohorts and target groups: its samples are read, and it names all that a rule may say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gridgeo.features.cohort_rules import ATTRIBUTES, OPERATORS, cohort_from_json
from gridgeo.features.target_rules import target_from_json

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_sample_rules_are_read() -> None:
    cohort = cohort_from_json(json.loads((DOCS / "samples/cohort-rule.json").read_text(encoding="utf-8")))
    target = target_from_json(json.loads((DOCS / "samples/target-rule.json").read_text(encoding="utf-8")))
    assert cohort.as_of is None
    assert target.grid_ids == ("B1-1-1",)


@pytest.mark.parametrize("guide", ["guide.md", "zh/guide.md"])
def test_the_guide_names_every_attribute_and_every_operator(guide: str) -> None:
    text = (DOCS / guide).read_text(encoding="utf-8")
    words = {*ATTRIBUTES, *(operator for known in OPERATORS.values() for operator in known)}
    assert [word for word in sorted(words) if f"`{word}`" not in text] == []
