"""`gridgeo catchment`: draw the branches' catchments, combine them, settle overlaps and holes, draw them again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gridgeo.cli.catchment_tables import card_table, list_table, overlap_table
from gridgeo.cli.common import ActorOption, JsonOption, StoreOption, emit, now, session
from gridgeo.cli.groups import CATCHMENT
from gridgeo.cli.resolutions import BranchResolutionOption, branch_resolutions
from gridgeo.errors import InvalidInputError

VersionOption = Annotated[
    int | None, typer.Option("--version", help="Version of the catchments; the newest by default.")
]
BranchOption = Annotated[
    list[str] | None,
    typer.Option(
        "--branch",
        help="Only this branch; can be given several times. The others are drawn again by their own methods.",
    ),
]
OverlapsOption = Annotated[
    str | None,
    typer.Option(
        "--overlaps",
        help="Who gets a cell that several claim: travel_time, straight_line, customers, priority, first_drawn.",
    ),
]
HolesOption = Annotated[
    str | None, typer.Option("--holes", help="Cells nobody claims: leave, or nearest by travel time.")
]
PriorityOption = Annotated[
    list[str] | None, typer.Option("--priority", help="Branch for the rule priority, the first first.")
]
OutOption = Annotated[Path | None, typer.Option("--out", help="GeoJSON file to write the shapes to.")]


def register(app: typer.Typer) -> None:  # noqa: ARG001 - the group is hung up by its own module
    """Add the commands of this module."""
    CATCHMENT.command("draw")(draw)
    CATCHMENT.command("combine")(combine)
    CATCHMENT.command("settle")(settle)
    CATCHMENT.command("redraw")(redraw)
    CATCHMENT.command("list")(list_all)
    CATCHMENT.command("show")(show)
    CATCHMENT.command("overlaps")(overlaps)


def draw(  # noqa: PLR0913 - the options are the command's interface
    method: Annotated[
        str,
        typer.Option(
            "--method",
            "--catchments",
            help="drive_time, straight_line, municipality, drawn, buffer, isochrone, administrative, places, between, "
            "customers or as_drawn.",
        ),
    ] = "drive_time",
    branch: BranchOption = None,
    polygon: Annotated[Path | None, typer.Option(help="File with the one polygon of a drawn catchment.")] = None,
    datum: Annotated[
        str | None, typer.Option(help="Datum of the polygon or point: wgs84, gcj02, bd09. Never guessed.")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="Layer of a polygon file with several.")] = None,
    radius_m: Annotated[float | None, typer.Option(help="Metres of a buffer, in a straight line.")] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Longest way of customers to the branch, for an isochrone.")
    ] = None,
    point: Annotated[
        tuple[float, float] | None,
        typer.Option(help="LNG LAT that a buffer or isochrone is around instead of the branch; --datum says of what."),
    ] = None,
    mode: Annotated[
        str | None, typer.Option(help="Way of an isochrone: drive or walk; the ground's by default.")
    ] = None,
    unit: Annotated[
        list[str] | None, typer.Option(help="Administrative unit by name or code. Can be given several times.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Kind of unit; alone, the one that the branch stands in.")] = None,
    place: Annotated[
        list[str] | None,
        typer.Option(help="Village, community or street by name or code, or a list of them. Can be repeated."),
    ] = None,
    road: Annotated[
        list[str] | None, typer.Option(help="Street that the catchment lies along; give two or more, for between.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="What the catchment is called.")] = None,
    share: Annotated[float | None, typer.Option(help="Share of the branch's own customers to hold, 0 to 1.")] = None,
    contiguous: Annotated[bool, typer.Option("--contiguous", help="Join the pieces that customers live in.")] = False,
    fill_holes: Annotated[bool, typer.Option("--fill-holes", help="Add the cells that are enclosed.")] = False,
    overlaps: OverlapsOption = None,
    holes: HolesOption = None,
    priority: PriorityOption = None,
    resolution: Annotated[
        int | None, typer.Option(help="H3 resolution, 7 to 11; that of the newest catchments, else 9.")
    ] = None,
    branch_resolution: BranchResolutionOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Draw the catchment of every branch, or of some branches and keep the others.

    Example: gridgeo catchment draw --branch B1 --method isochrone --minutes 10
    """
    from gridgeo.pipeline.catchments.chosen import Choice, draw_choice
    from gridgeo.pipeline.catchments.edit import Fineness

    choice = Choice(
        method=method,
        branches=tuple(branch or ()),
        polygon=polygon,
        datum=datum,
        layer=layer,
        parameters={
            "radius_m": radius_m,
            "minutes": minutes,
            "point": None if point is None else list(point),
            "mode": mode,
            "units": list(unit or ()),
            "kind": kind,
            "places": list(place or ()),
            "roads": list(road or ()),
            "share": share,
            "contiguous": contiguous,
            "fill_holes": fill_holes,
        },
        rules=_rules(overlaps, holes, priority),
        fineness=Fineness(resolution, branch_resolutions(branch_resolution)),
        title=title,
    )
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        result = draw_choice(connection, opened.actor, choice, now())
        emit(as_json, {"version": result.version_id} | result.report, overlap_table(result.report, opened.language))


