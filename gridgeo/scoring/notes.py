"""Remarks of a method about its own result, kept as template and fields so that the edges can translate them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """One remark: an English template, which is also the key of its translation, and what fills its fields."""

    template: str
    values: tuple[tuple[str, str], ...] = ()

    def text(self) -> str:
        """Return the remark in English."""
        return self.template.format(**dict(self.values))


def note(template: str, **values: object) -> Note:
    """Make a remark; values are kept as text in the order of their names."""
    return Note(template, tuple((name, str(value)) for name, value in sorted(values.items())))
