"""What stands behind a published cell: every measure with its band, method and data versions, and one taken apart."""

from __future__ import annotations

from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.cells import cell_strings, cells_from_strings, common_resolution
from gridgeo.domain import Actor, CellArray
from gridgeo.domain.measures import Measure
from gridgeo.domain.public import MONEY, reason_words, sees_public_only
from gridgeo.domain.words import INDUSTRIES
from gridgeo.errors import NotFoundError
from gridgeo.i18n import translate
from gridgeo.maps import MARKETING_ONLY
from gridgeo.pipeline import browse
from gridgeo.pipeline.comparable import comparable_cells
from gridgeo.pipeline.explain_counts import explain_counted, explain_placed, placed_parts
from gridgeo.pipeline.explain_own import explain_own
from gridgeo.pipeline.steps import Inputs
from gridgeo.scoring.explained import EXPLAINERS, explain_penetration
from gridgeo.scoring.notes import Note, note
from gridgeo.scoring.parts import NAMED_BY_MEASURE, Explained, Part
from gridgeo.scoring.score_model import ScoreModel, score_model_from_bytes
from gridgeo.storage import version_record
from gridgeo.storage.rescored import home_of
from gridgeo.storage.score_basis import read_basis, read_score_models

NO_BASIS = "these scores were computed by an earlier release and keep no parts: run gridgeo score refresh"
BY_INDUSTRY = tuple(f"merchants_{industry}" for industry in INDUSTRIES)
PUBLISHED_ONLY = "computed from published numbers only"


def explain_cell(connection: sa.Connection, actor: Actor, cell: str, branch_id: str | None = None) -> dict[str, Any]:
    """Return cell, branch_id, travel_s, territory, versions, and each measure with value, band, evidence and method.

    A consumer gets published figures only: where one is hidden, null with the reason, and no sums over neighbours.
    cell: 15 hexadecimal digits. branch_id: when given, the cell must belong to it.
    Raises InvalidInputError when the text is no cell, NotFoundError when it is not published in the actor's scope.
    """
    number = cells_from_strings([cell])
    published = browse.publication(connection)
    detail = browse.cell_detail(connection, actor, int(number[0]), published)
    if branch_id is not None and branch_id != detail.branch_id:
        raise NotFoundError("cell {cell} is not in branch {branch}", cell=cell, branch=branch_id)
    return {
        "cell": cell_strings(number)[0],
        "branch_id": detail.branch_id,
        "travel_s": detail.travel_s,
        "territory": detail.territory,
        "synthetic": published.synthetic,
        "versions": published.versions | {"publication": published.id},
        "measures": {
            name: score
            | reason_words(score["reason"])
            | {
                "name_zh": published.measures[name].name_zh,
                "name_en": published.measures[name].name_en,
                "unit": published.measures[name].unit,
                "method": published.measures[name].method,
            }
            for name, score in detail.scores.items()
        },
        "notice": MARKETING_ONLY,
    }


def explain_measure(
    connection: sa.Connection,
    actor: Actor,
    cell: str,
    measure: str,
    branch_id: str | None = None,
    published: browse.Publication | None = None,
) -> dict[str, Any]:
    """Return one score of a cell taken apart.

    Keys: cell, branch_id, measure, its names, unit, method and direction, value, low, high, evidence, reason; formula,
    parts (symbol, value, unit, what it is in both languages, the kind of data it is from and that version), recomputed
    (the formula worked out from the parts, null where undefined), notes, comparable_cells of a gap, versions, notice.
    A consumer gets the published numerator and denominator, and nothing that was computed from hidden counts.
    Raises InvalidInputError for text that is no cell or an unknown measure, NotFoundError where the cell is not
    published in the actor's scope or the measure has no score there.
    """
    number = cells_from_strings([cell])
    published = published or browse.publication(connection)
    browse.check_measures((measure,), published)
    detail = browse.cell_detail(connection, actor, int(number[0]), published)
    if (branch_id is not None and branch_id != detail.branch_id) or measure not in detail.scores:
        raise NotFoundError("cell {cell} is not in branch {branch}", cell=cell, branch=branch_id or detail.branch_id)
    found, more = (
        (_published(detail.scores, published.measures[measure]), {})
        if sees_public_only(actor) or detail.scores[measure]["reason"] == MONEY
        else _taken_apart(connection, actor, (number, detail), measure, published)
    )
    used = _versions_used(connection, actor, published, detail.branch_id)
    about = published.measures[measure]
    return {
        "cell": cell_strings(number)[0],
        "branch_id": detail.branch_id,
        "measure": measure,
        "name_zh": about.name_zh,
        "name_en": about.name_en,
        "unit": about.unit,
        "method": about.method,
        "direction": about.direction,
        **detail.scores[measure],
        **reason_words(detail.scores[measure]["reason"]),
        "formula": found.formula,
        "parts": [_part(part, published, used) for part in found.parts],
        "recomputed": found.value,
        "notes": [both_languages(each) for each in found.notes],
        **{"comparable_cells": [], **more},
        "synthetic": published.synthetic,
        "versions": used | {"publication": published.id},
        "notice": MARKETING_ONLY,
    }


