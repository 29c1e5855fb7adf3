"""What other systems take in one go: tables, changes since a publication, polygons, who belongs to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Literal

import polars as pl
from fastapi import APIRouter, Path, Query
from starlette.responses import Response, StreamingResponse

from gridgeo.errors import InvalidInputError
from gridgeo.maps.notes import MARKETING_ONLY, ExportNotes
from gridgeo.maps.streams import csv_pieces, parquet_pieces
from gridgeo.pipeline import browse
from gridgeo.pipeline.changes import changes_since
from gridgeo.pipeline.feeds import party_feed, polygons_geojson
from gridgeo.pipeline.freshness import notes_of
from gridgeo_api.deps import GEOJSON, ActorKnown, Connected, ReadingNow, json_bytes, plain_answer
from gridgeo_api.ogc import features_of
from gridgeo_api.openapi import Responses, json_answer, problems
from gridgeo_api.paging import Listing, listed, page_of_frame
from gridgeo_api.params import BranchId
from gridgeo_api.routes.ogc import GeoJson
from gridgeo_api.schemas import Changes, FeedAsked, PartyFeed, Polygons

router = APIRouter(tags=["published"])
MAX_DOWNLOAD_ROWS = 2_000_000
PARQUET, CSV = "application/vnd.apache.parquet", "text/csv"
Pieces = Callable[[pl.DataFrame, ExportNotes], Iterator[bytes]]
FORMATS: dict[str, tuple[str, Pieces]] = {"parquet": (PARQUET, parquet_pieces), "csv": (CSV, csv_pieces)}
TABLE: Responses = {
    200: {
        "description": "The table; its rows or metadata name version, purpose, source, and whether data is synthetic.",
        "content": {
            PARQUET: {"schema": {"type": "string", "format": "binary"}, "example": "a Parquet file"},
            CSV: {"schema": {"type": "string"}, "example": "cell,branch_id,people\r\n891f8d7a49bffff,b1,40.0\r\n"},
        },
    }
}
TableName = Annotated[
    Literal["cells", "territories", "catchments", "branches"], Path(description="Table.", examples=["cells"])
]
Kind = Annotated[Literal["parquet", "csv"], Path(description="Format.", examples=["csv"])]
Since = Annotated[
    int, Query(ge=1, le=2**63 - 1, description="The publication that the caller has already.", examples=[7])
]
Layer = Annotated[Literal["grids", "territories"], Path(description="What to draw.", examples=["territories"])]
Datum = Annotated[Literal["wgs84", "gcj02", "bd09"], Query(description="Datum of the coordinates.", examples=["gcj02"])]
GridOutline = Annotated[
    Literal["ground", "stated"],
    Query(
        description="Of grids: the ground that belongs to each, or the street that one is stated by where it has one.",
        examples=["stated"],
    ),
]
PARTIES = Listing("party feed", "_party", ("_party",))


@router.get(
    "/downloads/{table}.{kind}",
    summary="Download a table",
    response_class=Response,
    responses=TABLE | problems(304, 401, 404, 422, 503),
)
def download_table(reading: ReadingNow, table: TableName, kind: Kind, branch_id: BranchId = None) -> Response:
    """Send a whole table of the live publication as Parquet or CSV, of one branch or all in scope, piece by piece.

    To a consumer small counts are hidden; a column `<measure>_hidden` has the reason.
    """
    if branch_id is not None:
        browse.check_branch(reading.connection, reading.actor, branch_id, reading.published)
    tag = reading.tag(("download", table, kind, branch_id))
    headers = tag | {"gridgeo-notice": MARKETING_ONLY["en"]}
    if reading.has_already(tag["etag"]):
        return Response(status_code=304, headers=headers)
    rows = features_of(reading, table).table
    if branch_id is not None:
        rows = rows.filter(pl.col("id" if table == "branches" else "branch_id") == branch_id)
    if rows.height > MAX_DOWNLOAD_ROWS:
        raise InvalidInputError(
            "the table has {count} rows, at most {limit} are sent: name a branch",
            count=rows.height,
            limit=MAX_DOWNLOAD_ROWS,
        )
    media_type, pieces = FORMATS[kind]
    name = f"{table}-{reading.published.id}.{kind}"
    headers["content-disposition"] = f'attachment; filename="{name}"'
    return StreamingResponse(pieces(rows, notes_of(reading.published)), media_type=media_type, headers=headers)


@router.get(
    "/changes", summary="Tell what changed", response_model=Changes, responses=problems(304, 401, 404, 422, 503)
)
def list_changes(reading: ReadingNow, since: Since) -> Response:
    """Cells, figures and territories that changed from an earlier publication to the live one.

    To a consumer a change of a figure shows only where both figures may be shown.
    """
    before = reading.at(since).published
    return reading.answer(
        ("changes", since),
        lambda: json_bytes(changes_since(reading.connection, reading.actor, before, reading.published)),
    )


@router.get(
    "/polygons/{layer}.geojson",
    summary="Read polygons in a datum",
    response_class=GeoJson,
    response_model=Polygons,
    responses=json_answer(GEOJSON, "Polygons", "The polygons in scope.") | problems(401, 403, 404, 422, 503),
)
def read_polygons(
    reading: ReadingNow, layer: Layer, datum: Datum = "wgs84", outline: GridOutline = "ground"
) -> Response:
    """Area grids as they stand, or published territories, for a map whose datum is named; the answer names it, too."""
    stated = outline == "stated"
    body = polygons_geojson(reading.connection, reading.actor, reading.published, layer, datum, stated=stated)
    headers = reading.freshness | {"cache-control": "no-store"}
    return Response(json_bytes(body), media_type=GEOJSON, headers=headers)


@router.get(
    "/feed/parties",
    summary="Feed of parties, grids, branches and managers",
    response_model=PartyFeed,
    responses=problems(401, 403, 404, 422, 503),
)
def list_party_feed(actor: ActorKnown, connection: Connected, asked: Annotated[FeedAsked, Query()]) -> Response:
    """Every customer, merchant and household with its grid, branch, area manager and account manager; names masked."""
    table = party_feed(connection, actor)
    keyed = table.with_columns(_party=pl.concat_str("party_kind", "party_id", separator=" "))
    return plain_answer(listed("parties", page_of_frame(keyed, PARTIES, asked)))
