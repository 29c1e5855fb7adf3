"""What came with an import besides its rows: the file, what was refused, positions as delivered, matches to review."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import CLUSTERED, Base, BigInt, Cell, Json, Versioned, json_check


class StoreSetting(Base):
    """A fact about the store itself, fixed when it is made, such as its house datum."""

    __tablename__ = "store_setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class ImportFile(Base):
    """The file behind a dataset version; `rejected_csv` is zlib-compressed and null when every row was taken."""

    __tablename__ = "import_file"
    __table_args__ = (sa.Index(None, "table_kind", "sha256"), json_check("options"))

    version_id: Mapped[int] = mapped_column(
        sa.BigInteger, sa.ForeignKey("version.id"), primary_key=True, autoincrement=False
    )
    table_kind: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    size_bytes: Mapped[BigInt]
    options: Mapped[Json]
    rows_in: Mapped[BigInt]
    accepted: Mapped[BigInt]
    rejected: Mapped[BigInt]
    rejected_csv: Mapped[bytes | None] = mapped_column(sa.LargeBinary)


class Original(Versioned, Base):
    """A position as it was delivered, where its datum is not the store's.

    `shape` is WKB in the source's CRS as hexadecimal text, which COPY takes as it is.
    """

    __tablename__ = "original"
    __table_args__ = (CLUSTERED,)

    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    x: Mapped[float | None]
    y: Mapped[float | None]
    shape: Mapped[str | None]


class CellValue(Versioned, Base):
    """A figure that came keyed by an H3 cell."""

    __tablename__ = "cell_value"
    __table_args__ = (sa.Index(None, "version_id", "cell"), CLUSTERED)

    name: Mapped[str] = mapped_column(primary_key=True)
    cell: Mapped[Cell] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[float | None]


class ZoneMatch(Versioned, Base):
    """How a zone of a denominator file found its boundary."""

    __tablename__ = "zone_match"

    given: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str | None]
    zone: Mapped[str | None]
    score: Mapped[float | None]
    rule: Mapped[str]
    decision: Mapped[str]


class PartyMatch(Versioned, Base):
    """Two rows that may be one party."""

    __tablename__ = "party_match"

    party_kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    into_id: Mapped[str] = mapped_column(primary_key=True)
    rule: Mapped[str]
    score: Mapped[float | None]
    decision: Mapped[str]


class IndustryCode(Versioned, Base):
    """A code of an industry scheme."""

    __tablename__ = "industry_code"

    scheme: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    parent_code: Mapped[str | None]
    level: Mapped[int]
    name_zh: Mapped[str | None]
    name_en: Mapped[str | None]
    source: Mapped[str | None]
