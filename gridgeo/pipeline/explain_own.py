"""Take a user's measure apart: the columns that it names, what the cells around gave, how a composite adds up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import ring_pairs
from gridgeo.cells.points import resolutions
from gridgeo.domain import CellArray, FloatArray
from gridgeo.domain.user_measures import UserMeasure
from gridgeo.pipeline.published import Publication
from gridgeo.pipeline.stored_columns import counts_of
from gridgeo.scoring import Component
from gridgeo.scoring.basis import FEATURE
from gridgeo.scoring.composite import contributions
from gridgeo.scoring.formula import Place, formula_text, parse_formula, surroundings
from gridgeo.scoring.formula_values import Cells, formula_values
from gridgeo.scoring.measure_names import names_used
from gridgeo.scoring.notes import Note, note
from gridgeo.scoring.parts import NAMED_BY_MEASURE, Explained, Part, number
from gridgeo.scoring.user_figures import explained_share
from gridgeo.storage import read_frame, score_definition
from gridgeo.storage.score_basis import read_basis

NOT_KEPT = "a column of this measure is not kept with the scores: it cannot be worked out again"


@dataclass(frozen=True)
class _Ground:
    """The cells that a measure is worked out over again: all of a resolution, or the one cell; at: which one it is."""

    cells: CellArray
    at: int
    columns: Mapping[str, FloatArray]
    around: Cells

    def here(self, values: FloatArray) -> float | None:
        """Return the value of the cell in question, None where it is unknown."""
        return number(float(values[self.at]))


def explain_own(connection: sa.Connection, published: Publication, cell: int, measure: str) -> Explained:
    """Return what a user's measure of a cell was computed from, and the computation done again.

    A formula over a cell's own values needs that cell only; whatever looks at others reads its columns of every cell.
    """
    definition = score_definition(connection, published.versions["score"], measure)
    if definition is None:
        return Explained("", None, ())
    ground = _ground(connection, published, definition, cell)
    if ground is None:
        return Explained(definition.text, None, (), (note(NOT_KEPT),))
    named = tuple(_named(name, ground, published) for name in names_used(definition))
    value, more, notes = _worked_out(definition, ground, measure)
    return Explained(definition.text, value, (*named, *more), notes)


def _named(name: str, ground: _Ground, published: Publication) -> Part:
    words = NAMED_BY_MEASURE if name in published.measures else note("column {column}", column=name)
    return Part(name, ground.here(ground.columns[name]), words)


def _worked_out(
    definition: UserMeasure, ground: _Ground, measure: str
) -> tuple[float | None, tuple[Part, ...], tuple[Note, ...]]:
    if definition.components:
        return _composite(definition, ground, measure)
    if definition.kind == "share":
        value, parts = explained_share(definition, ground.columns, ground.around, ground.at)
        return value, parts, ()
    tree = parse_formula(str(definition.formula), Place(definition.id))
    around = tuple(
        Part(
            formula_text(node),
            ground.here(formula_values(node, ground.columns, ground.around)),
            note("worked out over the cells around, or of the branch"),
        )
        for node in surroundings(tree)
    )
    return ground.here(formula_values(tree, ground.columns, ground.around)), around, ()


def _composite(
    definition: UserMeasure, ground: _Ground, measure: str
) -> tuple[float | None, tuple[Part, ...], tuple[Note, ...]]:
    parts = tuple(Component(part.measure, part.weight, part.direction) for part in definition.components)
    values = np.column_stack([ground.columns[part.measure] for part in parts])
    added = contributions(values, parts)[ground.at]
    whole = sum(part.weight for part in parts)
    shown: list[Part] = []
    for part, adds in zip(parts, added.tolist(), strict=True):
        weight = part.weight / whole
        place = number(adds / weight) if weight else None
        shown += [
            Part(f"{part.measure}: weight", weight, note("its weight, all together 1")),
            Part(f"{part.measure}: place", place, note("its percentile place among all cells, 1 is best")),
            Part(f"{part.measure}: adds", number(adds), note("what it adds to the score")),
        ]
    score = number(float(added.sum()))
    if measure == definition.id:
        return score, tuple(shown), ()
    place_said = note("the place follows from the scores of all cells of the branch")
    return None, (*shown, Part("score", score, note("score of the composite"))), (place_said,)


def _ground(connection: sa.Connection, published: Publication, definition: UserMeasure, cell: int) -> _Ground | None:
    """Return the columns that a measure needs; None where one is not to be had any more."""
    score, names = published.versions["score"], set(names_used(definition))
    alone = definition.formula is not None and not surroundings(parse_formula(definition.formula, Place(definition.id)))
    home = read_frame(connection, "catchment_cell", version_id=published.versions["catchment"]).sort("cell")
    level = resolutions(np.array([cell], dtype=np.uint64))[0]
    base = home.filter((pl.col("cell") == cell) if alone else pl.Series(resolutions(home["cell"].to_numpy()) == level))
    cells = base["cell"].to_numpy()
    wide = _of_measures(connection, score, base, names)
    columns = {name: wide[name].fill_null(np.nan).to_numpy() for name in names if name in wide.columns}
    columns |= _of_basis(connection, score, base, names - columns.keys())
    if names - columns.keys():
        counts = counts_of(connection, published.versions["ground"], cells, published.resolution)
        columns |= {name: values for name, values in counts.items() if name in names - columns.keys()}
    if names - columns.keys():
        return None
    _, branch = np.unique(base["branch_id"].to_numpy(), return_inverse=True)
    around = Cells(branch.astype(np.int64), partial(ring_pairs, cells))
    return _Ground(cells, int(np.searchsorted(cells, np.uint64(cell))), columns, around)


def _of_measures(connection: sa.Connection, score: int, base: pl.DataFrame, names: Collection[str]) -> pl.DataFrame:
    where: dict[str, object] = {"measure": sorted(names)}
    if base.height == 1:
        where["cell"] = base["cell"][0]
    rows = read_frame(connection, "cell_score", version_id=score, where=where, columns=["measure", "cell", "value"])
    wide = rows.pivot("measure", index="cell", values="value")
    return base.select("cell").join(wide, on="cell", how="left", maintain_order="left")


def _of_basis(
    connection: sa.Connection, score: int, base: pl.DataFrame, names: Collection[str]
) -> dict[str, FloatArray]:
    """Return the columns of the cells' make-up among the names, as the score version keeps them."""
    if not names:
        return {}
    frames = read_basis(connection, score, base["branch_id"].unique().to_list())
    known = [
        frame.select("cell", *(pl.col(_kept_as(name)).alias(name) for name in names if _kept_as(name) in frame.columns))
        for frame in frames.values()
    ]
    if not known:
        return {}
    rows = base.select("cell").join(pl.concat(known), on="cell", how="left", maintain_order="left")
    return {name: rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in names if name in rows.columns}


def _kept_as(name: str) -> str:
    return name if name == "travel_s" else f"{FEATURE}{name}"
