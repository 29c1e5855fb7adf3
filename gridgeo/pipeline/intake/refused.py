"""Rejected rows kept with their import, to be written out in the file's own columns."""

from __future__ import annotations

import io
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import NotFoundError
from gridgeo.i18n import Language, translate
from gridgeo.maps import formula_safe
from gridgeo.pipeline.steps import require_planner
from gridgeo.storage.imports import rejected_of

ABOUT = ("row", "field", "value", "reason")
"""Columns that say why; the file's own follow."""


@dataclass
class Refused:
    """Takes rejected rows batch by batch, compressed as they come, so that a file of nothing else fits into memory."""

    count: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first: list[dict[str, Any]] = field(default_factory=list)
    _parts: list[bytes] = field(default_factory=list)
    _packer: Any = field(default_factory=lambda: zlib.compressobj(6))

    def take(self, rows: pl.DataFrame) -> None:
        """Add rejected rows: row, field, value, reason, and the file's own columns."""
        if rows.is_empty():
            return
        text = rows.write_csv(include_header=self.count == 0)
        self._parts.append(self._packer.compress(text.encode()))
        self.count += rows.height
        for reason, count in rows["reason"].value_counts().iter_rows():
            self.reasons[reason] += count
        if len(self.first) < 20:
            self.first += rows.select(ABOUT).head(20 - len(self.first)).to_dicts()

    def packed(self) -> bytes | None:
        """Return everything taken as compressed CSV, None when nothing was; nothing can be taken after."""
        return b"".join([*self._parts, self._packer.flush()]) if self.count else None


def rejected_rows(connection: sa.Connection, actor: Actor, version_id: int, language: Language) -> pl.DataFrame:
    """Return the rejected rows of an import: row, field, value, reason in the language, the file's own columns as text.

    Raises NotFoundError for a version that no file stands behind, NotAllowedError for roles that may not import.
    """
    require_planner(actor)
    packed = rejected_of(connection, version_id)
    if packed is None:
        return pl.DataFrame(schema=dict.fromkeys(ABOUT, pl.String))
    rows = pl.read_csv(io.BytesIO(zlib.decompress(packed)), infer_schema=False)
    known = {reason: translate(reason, language) for reason in rows["reason"].unique().drop_nulls()}
    return rows.with_columns(pl.col("reason").replace(known))


def write_rejected(rows: pl.DataFrame, out: Path) -> int:
    """Write rejected rows to a CSV that a spreadsheet opens without running anything; return how many.

    Raises NotFoundError when the folder does not exist.
    """
    if not out.parent.is_dir():
        raise NotFoundError("folder {folder} does not exist", folder=str(out.parent))
    formula_safe(rows).write_csv(out, include_bom=True)
    return rows.height
