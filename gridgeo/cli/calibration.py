"""`gridgeo locate calibrate`: how sure answers are, fitted on addresses with known positions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from gridgeo.cli.addresses import AliasesOption, YearOption
from gridgeo.cli.common import ActorOption, JsonOption, acting, emit, language, progress_bar
from gridgeo.cli.groups import LOCATE
from gridgeo.cli.imports import EncodingOption, SeparatorOption
from gridgeo.i18n import translate

KnownArgument = Annotated[
    Path, typer.Argument(help="Addresses as people write them, with id, lng, lat: address, or components.")
]
PointsOption = Annotated[
    Path, typer.Option("--gazetteer", metavar="FILE", help="File of address points in which they are looked for.")
]
PlotOption = Annotated[Path | None, typer.Option(help="PNG to draw the calibration into.")]


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the command of this module."""
    LOCATE.command("calibrate")(calibrate)


def calibrate(  # noqa: PLR0913 - the options are the command's interface
    known: KnownArgument,
    gazetteer: PointsOption,
    out: Annotated[Path, typer.Option(help="Confidence model to write, JSON; locate addresses takes it by --model.")],
    plot: PlotOption = None,
    datum: Annotated[str | None, typer.Option(help="Datum of both files, where it is declared.")] = None,
    aliases: AliasesOption = None,
    year: YearOption = None,
    encoding: EncodingOption = None,
    separator: SeparatorOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Fit how sure answers are on your own addresses with known positions; writes a model and its calibration.

    Example: gridgeo locate calibrate known.csv --gazetteer points.csv --out model.json --plot calibration.png
    """
    from gridgeo.cli.imports import reading_options
    from gridgeo.locate import model_to_json
    from gridgeo.maps.calibration_picture import calibration_png
    from gridgeo.maps.files import written
    from gridgeo.pipeline.calibration import calibrate as fit
    from gridgeo.pipeline.geocode import GeocodeRequest

    acting(actor)
    request = GeocodeRequest(known, reading_options(encoding, separator), aliases=aliases, year=year)
    with progress_bar({"location": "Locating customers and merchants"}) as progress:
        progress("location")
        fitted = fit(request, gazetteer, datum)
    with written(out) as fresh:
        fresh.write_text(model_to_json(fitted.model) + "\n", encoding="utf-8")
    if plot:
        calibration_png(fitted.record["bins"], fitted.model.origin, plot, language())
    table = Table(title=f"ECE {fitted.model.ece}")
    for column in ("confidence stated", "share within 100 m of the truth", "addresses"):
        table.add_column(translate(column, language()), justify="right")
    for part in fitted.model.bins:
        table.add_row(f"{part.stated:.3f}", f"{part.observed:.3f}", f"{part.count:,}")
    emit(as_json, fitted.record | {"out": str(out), "plot": str(plot) if plot else None}, table)
