"""What catchments are drawn on: the ground's cells, its roads and boundaries, the branches and their customers."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import NeighbourGraph, cells_from_points, neighbour_graph
from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.pipeline.bank import branches_of
from gridgeo.pipeline.denominators.on_cells import choices_of, people_on_cells
from gridgeo.pipeline.ground_cells import ground_cells, ground_zones, settlement_of
from gridgeo.pipeline.locate import find_customers
from gridgeo.pipeline.steps import Inputs
from gridgeo.sources import RoadGraph, cell_anchors, road_graph_from_tables
from gridgeo.sources.isochrones import travel_times, walked_graph
from gridgeo.storage import VersionRecord, list_versions, read_frame, version_record


class Terrain:
    """One ground and one bank at one resolution, read when first asked for.

    cells: the ground's, sorted. zone: position of the zone of each. branches: id, lng, lat and more, ordered by id.
    mode: how customers reach a branch, drive or walk.
    """

    def __init__(self, connection: sa.Connection, inputs: Inputs, resolution: int) -> None:
        self._connection = connection
        self._inputs = inputs
        self.resolution = resolution
        self.cells, self.zone = ground_cells(connection, inputs.ground, resolution)
        self.branches = branches_of(read_frame(connection, "org_unit", version_id=inputs.bank))
        if self.branches.is_empty():
            raise InvalidInputError("there is no branch to draw catchments for")
        self.mode = str(version_record(connection, inputs.ground).params["mode"])
        self._travel: dict[int, FloatArray] = {}

    @property
    def ids(self) -> list[str]:
        """Branches' ids, ascending."""
        return self.branches["id"].to_list()

    def position(self, branch_id: str) -> int:
        """Return the position of a branch; NotFoundError when the bank has none of that id."""
        if branch_id not in self.ids:
            raise NotFoundError(
                "there is no branch {branch}; known are {known}", branch=branch_id, known=", ".join(self.ids[:20])
            )
        return self.ids.index(branch_id)

    def point(self, branch: int) -> tuple[float, float]:
        """Return lng and lat of the branch at a position; InvalidInputError when it has none."""
        row = self.branches.row(branch, named=True)
        if row["lng"] is None or row["lat"] is None:
            raise InvalidInputError("branch {branch} has no position: import it with lng and lat", branch=row["id"])
        return float(row["lng"]), float(row["lat"])

    def points(self, branches: list[int]) -> tuple[FloatArray, FloatArray]:
        """Return lng and lat of the branches at some positions, each shape (n,)."""
        both = np.array([self.point(branch) for branch in branches], dtype=np.float64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    @cached_property
    def touching(self) -> NeighbourGraph:
        """Who touches whom among the cells."""
        return neighbour_graph(self.cells)

    @cached_property
    def anchors(self) -> tuple[FloatArray, FloatArray]:
        """lng, lat of where the people of each cell are."""
        return cell_anchors(self.cells, read_frame(self._connection, "building", version_id=self._inputs.ground))

    @cached_property
    def roads(self) -> RoadGraph:
        """The road network as it was imported."""
        if self._edges.is_empty():
            raise InvalidInputError("the ground has no roads: import them, or draw by a straight line")
        nodes = read_frame(self._connection, "road_node", version_id=self._inputs.ground)
        return road_graph_from_tables(nodes, self._edges, self.mode)

    @cached_property
    def _edges(self) -> pl.DataFrame:
        return read_frame(self._connection, "road_edge", version_id=self._inputs.ground)

    def roads_for(self, mode: str) -> RoadGraph:
        """Return the network for driving or walking.

        Raises InvalidInputError when the roads were read for walking and are to be driven.
        """
        if mode == "walk":
            return walked_graph(self.roads)
        if self.mode == "walk":
            raise InvalidInputError("the ground's roads were imported for walking: import them again for driving")
        return self.roads

    def seconds_to(self, place: tuple[float, float], mode: str) -> FloatArray:
        """Return the seconds of customers from every cell to a place (lng, lat); infinite where there is no way."""
        return travel_times(self.roads_for(mode), *place, self.cells, self.anchors, towards=True)

    def seconds_from(self, branch: int) -> FloatArray:
        """Return the seconds of staff from a branch to every cell; infinite where there is no way or no road."""
        if self._edges.is_empty():
            return np.full(len(self.cells), np.inf)
        if branch not in self._travel:
            times = travel_times(self.roads, *self.point(branch), self.cells, self.anchors, towards=False)
            self._travel[branch] = times
        return self._travel[branch]

    @cached_property
    def boundaries(self) -> pl.DataFrame:
        """Every boundary of the ground, of any kind."""
        return read_frame(self._connection, "boundary", version_id=self._inputs.ground)

    @cached_property
    def streets(self) -> pl.DataFrame:
        """Every street of the ground that has a name."""
        return read_frame(self._connection, "street", version_id=self._inputs.ground).drop_nulls("name")

    @cached_property
    def outline(self) -> shapely.Geometry:
        """What the ground covers: the boundaries that share it out."""
        shapes: shapely.Geometry = shapely.union_all(
            shapely.from_wkb(ground_zones(self._connection, self._inputs.ground)["geometry"].to_numpy())
        )
        return shapes

    @cached_property
    def located(self) -> pl.DataFrame:
        """The branches' own customers with a position on the ground: branch, at (positions of branch and cell)."""
        columns = ["id", "branch_id", "party"]
        owners = read_frame(self._connection, "customer", version_id=self._inputs.bank, columns=columns)
        known = pl.DataFrame({"branch_id": self.ids, "branch": np.arange(len(self.ids), dtype=np.int64)})
        found = _positions(self._connection, self._inputs).join(
            owners.filter(pl.col("party").fill_null("customer") == "customer").join(known, on="branch_id"), on="id"
        )
        cell = cells_from_points(found["lng"].to_numpy(), found["lat"].to_numpy(), self.resolution)
        at = np.minimum(np.searchsorted(self.cells, cell), len(self.cells) - 1).astype(np.int64)
        return found.select("branch", at=at).filter(self.cells[at] == cell)

    def customers_of(self, branch: int) -> FloatArray:
        """Return the located customers of a branch in each cell, shape (n_cells,)."""
        at: IntArray = self.located.filter(pl.col("branch") == branch)["at"].to_numpy()
        return np.bincount(at, minlength=len(self.cells)).astype(np.float64)

    @cached_property
    def customers(self) -> FloatArray:
        """Located customers of all branches in each cell, shape (n_cells,)."""
        return np.bincount(self.located["at"].to_numpy(), minlength=len(self.cells)).astype(np.float64)

    @cached_property
    def people(self) -> FloatArray | None:
        """People in each cell, shape (n_cells,); None where the ground has no denominators for all its zones."""
        settled = settlement_of(self._connection, self._inputs.ground)
        known = choices_of(self._connection, self._inputs.ground, settled).get("people")
        if known is None or not known.usable:
            return None
        return people_on_cells(self._connection, self._inputs.ground, self.cells, settled)[1]


def _positions(connection: sa.Connection, inputs: Inputs) -> pl.DataFrame:
    """Return the customers whose position is good for a cell: id, lng, lat.

    Out of the newest locations of the same bank, reviewed ones included, else looked up here.
    """
    tiers = ["given", *PLACED_TIERS]
    versions = [entry.id for entry in list_versions(connection, "location") if _finished_on(entry, inputs.bank)]
    if versions:
        where: dict[str, Any] = {"party_kind": "customer", "tier": tiers}
        rows = read_frame(connection, "location", version_id=versions[0], where=where)
        return rows.select("lng", "lat", id="party_id").drop_nulls()
    found = find_customers(connection, inputs)
    return found.filter(pl.col("tier").is_in(tiers)).select("lng", "lat", "id").drop_nulls()


def _finished_on(entry: VersionRecord, bank: int) -> bool:
    return entry.report is not None and bool(entry.params.get("inputs", {}).get("bank") == bank)
