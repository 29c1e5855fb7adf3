"""A method's remarks are readable in both languages."""

from __future__ import annotations

import ast
from pathlib import Path

import gridgeo.scoring
from gridgeo.i18n import catalogue, translate
from gridgeo.scoring.notes import note

SOURCES = sorted(Path(gridgeo.scoring.__file__).parent.glob("*.py"))


def remark_templates() -> set[str]:
    """Collect the texts given to `note`, directly or through `_one_rate`."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"note", "_one_rate"}:
                found |= {
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
    return found


def test_every_remark_has_its_chinese() -> None:
    assert len(remark_templates()) > 8
    assert remark_templates() - set(catalogue()) == set()


def test_a_remark_keeps_template_and_fields_apart() -> None:
    remark = note("feature {feature} is missing", feature="trade")
    assert remark.text() == "feature trade is missing"
    assert translate(remark.template, "zh", **dict(remark.values)) == "缺少特征 trade"