def combine(  # noqa: PLR0913 - the options are the command's interface
    operation: Annotated[str, typer.Argument(help="union, difference (the first without the others), intersection.")],
    of: Annotated[
        list[str],
        typer.Argument(
            help="Catchments, such as stored, buffer:800, isochrone:10:walk, customers:0.8, units:A,B, kind:village, "
            "drive_time, drawn:FILE@wgs84."
        ),
    ],
    branch: Annotated[str, typer.Option("--branch", help="Branch whose catchment it is.")],
    overlaps: OverlapsOption = None,
    holes: HolesOption = None,
    priority: PriorityOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Draw one branch's catchment out of several: what is in any, in the first alone, or in all of them.

    Example: gridgeo catchment combine difference stored isochrone:10 --branch B1
    """
    from gridgeo.pipeline.catchments.edit import draw_branches
    from gridgeo.pipeline.catchments.specs import CatchmentSpec
    from gridgeo.pipeline.catchments.terms import spec_from_term

    rules = _rules(overlaps, holes, priority)
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        parts = tuple(spec_from_term(connection, branch, term) for term in of)
        spec = CatchmentSpec("combined", operation=operation, of=parts)
        result = draw_branches(connection, opened.actor, {branch: spec}, now(), rules)
        emit(as_json, {"version": result.version_id} | result.report, overlap_table(result.report, opened.language))


def settle(
    overlaps: OverlapsOption = None,
    holes: HolesOption = None,
    priority: PriorityOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Settle overlaps and holes of the newest catchments by other rules.

    Example: gridgeo catchment settle --overlaps customers --holes nearest
    """
    from gridgeo.pipeline.catchments.edit import settle_catchments

    rules = _rules(overlaps, holes, priority)
    if rules is None:
        raise InvalidInputError("say how to settle: --overlaps, --holes, or both")
    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        result = settle_catchments(connection, opened.actor, rules, now())
        emit(as_json, {"version": result.version_id} | result.report, overlap_table(result.report, opened.language))


def redraw(
    version: VersionOption = None, store: StoreOption = None, as_json: JsonOption = False, actor: ActorOption = None
) -> None:
    """Draw catchments again from their stored methods, and say what changed.

    Example: gridgeo catchment redraw --json
    """
    from gridgeo.pipeline.catchments.edit import redraw as draw_again

    with session(store, as_json, actor) as opened, opened.engine.begin() as connection:
        emit(as_json, draw_again(connection, opened.actor, now(), version).as_dict())


def list_all(
    version: VersionOption = None,
    out: OutOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List the catchments with their methods in words.

    Example: gridgeo catchment list --out catchments.geojson
    """
    from gridgeo.pipeline.catchments.view import catchment_list, write_catchments_geojson
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = catchment_list(connection, opened.actor, version, opened.language)
        if out:
            body |= _written(out, write_catchments_geojson(connection, opened.actor, out, version))
        emit(as_json, body, list_table(body, opened.language))


def show(
    branch: Annotated[str, typer.Argument(help="Branch whose catchment it is.")],
    version: VersionOption = None,
    out: OutOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """Show one branch's catchment: method, parameters, overlaps, cells.

    Example: gridgeo catchment show B1 --json
    """
    from gridgeo.pipeline.catchments.view import catchment_card, write_catchments_geojson
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = catchment_card(connection, opened.actor, branch, version, opened.language)
        if out:
            body |= _written(out, write_catchments_geojson(connection, opened.actor, out, version, branch))
        emit(as_json, body, card_table(body, opened.language))


def overlaps(
    version: VersionOption = None,
    out: OutOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
    actor: ActorOption = None,
) -> None:
    """List what several branches claimed and what nobody did, before it was settled.

    Example: gridgeo catchment overlaps --out overlaps.geojson
    """
    from gridgeo.pipeline.catchments.view import catchment_overlaps, write_overlaps_geojson
    from gridgeo.storage import reading

    with session(store, as_json, actor) as opened, reading(opened.engine) as connection:
        body = catchment_overlaps(connection, opened.actor, version)
        if out:
            body |= _written(out, write_overlaps_geojson(connection, opened.actor, out, version))
        emit(as_json, body, overlap_table({"settled": body}, opened.language))


def _rules(overlaps: str | None, holes: str | None, priority: list[str] | None) -> dict[str, Any] | None:
    """Return the chosen rules; None when none was chosen, and those of the version before stay."""
    chosen = {"overlaps": overlaps, "holes": holes, "priority": priority}
    return {name: value for name, value in chosen.items() if value} or None


def _written(out: Path, count: int) -> dict[str, Any]:
    return {"out": str(out), "features": count}
