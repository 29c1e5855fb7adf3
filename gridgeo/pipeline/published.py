"""What is published, and reading it inside an actor's scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor, CellArray, FloatArray
from gridgeo.domain.measures import MEASURE_BY_ID, MEASURES, Measure
from gridgeo.domain.public import (
    INTERNAL,
    MONEY,
    NOT_PREPARED,
    PUBLIC_COUNTS,
    PUBLIC_FIGURES,
    Reason,
    is_of_money,
    sees_money,
    sees_public_only,
)
from gridgeo.domain.sums import sum_of
from gridgeo.errors import NotFoundError
from gridgeo.storage import VersionRecord, house_datum, live, read_frame, score_measures, version_record

INPUT_KINDS = ("ground", "bank", "catchment", "location", "score", "plan")
TABLE_KIND = {
    "catchment": "catchment",
    "catchment_cell": "catchment",
    "cell_score": "score",
    "territory": "plan",
    "territory_cell": "plan",
    "certificate": "plan",
}
"""Tables with a branch -> kind of the version they belong to."""
Sums = tuple[CellArray, FloatArray]
"""Ancestors of the cells and their counts, not-a-number where hidden."""


@dataclass(frozen=True)
class Publication:
    """One consistent set of versions.

    id: version of the publication. versions: kind -> version of what it was made of. synthetic: whether the bank, or
    part of it, is made up. fictional: whether the ground itself is. datum: the store's house datum, which every
    position and cell of it is in. measures: id -> what a measure of its scores means, in the order they are shown.
    """

    id: int
    published_at: datetime
    ground: str
    resolution: int
    synthetic: bool
    datum: str
    versions: dict[str, int]
    fictional: bool = False
    measures: Mapping[str, Measure] = field(default_factory=lambda: MEASURE_BY_ID)

    @property
    def adding(self) -> tuple[str, ...]:
        """Measures whose sum over cells means something."""
        return tuple(measure.id for measure in self.measures.values() if measure.kind == "count")


def publication_id(connection: sa.Connection) -> int:
    """Return the version of the live publication; NotFoundError when nothing has been published yet."""
    return _live_publication(connection).id


def publication(connection: sa.Connection, version_id: int | None = None) -> Publication:
    """Return the live publication, or the one of a version.

    Raises NotFoundError when nothing has been published yet, or the version is no publication.
    """
    record = _live_publication(connection) if version_id is None else publication_record(connection, version_id)
    versions = {kind: int(record.params[kind]) for kind in INPUT_KINDS}
    ground = version_record(connection, versions["ground"]).params
    return Publication(
        id=record.id,
        published_at=record.created_at,
        ground=str(ground["name"]),
        resolution=int(record.params["resolution"]),
        synthetic=bool(version_record(connection, versions["bank"]).params["synthetic"]),
        datum=house_datum(connection),
        versions=versions,
        fictional=bool(ground.get("fictional", False)),
        measures=score_measures(connection, versions["score"]),
    )


def measures_shown(connection: sa.Connection, actor: Actor) -> tuple[Measure, ...]:
    """Return the measures that cells carry in the live publication; before there is one, those of this release.

    How a user's measure is computed stays inside the bank.
    """
    try:
        found = tuple(publication(connection).measures.values())
    except NotFoundError:
        found = MEASURES
    if not sees_public_only(actor):
        return found
    return tuple(
        replace(each, numerator=None, denominator=None, formula=None) if each.origin == "user" else each
        for each in found
    )


def publication_record(connection: sa.Connection, version_id: int) -> VersionRecord:
    """Return the version of a finished publication; NotFoundError when it is none."""
    record = version_record(connection, version_id)
    if record.kind != "publication" or record.report is None:
        raise NotFoundError("there is no publication {version}", version=version_id)
    return record


def _live_publication(connection: sa.Connection) -> VersionRecord:
    try:
        return live(connection, "publication")
    except NotFoundError as error:
        raise NotFoundError("nothing is published yet: run gridgeo demo or gridgeo run first") from error


def read_published(
    connection: sa.Connection,
    actor: Actor,
    published: Publication,
    table: str,
    where: dict[str, Any] | None = None,
) -> pl.DataFrame:
    """Return a table of the publication inside the actor's scope."""
    return read_frame(
        connection, table, version_id=published.versions[TABLE_KIND[table]], where=where or None, actor=actor
    )


