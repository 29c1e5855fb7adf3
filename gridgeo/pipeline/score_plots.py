"""Pictures of the published scores for a report: maps, spread by branch, reliability, a score step by step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.measures import Measure
from gridgeo.domain.public import sees_public_only
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import Language, translate
from gridgeo.maps import ExportNotes, ExportTables, export_png
from gridgeo.maps.files import written
from gridgeo.maps.score_pictures import Spread, Step, drawn_in, reliability_png, spread_png, waterfall_png
from gridgeo.pipeline import browse
from gridgeo.pipeline.explain import explain_measure
from gridgeo.pipeline.export import export_tables
from gridgeo.pipeline.freshness import notes_of
from gridgeo.storage import version_record

SHOWN = ("people", "customers", "merchants", "penetration", "potential", "gap", "workload")
SPREAD = ("penetration", "potential", "gap")
EVERY = "all"
INDEX = "scores.md"


def score_plots(
    connection: sa.Connection, actor: Actor, folder: Path, measures: Sequence[str] = (), language: Language = "en"
) -> dict[str, Any]:
    """Draw the live publication's scores into a folder, which is made, with a page in Markdown that shows them.

    measures: those to map; SHOWN by default, `all` for every one that has a value. Files: choropleth-<measure>.png,
    distribution.png, reliability.png (not for consumers: it is made of true counts), waterfall.png and scores.md.
    Returns folder, version, files (kind -> path or paths) and what could not be drawn.
    Raises InvalidInputError for an unknown measure or a folder that cannot be made, NotFoundError when nothing is
    published.
    """
    published = browse.publication(connection)
    chosen = _chosen(published, measures)
    _make(folder)
    notes = notes_of(published)
    tables = export_tables(connection, actor, published)
    drawn, empty = _maps(tables, chosen, notes, folder)
    tongue = drawn_in(language)
    spreads = _spreads(tables, published, tongue)
    distribution = spread_png(spreads, notes, folder / "distribution.png", tongue)
    files: dict[str, Any] = {"choropleths": drawn, "distribution": str(distribution)}
    if not sees_public_only(actor):
        bins = _reliability(connection, published)
        files["reliability"] = str(reliability_png(bins, notes, folder / "reliability.png", tongue))
    steps = _waterfall(connection, actor, tables, published, tongue)
    if steps is not None:
        files["waterfall"] = str(waterfall_png(*steps, notes, folder / "waterfall.png", tongue))
    with written(folder / INDEX) as path:
        path.write_text(_page(files, published, notes, language), encoding="utf-8")
    return {
        "folder": str(folder),
        "version": published.id,
        "synthetic": published.synthetic,
        "files": files | {"index": str(folder / INDEX)},
        "without_values": empty,
        "notice": notes.notice,
    }


def _chosen(published: browse.Publication, measures: Sequence[str]) -> tuple[str, ...]:
    if EVERY in measures:
        return tuple(published.measures)
    return browse.check_measures(
        tuple(measures) or tuple(name for name in SHOWN if name in published.measures), published
    )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError(
            "folder {folder} cannot be made: {detail}", folder=folder, detail=error.strerror
        ) from error


def _maps(
    tables: ExportTables, measures: Sequence[str], notes: ExportNotes, folder: Path
) -> tuple[dict[str, str], list[str]]:
    """Draw one map a measure; those without any value are named instead."""
    empty = [name for name in measures if not tables.cells[name].count()]
    drawn = {
        name: str(export_png(tables, notes, folder / f"choropleth-{name}.png", measure=name))
        for name in measures
        if name not in empty
    }
    return drawn, empty


def _spreads(tables: ExportTables, published: browse.Publication, language: Language) -> list[Spread]:
    cells = tables.cells
    found = []
    for name in SPREAD:
        if name in published.measures:
            known = cells.select("branch_id", pl.col(name).cast(pl.Float64)).drop_nulls().partition_by("branch_id")
            values = {str(part["branch_id"][0]): part[name].to_numpy() for part in known}
            found.append(Spread(_name(published.measures[name], language), values))
    return found


def _reliability(connection: sa.Connection, published: browse.Publication) -> list[dict[str, Any]]:
    """Return the tenths of the validation that was made with the scores; none with a single branch."""
    report = version_record(connection, published.versions["score"]).report or {}
    validation = report.get("potential", {}).get("validation") or {}
    return list(validation.get("calibration", []))


def _waterfall(
    connection: sa.Connection, actor: Actor, tables: ExportTables, published: browse.Publication, language: Language
) -> tuple[list[Step], str] | None:
    """Return the steps of a composite's best cell, else of the potential of the cell with the largest gap."""
    composite = next((name for name in published.measures if f"{name}_rank" in published.measures), None)
    measure, by = (composite, composite) if composite is not None else ("potential", "gap")
    ranked = tables.cells.select("cell", "branch_id", by=pl.col(by).cast(pl.Float64)).drop_nulls()
    if ranked.is_empty():
        return None
    best = ranked.sort("by", "cell", descending=[True, False]).row(0, named=True)
    body = explain_measure(connection, actor, f"{best['cell']:x}", measure)
    steps = [
        Step(_step_name(part, published, language), float(part["value"]))
        for part in body["parts"]
        if _adds_up(part["symbol"]) and part["value"] is not None
    ]
    if not steps:
        return None
    title = f"{_name(published.measures[measure], language)} · {body['cell']} · {best['branch_id']}"
    return steps, title if composite else f"{title} ({translate('logarithm of the expectation', language)})"


ADDS = ": adds"
"""Ending of the symbols of what components add to a composite."""


def _adds_up(symbol: str) -> bool:
    """Tell whether a part is a step: of the regression's linear predictor, or of a composite."""
    return symbol in ("constant", "offset") or symbol.startswith("bz_") or symbol.endswith(ADDS)


def _step_name(part: dict[str, Any], published: browse.Publication, language: Language) -> str:
    component = published.measures.get(str(part["symbol"]).removesuffix(ADDS))
    return str(part[f"name_{language}"]) if component is None else _name(component, language)


def _name(measure: Measure, language: Language) -> str:
    return measure.name_zh if language == "zh" else measure.name_en


def _page(files: dict[str, Any], published: browse.Publication, notes: ExportNotes, language: Language) -> str:
    """Return the page in Markdown."""
    lines = [f"# {translate('Scores of cells', language)} · {published.ground}", "", notes.notice, ""]
    lines += [notes.synthetic_note, ""] if notes.synthetic_note else []
    lines += [notes.source, ""]
    for name, path in files["choropleths"].items():
        measure = published.measures[name]
        lines += [
            f"## {_name(measure, language)}",
            "",
            f"`{name}` · {translate(measure.unit, language)} · {measure.method}",
            "",
        ]
        lines += [f"![{name}]({Path(path).name})", ""]
    heads = {
        "distribution": "Scores of the cells by branch",
        "reliability": "Potential: forecast of areas left out against what was there",
        "waterfall": "A score step by step",
    }
    for kind, words in heads.items():
        if kind in files:
            lines += [f"## {translate(words, language)}", "", f"![{kind}]({Path(files[kind]).name})", ""]
    return "\n".join(lines)
