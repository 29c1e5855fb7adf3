"""Where to work next: cells of each branch, or of one area grid, in the order of their gap, with reasons in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cell_strings, common_resolution, parents
from gridgeo.domain import Actor, BoolArray, CellArray, FloatArray
from gridgeo.domain.public import sees_public_only
from gridgeo.domain.words import EVIDENCE
from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.maps import MARKETING_ONLY
from gridgeo.pipeline import browse
from gridgeo.pipeline.explain import both_languages
from gridgeo.pipeline.grids.card import find_grid
from gridgeo.pipeline.grids.sets import grid_state, sets
from gridgeo.pipeline.last_contact import days_since_contact
from gridgeo.scoring.gap import Gap
from gridgeo.scoring.where_next import CellFacts, next_cells, reasons
from gridgeo.storage.score_basis import read_basis

MEASURES = ("customers", "people", "merchants", "penetration", "gap")
FROM_BASIS = ("placed_share", "comparable", "target_rate", "median_rate", "travel_s")
MOST = 200
"""Cells a list at most: nobody works through more."""


@dataclass(frozen=True)
class _Band:
    """Penetration of the listed cells with its band."""

    value: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class _Listed:
    """Cells that are listed, owner by owner in the order of their places."""

    scores: browse.CellScores
    at: np.ndarray
    place: np.ndarray

    def figure(self, measure: str, what: str = "values") -> FloatArray:
        """Return a measure of the listed cells."""
        values: FloatArray = getattr(self.scores.measures[measure], what)[self.at]
        return values

    @property
    def branch(self) -> list[str]:
        """Return the branch of each."""
        return [self.scores.branch_ids[index] for index in self.scores.branch_index[self.at].tolist()]


def where_next(
    connection: sa.Connection,
    actor: Actor,
    branch_id: str | None = None,
    grid_id: str | None = None,
    limit: int = 20,
    *,
    today: date,
) -> dict[str, Any]:
    """Return for each branch in scope, for one branch, or for one area grid, its cells in the order of their gap.

    Firm gaps come before weak ones; cells without a gap or evidence are not listed. limit: cells a list, 1 to MOST.
    Keys: by ("branch" or "grid"), lists (branch_id, grid_id, name, cells), as_of, versions, notice; of each cell place,
    cell, the gap with band and evidence, customers, people, penetration, merchants, typical, target, comparable,
    travel_s, days_since_contact and reasons in both languages. A consumer's list is made of published figures alone,
    which were computed with hidden cells left out; what is not published is null and gives no reason.
    Raises NotFoundError for a branch or grid outside the actor's scope, InvalidInputError for a limit out of range,
    NotAllowedError for a consumer who asks for a grid.
    """
    if not 1 <= limit <= MOST:
        raise InvalidInputError("limit must be 1 to {most}, got {given}", most=MOST, given=limit)
    published = browse.publication(connection)
    owner, name, inside = branch_id, None, None
    if grid_id is not None:
        owner, name, inside = _grid(connection, actor, branch_id, grid_id)
    scores = browse.cells(connection, actor, published, branch_id=owner, measures=MEASURES)
    listed = _chosen(scores, inside, limit)
    cells = _cells(connection, actor, published, listed, today)
    branches = [owner] if owner is not None else list(scores.branch_ids)
    return {
        "by": "branch" if grid_id is None else "grid",
        "lists": [
            {
                "branch_id": branch,
                "grid_id": grid_id if name is None else name[0],
                "name": name[1] if name else None,
                "cells": [cell for cell, of in zip(cells, listed.branch, strict=True) if of == branch],
            }
            for branch in branches
        ],
        "as_of": today.isoformat(),
        "synthetic": published.synthetic,
        "versions": published.versions | {"publication": published.id},
        "notice": MARKETING_ONLY,
    }


def _grid(
    connection: sa.Connection, actor: Actor, branch_id: str | None, grid_id: str
) -> tuple[str, tuple[str, str], CellArray]:
    """Return a grid's branch, its id and name, and its cells; the grid is looked for in every branch in scope."""
    branches = [branch_id] if branch_id is not None else [str(each["branch_id"]) for each in sets(connection, actor)]
    for branch in branches:
        state = grid_state(connection, actor, branch)
        if branch_id is None and not any(grid_id in (grid.id, grid.name) for grid in state.grids):
            continue
        record = find_grid(state, grid_id)
        return branch, (record.id, record.name), state.cells[state.grid_of == state.position(record.id)]
    raise NotFoundError("there is no grid {grid}", grid=grid_id)


