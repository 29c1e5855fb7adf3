"""What a ground is: real boundaries, streets, buildings, merchants and addresses of one place, with an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from gridgeo.domain.tables import STREETS, Contract, empty

BoundaryKind = Literal["municipality", "extract"]
TravelMode = Literal["drive", "walk"]

BRANCH_SITES: Contract = {
    "id": pl.String,
    "kind": pl.String,
    "name": pl.String,
    "lng": pl.Float64,
    "lat": pl.Float64,
}
"""Bank points of the source (kind: bank, post_office); institutions' own names, never a demo branch's name."""


@dataclass(frozen=True)
class GroundSpec:
    """How to read one extract.

    name: the key of the ground, also in population files. file: name of the extract. boundary: ``municipality`` takes
    named administrative areas of level `boundary_level` inside the area `inside_name` of level `inside_level`;
    ``extract`` takes the file's outline as one boundary called `outline_name`. city: town of addresses that name none.
    datum: of the source; OpenStreetMap is wgs84. resolutions: H3 resolutions that make sense, the default first.
    travel: how customers reach a branch.
    """

    name: str
    file: str
    boundary: BoundaryKind
    resolutions: tuple[int, ...] = (9,)
    travel: TravelMode = "drive"
    datum: str = "wgs84"
    boundary_level: str = "8"
    inside_name: str | None = None
    inside_level: str = "2"
    outline_name: str = "extract"
    city: str | None = None

    @property
    def resolution(self) -> int:
        """Return the default H3 resolution."""
        return self.resolutions[0]


@dataclass(frozen=True)
class LayerReport:
    """The account of one layer: rows_in = accepted + sum(rejected), exactly.

    rows_out: rows of the resulting table; more than accepted where one source row became several (number ranges).
    """

    layer: str
    rows_in: int
    accepted: int
    rejected: dict[str, int] = field(default_factory=dict)
    rows_out: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        rows_out = self.accepted if self.rows_out is None else self.rows_out
        return {
            "rows_in": self.rows_in,
            "accepted": self.accepted,
            "rejected": dict(self.rejected),
            "rows_out": rows_out,
        }


@dataclass(frozen=True)
class Ground:
    """One place, read and checked.

    boundaries, streets, buildings, merchants: frames of the contracts in `gridgeo.domain.tables`. addresses: GAZETTEER
    rows of kind address. branch_sites: BRANCH_SITES. accounts: one a layer. waterways: STREETS of the classes
    `gridgeo.domain.words.WATERWAYS`. fictional: nothing of it exists, and everything that shows it says so.
    """

    name: str
    boundaries: pl.DataFrame
    streets: pl.DataFrame
    buildings: pl.DataFrame
    merchants: pl.DataFrame
    addresses: pl.DataFrame
    branch_sites: pl.DataFrame
    accounts: tuple[LayerReport, ...]
    waterways: pl.DataFrame = field(default_factory=lambda: empty(STREETS))
    fictional: bool = False

    @property
    def report(self) -> dict[str, dict[str, Any]]:
        """Return the accounts as plain JSON values: layer -> rows in, accepted, rejected by reason, rows out."""
        return {entry.layer: entry.as_dict() for entry in self.accounts}


def account(layer: str, judged: pl.DataFrame, rows_out: int | None = None) -> LayerReport:
    """Count a table whose column `reason` is null for accepted rows and says why for the others."""
    counts = judged.get_column("reason").drop_nulls().value_counts().sort("reason")
    rejected = dict(zip(counts.get_column("reason"), counts.get_column("count"), strict=True))
    accepted = judged.get_column("reason").null_count()
    return LayerReport(layer, judged.height, accepted, rejected, rows_out)
