"""The job for notebooks: a store opened by URL, tables back, pictures inline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor, local_actor
from gridgeo.domain.audit import audit_entry
from gridgeo.i18n import Language
from gridgeo.pipeline import browse
from gridgeo.pipeline import demo as demo_pipeline
from gridgeo.pipeline import explain as explain_pipeline
from gridgeo.pipeline import export as export_pipeline
from gridgeo.pipeline import run as run_pipeline
from gridgeo.pipeline import score_plots as plots_pipeline
from gridgeo.pipeline import summary as summary_pipeline
from gridgeo.pipeline import where_next as next_pipeline
from gridgeo.pipeline.steps import RunParams
from gridgeo.storage import acting, open_engine, reading, upgrade
from gridgeo.storage.audit_log import audit_commits


@dataclass(frozen=True)
class Store:
    """An open store and the actor who uses it."""

    engine: sa.Engine
    actor: Actor


@contextmanager
def connect(url: str = "sqlite:///gridgeo.db", actor: Actor | None = None) -> Iterator[Store]:
    """Open a store by its URL, made or brought to the newest schema where needed, and close it at the end.

    actor: whose eyes to read with; head office by default.
    """
    engine = open_engine(url)
    try:
        upgrade(engine)
        asking = actor or local_actor()
        audit_commits(engine, lambda: audit_entry(asking, "notebook", None, "done", _now()))
        yield Store(acting(engine, asking), asking)
    finally:
        engine.dispose()


def run_demo(store: Store, ground: str = "liechtenstein", seed: int = 1) -> dict[str, Any]:
    """Run the whole job on a demo ground with a synthetic bank; return its summary."""
    return demo_pipeline.run_demo(store.engine, store.actor, ground, seed=seed, clock=_now)


def run(store: Store, params: RunParams | None = None) -> run_pipeline.RunReport:
    """Run catchments, locate, score, assign and publish on the store's own ground and bank."""
    return run_pipeline.run(store.engine, store.actor, params or RunParams(), _now)


def summary(store: Store) -> dict[str, Any]:
    """Return the live publication in one record."""
    with reading(store.engine) as connection:
        return summary_pipeline.summary(connection, store.actor)


def read_branches(store: Store) -> pl.DataFrame:
    """Return the published branches."""
    with reading(store.engine) as connection:
        return browse.branches(connection, store.actor)


def read_cells(store: Store) -> pl.DataFrame:
    """Return the published cells: one row a cell (hex), one column a measure, band and evidence beside it."""
    with reading(store.engine) as connection:
        return export_pipeline.wide_cells(connection, store.actor)


def read_territories(store: Store) -> pl.DataFrame:
    """Return the published territories: one row a cell (hex) with its territory and manager."""
    with reading(store.engine) as connection:
        return export_pipeline.territory_cells(connection, store.actor)


def explain(store: Store, cell: str, measure: str) -> dict[str, Any]:
    """Return one score of a published cell taken apart: formula, parts with their data versions, remarks."""
    with reading(store.engine) as connection:
        return explain_pipeline.explain_measure(connection, store.actor, cell, measure)


def where_next(store: Store, branch_id: str | None = None, grid_id: str | None = None, limit: int = 20) -> pl.DataFrame:
    """Return where to work next: one row a cell in the order of its gap, reasons in words beside it."""
    with reading(store.engine) as connection:
        body = next_pipeline.where_next(connection, store.actor, branch_id, grid_id, limit, today=_now().date())
    return pl.DataFrame([{"branch_id": each["branch_id"], **cell} for each in body["lists"] for cell in each["cells"]])


def score_plots(
    store: Store, out: str | Path, measures: Sequence[str] = (), language: Language = "en"
) -> dict[str, Any]:
    """Draw the published scores into a folder: maps, spread by branch, reliability, one score step by step."""
    with reading(store.engine) as connection:
        return plots_pipeline.score_plots(connection, store.actor, Path(out), measures, language)


def choropleth(store: Store, measure: str, out: str | Path) -> Path:
    """Draw one measure of the live publication as a PNG and return its path."""
    return export(store, "png", out, measure=measure)


def export(store: Store, kind: str, out: str | Path, measure: str = "penetration") -> Path:
    """Write the live publication as geopackage, geoparquet, csv, html or png and return the path."""
    with reading(store.engine) as connection:
        export_pipeline.export_publication(connection, store.actor, kind, Path(out), measure=measure)
    return Path(out)


def _now() -> datetime:
    return datetime.now(UTC)
