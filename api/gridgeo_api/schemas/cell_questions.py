"""Questions for cells: which ones, which figures of them, in which order, how many at once."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from gridgeo.pipeline.cell_choice import Comparison
from gridgeo_api.limits import MAX_CURSOR, NO_CONTROL
from gridgeo_api.schemas.common import CELL, OTHER_CELL

MAX_CONDITIONS = 16
MAX_CELLS = 200_000
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_CONTROL)]
Texts = Annotated[list[Text], Field(min_length=1, max_length=500)]
CellText = Annotated[str, Field(min_length=15, max_length=15, pattern=r"^[0-9a-fA-F]+$")]
ColumnName = Literal["values", "low", "high", "evidence", "reasons", "breaks"]
Scheme = Literal["quantile", "equal", "natural", "tertile"]
SCHEMES = (
    "How the limits of the legend are made: quantile (7 classes with as many cells each), equal (7 as wide), natural"
    " (7 by Fisher and Jenks) or tertile (3 with as many cells each, for a legend of two measures)."
)
PUBLICATION = "This publication, live or earlier; the live one without it. /api/v1/publications lists them."
COMPARED = "ge (at least), le (at most), gt (above), lt (below), eq (equal)"


class CellsAsked(BaseModel):
    """A question for cells as parameters of an address; what is given must all hold. Another parameter is refused."""

    model_config = ConfigDict(extra="forbid")

    branch_id: Text | None = Field(
        None, description="Only this branch; every branch in scope without it.", examples=["b1"]
    )
    bbox: Text | None = Field(
        None,
        description="west,south,east,north in degrees, in the datum of the cells; cells whose centre lies in it. West"
        " above east goes over the antimeridian.",
        examples=["9.4,47.0,9.7,47.3"],
    )
    parent: CellText | None = Field(None, description="Only cells below this coarser cell.", examples=[CELL])
    cells: str | None = Field(
        None,
        min_length=15,
        max_length=8_000,
        pattern=r"^[0-9a-fA-F,]+$",
        description="Only these cells, separated by commas; a longer list goes to /api/v1/cells/query.",
        examples=[f"{CELL},{OTHER_CELL}"],
    )
    where: list[Text] = Field(
        [],
        max_length=MAX_CONDITIONS,
        description=f"MEASURE:HOW:NUMBER, once for each condition; how is {COMPARED}. A hidden or undefined figure"
        " meets none.",
        examples=[["people:ge:10"]],
    )
    measures: Text | None = Field(
        None,
        description="Measures, separated by commas; all of them without it.",
        examples=["penetration,people"],
    )
    fields: Text | None = Field(
        None,
        description="Columns of a measure, separated by commas: values, low, high, evidence, reasons, breaks.",
        examples=["values,evidence"],
    )
    scheme: Scheme = Field("quantile", description=SCHEMES, examples=["natural"])
    publication: int | None = Field(None, ge=1, le=2**63 - 1, description=PUBLICATION, examples=[7])
    sort: Text = Field(
        "cell",
        description="cell (by branch, then cell) or a measure; with - before it the largest first.",
        examples=["-people"],
    )
    limit: int | None = Field(
        None, ge=1, le=MAX_CELLS, description="The most cells of a page; all of them without it.", examples=[1000]
    )
    cursor: str | None = Field(
        None,
        min_length=1,
        max_length=MAX_CURSOR,
        pattern=NO_CONTROL,
        description="`next` of the page before.",
        examples=["WzcsImFiYyIsMTAwXQ"],
    )


class CellCondition(BaseModel):
    """A figure held against a number."""

    model_config = ConfigDict(extra="forbid")

    measure: Text
    how: Comparison
    number: FiniteFloat


class CellQuestion(BaseModel):
    """A question for cells as a body: a polygon and long lists fit in here.

    polygon: GeoJSON Polygon or MultiPolygon; datum: of the polygon, never guessed. Cells whose centre lies in it.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "polygon": {
                        "type": "Polygon",
                        "coordinates": [[[9.4, 47.0], [9.7, 47.0], [9.7, 47.3], [9.4, 47.3], [9.4, 47.0]]],
                    },
                    "datum": "wgs84",
                    "where": [{"measure": "people", "how": "ge", "number": 10}],
                    "measures": ["people", "penetration"],
                    "sort": "-people",
                    "limit": 100,
                }
            ]
        },
    )

    branch_id: Text | None = None
    bbox: Annotated[list[FiniteFloat], Field(min_length=4, max_length=4)] | None = None
    polygon: dict[str, Any] | None = None
    datum: Text | None = None
    parent: CellText | None = None
    cells: Annotated[list[CellText], Field(min_length=1, max_length=MAX_CELLS)] | None = None
    where: Annotated[list[CellCondition], Field(max_length=MAX_CONDITIONS)] = []
    measures: Texts | None = None
    fields: Annotated[list[ColumnName], Field(min_length=1)] | None = None
    scheme: Annotated[Scheme, Field(description=SCHEMES)] = "quantile"
    publication: Annotated[int, Field(ge=1, le=2**63 - 1, description=PUBLICATION)] | None = None
    sort: Text = "cell"
    limit: Annotated[int, Field(ge=1, le=MAX_CELLS)] | None = None
    cursor: Annotated[str, Field(min_length=1, max_length=MAX_CURSOR, pattern=NO_CONTROL)] | None = None
