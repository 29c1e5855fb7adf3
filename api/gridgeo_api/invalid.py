"""What is wrong with a parameter, in a sentence that names the field, the rule and what was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

GIVEN_LENGTH = 80
TEMPLATES = {
    "missing": "{field} is missing",
    "extra_forbidden": "{field} is not a field of this request",
    "int_parsing": "{field} must be a whole number, got {given}",
    "int_parsing_size": "{field} must be a whole number, got {given}",
    "int_from_float": "{field} must be a whole number, got {given}",
    "float_parsing": "{field} must be a number, got {given}",
    "finite_number": "{field} must be a finite number, got {given}",
    "greater_than_equal": "{field} must be at least {ge}, got {given}",
    "less_than_equal": "{field} must be at most {le}, got {given}",
    "string_too_long": "{field} must have at most {max_length} characters, got {given}",
    "string_too_short": "{field} is too short, got {given}",
    "string_pattern_mismatch": "{field} has characters or a form that is not allowed, got {given}",
    "literal_error": "{field} must be one of {expected}, got {given}",
    "enum": "{field} must be one of {expected}, got {given}",
    "json_invalid": "the request body is not valid JSON",
}
OTHER = "{field} is not valid, got {given}"


def first_fault(faults: Sequence[Any]) -> tuple[str, dict[str, object]]:
    """Return template and values for the first fault of pydantic's list."""
    fault = faults[0]
    template = TEMPLATES.get(fault["type"], OTHER)
    context = {key: value for key, value in fault.get("ctx", {}).items() if f"{{{key}}}" in template}
    missing = any(f"{{{key}}}" in template and key not in context for key in ("ge", "le", "max_length", "expected"))
    return (OTHER if missing else template), context | {"field": _field(fault["loc"]), "given": _given(fault["input"])}


def _field(location: Sequence[str | int]) -> str:
    """Return the field's name without the part of the request it came in."""
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def _given(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    shown = text if len(text) <= GIVEN_LENGTH else f"{text[:GIVEN_LENGTH]}…"
    return shown.encode("unicode_escape").decode() if not shown.isprintable() else shown
