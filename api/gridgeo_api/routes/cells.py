"""Cells as columns, and one cell in full."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Query
from starlette.responses import Response

from gridgeo.cells import areas_m2, cell_strings, cells_from_strings, centres, common_resolution
from gridgeo.domain.measures import Measure
from gridgeo.domain.public import reason_words
from gridgeo.errors import InvalidInputError
from gridgeo.maps import MARKETING_ONLY
from gridgeo.maps.columnar import rounded
from gridgeo.pipeline import browse
from gridgeo.pipeline.boundary_cells import boundaries_holding
from gridgeo.pipeline.cell_choice import CellChoice, chosen_rows
from gridgeo_api.cell_questions import wanted_by_address, wanted_by_body
from gridgeo_api.deps import Reading, ReadingNow, json_bytes, plain_answer
from gridgeo_api.layers import places, scored_cells, scores
from gridgeo_api.limits import require_cells_fit
from gridgeo_api.openapi import problems
from gridgeo_api.params import BranchId, CellId
from gridgeo_api.schemas import BoundaryCells, CellDetail, CellQuestion, Cells, CellsAsked

router = APIRouter(tags=["cells"])
M2_PER_KM2 = 1e6


@router.get(
    "/cells",
    summary="List cells with their scores as columns",
    response_model=Cells,
    responses=problems(304, 401, 404, 412, 422, 503),
)
def list_cells(reading: ReadingNow, asked: Annotated[CellsAsked, Query()]) -> Response:
    """Cells in scope and the measures asked for, position by position; the caller derives the hexagons."""
    of = reading if asked.publication is None else reading.at(asked.publication)
    wanted = wanted_by_address(asked, of.published)
    limit = reading.request.app.state.settings.max_cells_per_answer
    key = ("cells", asked.limit, asked.cursor, wanted.question)
    return of.answer(key, lambda: scored_cells(of, wanted, limit), again=asked.publication is None)


@router.post(
    "/cells/query",
    summary="Ask for cells by polygon or list",
    response_model=Cells,
    responses=problems(401, 403, 404, 412, 413, 422, 503),
)
def query_cells(reading: ReadingNow, asked: CellQuestion) -> Response:
    """Answer as the list of cells does; the question is a body, for polygons and lists too long for an address."""
    of = reading if asked.publication is None else reading.at(asked.publication)
    wanted = wanted_by_body(of.connection, asked, of.published)
    limit = reading.request.app.state.settings.max_cells_per_answer
    return plain_answer(orjson.Fragment(scored_cells(of, wanted, limit)))


@router.get(
    "/boundaries/cells",
    summary="List the boundary that each cell lies in",
    response_model=BoundaryCells,
    responses=problems(304, 401, 404, 422, 503),
)
def list_boundary_cells(reading: ReadingNow, branch_id: BranchId = None) -> Response:
    """Each cell in scope whose centre a boundary of the ground holds, with the smallest that does."""
    if branch_id is not None:
        browse.check_branch(reading.connection, reading.actor, branch_id, reading.published)

    def body() -> bytes:
        everything = scores(reading)
        cells = everything.cells[chosen_rows(everything, places(reading), CellChoice(branch_id=branch_id))]
        require_cells_fit(reading.request, len(cells))
        boundaries, row = boundaries_holding(reading.connection, cells, reading.published)
        inside = row >= 0
        columns = {"cells": cell_strings(cells[inside]), "boundary_index": row[inside].tolist()}
        return json_bytes({"version": everything.version, "boundaries": boundaries.to_dicts()} | columns)

    return reading.answer(("boundary cells", branch_id), body, again=True)


@router.get(
    "/cells/{cell}",
    summary="Read everything about one cell",
    response_model=CellDetail,
    responses=problems(304, 401, 404, 422, 503),
)
def read_cell(reading: ReadingNow, cell: CellId) -> Response:
    """Every measure of the cell with band and evidence, its territory, and what stands behind the figures."""
    numbers = cells_from_strings([cell])
    found, published = common_resolution(numbers), reading.published.resolution
    if found != published:
        raise InvalidInputError(
            "cell {cell} has resolution {given}, what is published has {resolution}",
            cell=cell,
            given=found,
            resolution=published,
        )
    return reading.answer(("cell", int(numbers[0])), lambda: json_bytes(_detail(reading, numbers)), again=True)


def _detail(reading: Reading, numbers: np.ndarray[Any, np.dtype[np.uint64]]) -> dict[str, Any]:
    detail = browse.cell_detail(reading.connection, reading.actor, int(numbers[0]), reading.published)
    scores = {name: _rounded(score) for name, score in detail.scores.items()}
    known = reading.published.measures
    lng, lat = centres(numbers)
    territory = detail.territory and {key: detail.territory[key] for key in ("id", "name", "rm_name")}
    return {
        "cell": f"{detail.cell:x}",
        "branch_id": detail.branch_id,
        "lng": lng[0],
        "lat": lat[0],
        "area_km2": areas_m2(numbers)[0] / M2_PER_KM2,
        "territory": territory,
        "measures": {name: _measure(known[name], score) for name, score in scores.items()},
        "explain": {
            "travel_s": detail.travel_s,
            "versions": {"publication": reading.published.id, **reading.published.versions},
            "measures": {name: _explanation(known[name], scores) for name in scores},
        },
        "notice": MARKETING_ONLY,
    }


def _rounded(score: dict[str, Any]) -> dict[str, Any]:
    """Return the figures with as many digits as the columns have, so that both tell the same."""
    figures = {key: score[key] for key in ("value", "low", "high")}
    shown = rounded(np.array([np.nan if figure is None else figure for figure in figures.values()]))
    # A count of points is an integer already.
    kept = [key for key, figure in figures.items() if figure is None or isinstance(figure, int)]
    return score | {key: figures[key] if key in kept else each for key, each in zip(figures, shown, strict=True)}


def _measure(measure: Measure, score: dict[str, Any]) -> dict[str, Any]:
    return {
        **score,
        **reason_words(score["reason"]),
        "unit": measure.unit,
        "name_zh": measure.name_zh,
        "name_en": measure.name_en,
    }


def _explanation(measure: Measure, scores: dict[str, dict[str, Any]]) -> dict[str, Any]:
    top = scores.get(measure.numerator or "", {}).get("value")
    bottom = scores.get(measure.denominator or "", {}).get("value")
    raw = top / bottom if top is not None and bottom else None
    return {"method": measure.method, "numerator": top, "denominator": bottom, "raw": raw}
