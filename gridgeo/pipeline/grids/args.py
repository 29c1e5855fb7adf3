"""What each operation on area grids is given; the same bodies on the command line, at the API and in the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gridgeo.domain.words import GRID_WORDS
from gridgeo.errors import InvalidInputError

GridRef = Annotated[str, Field(min_length=1, description="Id or name of a grid.")]
GridRefs = Annotated[tuple[GridRef, ...], Field(min_length=1, max_length=2_000)]
GeoJson = Annotated[dict[str, Any], Field(description="GeoJSON geometry.")]
Datum = Annotated[str, Field(description="Datum of the coordinates: wgs84, cgcs2000, gcj02 or bd09. Never guessed.")]
MAX_CELLS = 200_000


def stored_word(given: Any) -> Any:  # noqa: ANN401 - what the body holds; its type is checked after
    """Return the kind, status or stage that a word in either language stands for; any other value as it is."""
    return GRID_WORDS.get(given.strip(), given) if isinstance(given, str) else given


Word = Annotated[str, BeforeValidator(stored_word)]
"""A kind, status or stage of grids, in either language; the log keeps the stored word."""


class Args(BaseModel):
    """The arguments of one operation; names that it does not know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class CreateFromPolygon(Args):
    """A new grid with a drawn boundary."""

    name: str
    polygon: GeoJson
    datum: Datum
    grid_kind: Word = "other"
    code: str | None = None


class CreateFromCells(Args):
    """A new grid out of cells given by their 15 hexadecimal digits."""

    name: str
    cells: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_CELLS)]
    grid_kind: Word = "other"
    code: str | None = None


class CreateFromPlaces(Args):
    """New grids out of villages, communities and streets by name or code; as_one: name of the one grid of them all."""

    places: Annotated[tuple[str, ...], Field(min_length=1, max_length=2_000)]
    as_one: str | None = None
    grid_kind: Word | None = None


class CreateBetween(Args):
    """A new grid of the blocks between two roads, by their names."""

    name: str
    road: str
    other_road: str
    grid_kind: Word = "other"
    code: str | None = None


class CreateFromProposal(Args):
    """New grids out of a proposal; method and options as the proposals take them."""

    method: str
    options: dict[str, Any] = {}


class Move(Args):
    """Cells that go from one grid to another."""

    source: Annotated[str, Field(alias="from")]
    target: Annotated[str, Field(alias="to")]
    cells: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_CELLS)]


class Paint(Args):
    """One brush stroke."""

    moves: Annotated[tuple[Move, ...], Field(min_length=1, max_length=2_000)]


class SplitByLine(Args):
    """A grid cut by a drawn line, which goes on straight beyond its ends."""

    grid: GridRef
    line: GeoJson
    datum: Datum
    names: tuple[str, str] | None = None


class SplitInParts(Args):
    """A grid divided into connected parts of about equal weight; weight: cells, or a measure such as people."""

    grid: GridRef
    parts: Annotated[int, Field(ge=2, le=200)]
    weight: str = "cells"
    names: tuple[str, ...] | None = None


class Merge(Args):
    """Grids joined into the first of them."""

    grids: Annotated[tuple[GridRef, ...], Field(min_length=2, max_length=2_000)]
    name: str | None = None


class Rename(Args):
    """Another name."""

    grid: GridRef
    name: str


class SetKind(Args):
    """What kind of place grids are."""

    grids: GridRefs
    grid_kind: Word


class SetCode(Args):
    """The register's code of a grid; null takes it away."""

    grid: GridRef
    code: str | None


class SetNote(Args):
    """A remark on a grid; null takes it away."""

    grid: GridRef
    note: Annotated[str, Field(max_length=2_000)] | None


class AssignOwner(Args):
    """Who answers for grids; null takes them from whoever does."""

    grids: GridRefs
    owner_id: str | None


class SetStatus(Args):
    """draft, review, live."""

    grids: GridRefs
    status: Word


class SetStage(Args):
    """survey, develop, maintain, with planned and actual days; what is left out stays as it is."""

    grids: GridRefs
    stage: Word | None = None
    dates: dict[str, date | None] = {}


class Rebase(Args):
    """Another catchment version; null takes the newest."""

    catchment: int | None = None


class Nothing(Args):
    """Undo and redo need nothing."""


class Begin(Args):
    """A new set: one grid with every cell of the catchment."""

    catchment: int
    resolution: int
    name: str


OperationKind = Literal[
    "create_polygon",
    "create_cells",
    "create_places",
    "create_between",
    "create_proposal",
    "paint",
    "split_line",
    "split_parts",
    "merge",
    "rename",
    "kind",
    "code",
    "note",
    "owner",
    "status",
    "stage",
    "rebase",
    "undo",
    "redo",
]
ARGS: dict[str, type[Args]] = {
    "create_polygon": CreateFromPolygon,
    "create_cells": CreateFromCells,
    "create_places": CreateFromPlaces,
    "create_between": CreateBetween,
    "create_proposal": CreateFromProposal,
    "paint": Paint,
    "split_line": SplitByLine,
    "split_parts": SplitInParts,
    "merge": Merge,
    "rename": Rename,
    "kind": SetKind,
    "code": SetCode,
    "note": SetNote,
    "owner": AssignOwner,
    "status": SetStatus,
    "stage": SetStage,
    "rebase": Rebase,
    "undo": Nothing,
    "redo": Nothing,
}
"""Kind of operation -> what it is given."""


def read_args(kind: str, body: Mapping[str, Any]) -> Args:
    """Return the arguments of an operation.

    Raises InvalidInputError for an unknown kind, and naming the first field that is missing, unknown or does not fit.
    """
    if kind not in ARGS:
        raise InvalidInputError("operation must be one of {known}, got {given}", known=", ".join(ARGS), given=kind)
    try:
        return ARGS[kind].model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(
            "operation {kind}, field {field}: {detail}", kind=kind, field=place, detail=first["msg"]
        ) from error


def written_args(args: Args) -> dict[str, Any]:
    """Return the arguments as the log keeps them: plain JSON values, what was left out left out."""
    return args.model_dump(mode="json", by_alias=True, exclude_unset=True)