def scores_shown(
    connection: sa.Connection, actor: Actor, published: Publication, where: dict[str, Any] | None = None
) -> pl.DataFrame:
    """Return the scores of cells that the actor may see, inside the actor's scope: those of PUBLIC_SCORES.

    A consumer gets what was suppressed when it was published and nothing else, a helper no figures of money; `reason`
    is null for everybody but a consumer.
    """
    if sees_public_only(actor):
        return read_frame(connection, "public_score", version_id=published.id, where=where, actor=actor)
    rows = read_published(connection, actor, published, "cell_score", where)
    if not sees_money(actor):
        hidden = [name for name, measure in published.measures.items() if is_of_money(measure)]
        rows = rows.filter(~pl.col("measure").is_in(hidden))
    return rows.with_columns(reason=pl.lit(None, pl.String))


def sums_shown(connection: sa.Connection, actor: Actor, published: Publication) -> dict[str, Sums] | None:
    """Return by measure the counts of the cells' ancestors for an actor to whom they do not follow from the cells.

    None for those who see every cell of their scope; a consumer with a scope sees sums of what its cells show.
    """
    if not sees_public_only(actor) or actor.branch_ids is not None:
        return None
    rows = read_frame(connection, "public_sum", version_id=published.id).with_columns(pl.col("value").fill_null(np.nan))
    return {
        str(key[0]): (part["cell"].to_numpy(), part["value"].to_numpy())
        for key, part in rows.partition_by("measure", as_dict=True).items()
    }


def why_without_rows(actor: Actor, published: Publication) -> dict[str, Reason]:
    """Return by measure why an actor finds no row of it: kept inside the bank, never prepared, money."""
    if sees_public_only(actor):
        shown = (*PUBLIC_COUNTS, *PUBLIC_FIGURES)
        return {name: NOT_PREPARED if name in shown else INTERNAL for name in published.measures}
    if sees_money(actor):
        return {}
    return {name: MONEY for name, measure in published.measures.items() if is_of_money(measure)}


def sum_of_shown() -> pl.Expr:
    """Return the sum of the values that are shown, null where none is: hidden is never 0."""
    return pl.when(pl.col("value").count() > 0).then(sum_of("value"))


def zero_filled(frame: pl.DataFrame, names: tuple[str, ...], actor: Actor) -> pl.DataFrame:
    """Return the frame with 0 for sums over nothing; where sums may be hidden from the actor they stay null."""
    if sees_public_only(actor) or not sees_money(actor):
        return frame
    return frame.with_columns(pl.col(names).fill_null(0.0))


def branches_in_scope(connection: sa.Connection, actor: Actor, published: Publication) -> pl.DataFrame:
    """Return the org units that serve customers, those the actor may see, ordered by id."""
    units = read_frame(connection, "org_unit", version_id=published.versions["bank"], actor=actor)
    # Said here and not taken from the import step, which would load every file reader into the service.
    return units.filter(pl.col("kind") != "head_office").sort("id")


def branch_condition(
    connection: sa.Connection, actor: Actor, published: Publication, branch_id: str | None
) -> dict[str, Any]:
    """Return the condition for one branch; the name is looked up among known ones before it reaches SQL."""
    if branch_id is None:
        return {}
    if branch_id not in set(branches_in_scope(connection, actor, published)["id"]):
        raise NotFoundError("there is no branch {branch}", branch=branch_id)
    return {"branch_id": branch_id}
