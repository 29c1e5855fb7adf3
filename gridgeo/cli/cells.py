"""`gridgeo cells`: the cells of a polygon, and figures moved from cells to cells."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridgeo.cli.common import JsonOption, emit
from gridgeo.errors import InvalidInputError

if TYPE_CHECKING:
    from gridgeo.pipeline.cell_files import MovedTable

TableArgument = Annotated[Path, typer.Argument(help="CSV or Parquet with the columns cell and value.")]
OutOption = Annotated[Path | None, typer.Option(help="File to write to, .csv or .parquet; printed by default.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    cells = typer.Typer(help="Cells without a store.", no_args_is_help=True, rich_markup_mode=None)
    cells.command("fill")(fill)
    cells.command("rollup")(rollup)
    cells.command("move")(move)
    app.add_typer(cells, name="cells")


def fill(
    polygon: Annotated[Path, typer.Argument(help="GeoJSON file with one polygon, feature or collection.")],
    datum: Annotated[str, typer.Option(help="Datum of the coordinates: wgs84, gcj02 or bd09. Never guessed.")],
    resolution: Annotated[int, typer.Option(help="H3 resolution, 7 to 11; 9 is about 0.1 km2 a cell.")] = 9,
    as_json: JsonOption = False,
) -> None:
    """List the cells whose centre lies inside a polygon.

    Example: gridgeo cells fill catchment.geojson --datum wgs84 --resolution 9
    """
    from gridgeo.pipeline.polygons import fill_file

    result = fill_file(polygon, datum, resolution)
    if as_json:
        emit(True, result)
    else:
        typer.echo("\n".join(result["cells"]))


def rollup(
    table: TableArgument,
    resolution: Annotated[int, typer.Option(help="H3 resolution of the parents.")],
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add counts of cells up to their parents; sums stay exact.

    Example: gridgeo cells rollup customers.csv --resolution 7
    """
    from gridgeo.pipeline.cell_files import roll_up_file

    _answer(roll_up_file(table, resolution), out, as_json)


def move(  # noqa: PLR0913 - the options are the command's interface
    table: TableArgument,
    resolution: Annotated[int, typer.Option(help="H3 resolution to move to.")],
    kind: Annotated[str, typer.Option(help="count: the sum is kept; intensity: the sum over area is kept.")] = "count",
    targets: Annotated[
        Path | None, typer.Option(help="Table with the cells to move to; by default all parents or children.")
    ] = None,
    exact_area: Annotated[
        bool, typer.Option("--exact-area", help="Weigh by the true overlap of hexagons instead of the tree of cells.")
    ] = False,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move figures of cells to another resolution by area, with their total kept.

    Example: gridgeo cells move scores.csv --resolution 10 --kind intensity
    """
    from gridgeo.cells.moves import SCORE_KINDS
    from gridgeo.pipeline.cell_files import move_file

    for known in SCORE_KINDS:
        if kind == known:
            _answer(move_file(table, resolution, kind=known, targets=targets, exact_area=exact_area), out, as_json)
            return
    raise InvalidInputError("score kind must be one of {known}, got {given}", known=", ".join(SCORE_KINDS), given=kind)


def _answer(moved: MovedTable, out: Path | None, as_json: bool) -> None:
    from gridgeo.pipeline.cell_files import write_cells

    record = moved.as_dict()
    if out is not None:
        write_cells(moved, out)
        record = {name: value for name, value in record.items() if name not in ("cells", "values")}
        emit(as_json, record | {"out": str(out)})
    elif as_json:
        emit(True, record)
    else:
        typer.echo(moved.as_frame().write_csv(), nl=False)