def _chosen(scores: browse.CellScores, inside: CellArray | None, limit: int) -> _Listed:
    """Choose the first cells of each branch, of those that lie inside the cells given."""
    gap = scores.measures["gap"]
    evidence = gap.evidence.fill_null(EVIDENCE[2]).to_numpy().astype(str)
    if inside is not None:
        evidence = np.where(_within(scores.cells, inside), evidence, EVIDENCE[2])
    at, place = next_cells(_gap(gap, evidence), scores.branch_index, limit)
    return _Listed(scores, at, place)


def _within(cells: CellArray, inside: CellArray) -> BoolArray:
    """Tell which cells lie in a grid; its own cells may be of another resolution than the scores."""
    if not len(cells) or not len(inside):
        return np.zeros(len(cells), dtype=bool)
    ours, theirs = common_resolution(cells), common_resolution(inside)
    if theirs < ours:
        return np.isin(parents(cells, theirs), inside)
    return np.isin(cells, parents(inside, ours) if theirs > ours else inside)


def _gap(gap: browse.MeasureColumns, evidence: np.ndarray) -> Gap:
    unknown = np.full(len(gap.values), np.nan)
    none = np.zeros(len(gap.values), dtype=np.int64)
    return Gap(gap.values, gap.low, gap.high, none, unknown, unknown, unknown, unknown, evidence)


def _cells(
    connection: sa.Connection, actor: Actor, published: browse.Publication, listed: _Listed, today: date
) -> list[dict[str, Any]]:
    """Return one record a listed cell."""
    numbers = listed.scores.cells[listed.at]
    kept = _kept(connection, actor, published, listed)
    share = kept["placed_share"]
    customers = np.where(np.isfinite(share), listed.figure("customers") / share, listed.figure("customers"))
    people = listed.figure("people")
    days = np.full(len(numbers), np.nan)
    if not sees_public_only(actor):
        days = days_since_contact(connection, published.versions, numbers, today)
    facts = CellFacts(customers, people, np.nan_to_num(listed.figure("merchants")), kept["travel_s"], days)
    gap = _listed_gap(listed, kept, people)
    band = _Band(*(listed.figure("penetration", what) for what in ("values", "low", "high")))
    rows = _columns(listed, gap, band, facts).with_columns(
        comparable=kept["comparable"], merchants=listed.figure("merchants")
    )
    return [
        row | {"reasons": [both_languages(each) for each in reasons(at, gap, band, facts)]}
        for at, row in enumerate(rows.with_columns(pl.col(pl.Float64).fill_nan(None)).to_dicts())
    ]


def _listed_gap(listed: _Listed, kept: dict[str, FloatArray], people: FloatArray) -> Gap:
    """Return the gap of the listed cells with what it rests on."""
    return Gap(
        value=listed.figure("gap"),
        low=listed.figure("gap", "low"),
        high=listed.figure("gap", "high"),
        comparable=np.nan_to_num(kept["comparable"]).astype(np.int64),
        target_rate=kept["target_rate"],
        median_rate=kept["median_rate"],
        expected=kept["target_rate"] * people,
        typical=kept["median_rate"] * people,
        evidence=listed.scores.measures["gap"].evidence.to_numpy()[listed.at].astype(str),
    )


def _columns(listed: _Listed, gap: Gap, band: _Band, facts: CellFacts) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "place": listed.place,
            "cell": cell_strings(listed.scores.cells[listed.at]),
            "gap": gap.value,
            "low": gap.low,
            "high": gap.high,
            "evidence": gap.evidence,
            "customers": facts.customers,
            "people": facts.people,
            "penetration": band.value,
            "typical": gap.typical,
            "target": gap.expected,
            "travel_s": facts.travel_s,
            "days_since_contact": facts.days_since_contact,
        }
    )


def _kept(
    connection: sa.Connection, actor: Actor, published: browse.Publication, listed: _Listed
) -> dict[str, FloatArray]:
    """Return what the score version keeps of the listed cells, not-a-number where it keeps nothing or may not tell."""
    unknown = {name: np.full(len(listed.at), np.nan) for name in FROM_BASIS}
    if sees_public_only(actor) or not len(listed.at):
        return unknown
    frames = read_basis(connection, published.versions["score"], sorted(set(listed.branch)), actor)
    if not frames:
        return unknown
    wanted = pl.DataFrame({"cell": listed.scores.cells[listed.at]})
    every = pl.concat([frame.select("cell", *FROM_BASIS) for frame in frames.values()])
    rows = wanted.join(every, on="cell", how="left", maintain_order="left")
    return {name: rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in FROM_BASIS}
