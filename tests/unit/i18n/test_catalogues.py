"""Chinese stands beside every English text a user can meet, with the same fields."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from gridgeo import errors
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import catalogue, error_text, language_from, translate

ROOT = Path(__file__).resolve().parents[3]
KINDS = {name for name in dir(errors) if name.endswith("Error")}


def literal(node: ast.expr) -> str | None:
    """Return the text of a string literal, None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def raised_templates() -> dict[str, str]:
    """Template -> file, for every message handed to one of our errors."""
    found: dict[str, str] = {}
    for path in sorted([*(ROOT / "gridgeo").rglob("*.py"), *(ROOT / "api/gridgeo_api").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name in KINDS and (text := literal(node.args[0])) is not None:
                    found[text] = str(path.relative_to(ROOT))
    return found


def fields(template: str) -> set[str]:
    """Return the names of the fields of a template."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_error_message_has_its_chinese() -> None:
    missing = {text: path for text, path in raised_templates().items() if text not in catalogue()}
    assert missing == {}


HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")
TYPED = re.compile(
    r"西,南,东,北|姓名:(角色|\{role\}:网点,网点)|units:甲,乙|drawn:文件|EPSG:代码|用户:口令|\(s\)://主机\[:端口\]"
)
"""What is typed exactly so, Chinese words in it or not."""


def test_chinese_is_set_with_chinese_punctuation() -> None:
    assert [zh for zh in catalogue().values() if HALF_WIDTH.search(TYPED.sub("", zh))] == []
    assert HALF_WIDTH.search("没有图层 streets;可用的有 {known}")
    assert not HALF_WIDTH.search("没有图层 streets；可用的有 {known}")


def test_translations_keep_the_fields() -> None:
    assert {en: zh for en, zh in catalogue().items() if fields(en) != fields(zh)} == {}


def test_an_error_speaks_both_languages() -> None:
    error = InvalidInputError("table {table}: {detail}", table="customer", detail="x")
    assert str(error) == "table customer: x"
    assert error_text(error, "zh") == "表 customer：x"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("zh_CN.UTF-8", "zh"),
        ("en-GB,en;q=0.9", "en"),
        ("fr,zh;q=0.5", "zh"),
        ("C", "en"),
        (None, "en"),
        ("", "en"),
    ],
)
def test_language_is_read_from_locale_and_header(given: str | None, expected: str) -> None:
    assert language_from(given) == expected


def test_an_unknown_template_stays_english() -> None:
    assert translate("no such text {n}", "zh", n=1) == "no such text 1"
