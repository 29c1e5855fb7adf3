"""The page's types are those of the service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.modules import module_at

from .test_openapi import DESCRIPTION

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def api_types() -> Any:
    """The script as a module."""
    return module_at("api_types", ROOT / "scripts/api_types.py")


def test_the_types_of_the_page_are_those_of_the_service(api_types: Any) -> None:
    assert api_types.OUT.read_text(encoding="utf-8") == api_types.types_of(DESCRIPTION), "run scripts/api_types.py"


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, "string"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number | null"),
        ({"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "null"}]}}, "(number | null)[]"),
        ({"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}]}, "[number, string]"),
        ({"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Job"}}, "Record<string, Job>"),
        ({"enum": ["a", "b"], "type": "string"}, '"a" | "b"'),
        ({}, "unknown"),
    ],
)
def test_a_schema_becomes_a_type(api_types: Any, schema: dict[str, Any], expected: str) -> None:
    assert api_types._type(schema, 0) == expected


def test_a_changed_description_makes_the_types_stale(api_types: Any) -> None:
    changed = DESCRIPTION | {"paths": {}}
    assert api_types.types_of(changed) != api_types.types_of(DESCRIPTION)