def both_languages(remark: Note) -> dict[str, str]:
    """Return a remark in Chinese and English; words that fill it are translated where they are known."""
    values = dict(remark.values)
    chinese = {name: translate(text, "zh") for name, text in values.items()}
    return {
        "zh": translate(remark.template, "zh", **chinese),
        "en": translate(remark.template, "en", **values),
    }


def score_model(connection: sa.Connection, score_id: int, resolution: int) -> ScoreModel | None:
    """Return what a score version was fitted with for cells of a resolution; None where it keeps no such thing."""
    body = read_score_models(connection, score_id).get(resolution)
    return None if body is None else score_model_from_bytes(body)


def _taken_apart(
    connection: sa.Connection,
    actor: Actor,
    where: tuple[CellArray, browse.CellDetail],
    measure: str,
    published: browse.Publication,
) -> tuple[Explained, dict[str, Any]]:
    cells, detail = where
    score_id, cell = home_of(connection, published.versions["score"], detail.branch_id), int(cells[0])
    inputs = Inputs(**version_record(connection, score_id).params.get("inputs", {"ground": 0, "bank": 0}))
    counted = _counted(connection, inputs, (cell, published.resolution), detail, measure)
    if counted is not None:
        return counted, {}
    if published.measures[measure].origin == "user":
        return explain_own(connection, published, cell, measure), {}
    if measure not in EXPLAINERS:
        return _quotient(detail.scores, published.measures[measure]), {}
    model = score_model(connection, score_id, common_resolution(cells))
    basis = read_basis(connection, published.versions["score"], [detail.branch_id], actor).get(detail.branch_id)
    rows = [] if basis is None else basis.filter(pl.col("cell") == cell).to_dicts()
    if model is None or not rows:
        return Explained("", None, (), (note(NO_BASIS),)), {}
    found = EXPLAINERS[measure](rows[0], model)
    if measure in ("customers", "penetration"):
        placed, at_one_address = placed_parts(connection, inputs, cell)
        if measure == "penetration":
            found = explain_penetration(rows[0], model, at_one_address)
        found = Explained(found.formula, found.value, (*found.parts, *placed), found.notes)
    more = (
        comparable_cells(connection, actor, published.versions["score"], (rows[0], detail.branch_id), model)
        if measure == "gap"
        else []
    )
    return found, {"comparable_cells": more}


def _counted(
    connection: sa.Connection, inputs: Inputs, where: tuple[int, int], detail: browse.CellDetail, measure: str
) -> Explained | None:
    """Return what a count of people or points is made of; None for other measures."""
    cell, resolution = where
    if measure in ("people", "households", "businesses"):
        value = float(detail.scores[measure]["value"] or 0.0)
        return explain_counted(connection, inputs, measure, (cell, resolution), value)
    if measure in ("customers_hard", "merchants"):
        return explain_placed(connection, inputs, cell, measure.removesuffix("_hard").removesuffix("s"))
    if measure in BY_INDUSTRY:
        return explain_placed(connection, inputs, cell, "merchant", measure.removeprefix("merchants_"))
    return None


def _quotient(scores: dict[str, dict[str, Any]], about: Measure) -> Explained:
    """Return the numerator and denominator of a measure that is no more than their quotient, or the value alone."""
    names = [name for name in (about.numerator, about.denominator) if name]
    parts = tuple(Part(name, scores[name]["value"], NAMED_BY_MEASURE) for name in names if name in scores)
    return Explained(" / ".join(names) if len(parts) == len(names) else "", None, parts)


def _published(scores: dict[str, dict[str, Any]], about: Measure) -> Explained:
    if about.origin == "user":
        return Explained("", None, (), (note(PUBLISHED_ONLY),))  # how the bank computes it is its own affair
    found = _quotient(scores, about)
    return Explained(found.formula, None, found.parts, (note(PUBLISHED_ONLY),))


def _versions_used(
    connection: sa.Connection, actor: Actor, published: browse.Publication, branch_id: str
) -> dict[str, int]:
    """Return kind -> version that a branch's scores rest on; other branches may have been scored again since."""
    if sees_public_only(actor):
        return published.versions
    home = home_of(connection, published.versions["score"], branch_id)
    inputs: dict[str, int] = version_record(connection, home).params.get("inputs", {})
    return published.versions | inputs | {"score": home}


def _part(part: Part, published: browse.Publication, used: dict[str, int]) -> dict[str, Any]:
    about = published.measures.get(part.symbol) if part.words == NAMED_BY_MEASURE else None
    words = {"zh": about.name_zh, "en": about.name_en} if about else both_languages(part.words)
    return {
        "symbol": part.symbol,
        "value": part.value,
        "unit": about.unit if about else part.unit,
        "name_zh": words["zh"],
        "name_en": words["en"],
        "source": part.source,
        "version": used.get(part.source),
    }
