"""Files and functions stay short enough to be read at a sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("gridgeo", "api/gridgeo_api", "scripts", "tests")
MAX_FILE_LINES = 400
MAX_BODY_LINES = 40
EXEMPT = {
    # One revision writes the whole first schema; splitting it would hide the order of its tables.
    "gridgeo/storage/migrations/versions",
}


def sources() -> list[Path]:
    """Every Python file of ours, but the exempt ones."""
    found = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if not any(str(path.relative_to(ROOT)).startswith(part) for part in EXEMPT)]


def long_functions(text: str) -> Iterator[str]:
    """Yield the name of each function whose body, docstring left out, is too long."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if body and (body[-1].end_lineno or 0) - body[0].lineno + 1 > MAX_BODY_LINES:
                yield node.name


def is_long(text: str) -> bool:
    """Tell whether a file has too many lines."""
    return len(text.splitlines()) > MAX_FILE_LINES


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_file_and_its_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not is_long(text)
    assert list(long_functions(text)) == []


def test_a_long_function_is_found() -> None:
    text = "def long():\n" + "    x = 1\n" * (MAX_BODY_LINES + 1)
    assert list(long_functions(text)) == ["long"]


def test_a_long_file_is_found() -> None:
    assert is_long("x = 1\n" * (MAX_FILE_LINES + 1))
    assert not is_long("x = 1\n" * MAX_FILE_LINES)
