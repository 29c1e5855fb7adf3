"""From a question for cells, as it was asked, to what is to be looked up."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import cast, get_args

import shapely
import sqlalchemy as sa

from gridgeo.cells import API_LIMITS, cells_from_strings
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.browse import Publication, check_measures
from gridgeo.pipeline.cell_choice import BY_CELL, COMPARISONS, Box, CellChoice, Comparison, Condition, check_box
from gridgeo.pipeline.grids.ground import polygon_from_geojson
from gridgeo_api.paging import names_in
from gridgeo_api.schemas.cell_questions import CellQuestion, CellsAsked, ColumnName, Scheme

COLUMNS: tuple[str, ...] = get_args(ColumnName)
HOW = "MEASURE:HOW:NUMBER"


@dataclass(frozen=True, eq=False)
class CellsWanted:
    """Which cells, which figures of them, and which page.

    columns: of each measure. question: what the answer depends on besides the page.
    """

    choice: CellChoice
    measures: tuple[str, ...]
    columns: tuple[str, ...]
    limit: int | None
    cursor: str | None
    scheme: Scheme
    question: Hashable


def wanted_by_address(asked: CellsAsked, published: Publication) -> CellsWanted:
    """Read the parameters of an address."""
    question = CellQuestion.model_construct(
        branch_id=asked.branch_id,
        parent=asked.parent,
        sort=asked.sort,
        limit=asked.limit,
        cursor=asked.cursor,
        scheme=asked.scheme,
        measures=None if asked.measures is None else list(names_in(asked.measures)),
    )
    conditions = tuple(_condition(text) for text in asked.where)
    box = None if asked.bbox is None else box_from_text(asked.bbox)
    cells = None if asked.cells is None else [name for name in asked.cells.split(",") if name]
    columns = COLUMNS if asked.fields is None else _columns(names_in(asked.fields))
    return _wanted(question, published, (conditions, box, cells, columns, None))


def wanted_by_body(connection: sa.Connection, asked: CellQuestion, published: Publication) -> CellsWanted:
    """Read a body; its polygon goes through the gate into the datum of the cells."""
    conditions = tuple(Condition(one.measure, one.how, one.number) for one in asked.where)
    box = None if asked.bbox is None else check_box(cast("Box", tuple(asked.bbox)))
    polygon = None
    if asked.polygon is not None:
        if asked.datum is None:
            raise InvalidInputError("a drawn polygon needs its datum: wgs84, cgcs2000, gcj02 or bd09")
        polygon = polygon_from_geojson(connection, asked.polygon, asked.datum, API_LIMITS, published.resolution)
    columns = COLUMNS if asked.fields is None else tuple(dict.fromkeys(asked.fields))
    return _wanted(asked, published, (conditions, box, asked.cells, columns, polygon))


def box_from_text(text: str) -> Box:
    """Read west,south,east,north; InvalidInputError when it is anything else."""
    parts = text.split(",")
    try:
        numbers = tuple(float(part) for part in parts)
    except ValueError as error:
        raise InvalidInputError("bbox takes west,south,east,north in degrees, got {given}", given=text) from error
    if len(numbers) != 4:
        raise InvalidInputError("bbox takes west,south,east,north in degrees, got {given}", given=text)
    return check_box(numbers)


def _wanted(
    asked: CellQuestion,
    published: Publication,
    read: tuple[tuple[Condition, ...], Box | None, list[str] | None, tuple[str, ...], shapely.Geometry | None],
) -> CellsWanted:
    conditions, box, cells, columns, polygon = read
    choice = CellChoice(
        branch_id=asked.branch_id,
        box=box,
        polygon=polygon,
        parent=None if asked.parent is None else int(asked.parent, 16),
        cells=None if cells is None else cells_from_strings(cells),
        conditions=conditions,
        sort=asked.sort,
    )
    measures = check_measures(None if asked.measures is None else tuple(asked.measures), published)
    _check_known(choice.measures, published)
    shape = None if polygon is None else shapely.to_wkb(polygon)
    listed = None if cells is None else tuple(cells)
    shown = (measures, columns, asked.scheme)
    question = (asked.branch_id, box, shape, asked.parent, listed, conditions, asked.sort, *shown)
    return CellsWanted(choice, measures, columns, asked.limit, asked.cursor, asked.scheme, question)


def _check_known(measures: Iterable[str], published: Publication) -> None:
    """Raise InvalidInputError for a measure of the filter or the order that the publication does not have."""
    for name in measures:
        if name not in published.measures:
            raise InvalidInputError(
                "{field} must be one of {expected}, got {given}",
                field="sort, where",
                expected=", ".join((BY_CELL, *published.measures)),
                given=name,
            )


def _columns(names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise InvalidInputError(
            "fields must be some of {known}, got {given}", known=", ".join(COLUMNS), given=unknown[0]
        )
    return names


def _condition(text: str) -> Condition:
    parts = text.split(":")
    if len(parts) != 3 or parts[1] not in COMPARISONS:
        raise InvalidInputError(
            "where takes {how}, how being one of {known}, got {given}",
            how=HOW,
            known=", ".join(COMPARISONS),
            given=text,
        )
    try:
        number = float(parts[2])
    except ValueError as error:
        raise InvalidInputError("{field} must be a number, got {given}", field="where", given=text) from error
    if not abs(number) < float("inf"):
        raise InvalidInputError("{field} must be a finite number, got {given}", field="where", given=text)
    return Condition(parts[0], cast("Comparison", parts[1]), number)
