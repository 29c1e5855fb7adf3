"""Look at catchments: what each branch has, how it is stated, what overlaps and what nobody has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
import sqlalchemy as sa

from gridgeo.cells import cell_strings, merged_polygons
from gridgeo.domain import Actor, IntArray
from gridgeo.errors import NotAllowedError
from gridgeo.i18n import Language
from gridgeo.pipeline.bank import branches_of
from gridgeo.pipeline.catchments.areas import Areas, areas_of
from gridgeo.pipeline.catchments.draw import plan_of
from gridgeo.pipeline.catchments.edit import catchments_version, stated_spec
from gridgeo.pipeline.catchments.report import hole_labels, overlap_rows
from gridgeo.pipeline.catchments.specs import CatchmentSpec
from gridgeo.pipeline.catchments.terrain import Terrain
from gridgeo.pipeline.catchments.words import label_of
from gridgeo.pipeline.steps import Inputs, require_insider
from gridgeo.storage import read_frame, version_record, whole_bank


def catchment_list(
    connection: sa.Connection, actor: Actor, version_id: int | None = None, language: Language = "en"
) -> dict[str, Any]:
    """Return a version's catchments in the actor's scope: version, resolution, rules and one entry a branch.

    version_id: the newest by default. An entry: branch_id, name, method, label (in the language), cells, params.
    """
    require_insider(actor)
    known = catchments_version(connection, version_id)
    params = version_record(connection, known).params
    columns = ["branch_id", "method"]
    rows = read_frame(connection, "catchment", version_id=known, actor=actor, columns=columns)
    sizes = read_frame(connection, "catchment_cell", version_id=known, actor=actor).group_by("branch_id").len("cells")
    names = branches_of(read_frame(connection, "org_unit", version_id=params["inputs"]["bank"])).select("id", "name")
    table = rows.join(names, left_on="branch_id", right_on="id", how="left").join(sizes, on="branch_id", how="left")
    specs = plan_of(connection, known, rows["branch_id"].to_list()).specs
    entries = [
        _entry(specs[row["branch_id"]], row, str(params["mode"]), language)
        for row in table.sort("branch_id").iter_rows(named=True)
    ]
    settled = params.get("settle", {})
    return {"version": known, "resolution": params["resolution"], "settle": settled, "catchments": entries}


def catchment_card(
    connection: sa.Connection,
    actor: Actor,
    branch_id: str,
    version_id: int | None = None,
    language: Language = "en",
) -> dict[str, Any]:
    """Return one branch's catchment: its entry of `catchment_list`, its cells (hex), its overlaps before settling.

    Raises NotFoundError for an unknown branch, NotAllowedError for one outside the actor's scope.
    """
    require_insider(actor)
    known = catchments_version(connection, version_id)
    spec = stated_spec(connection, branch_id, known)
    if not actor.sees(branch_id):
        raise NotAllowedError("branch {branch} is outside your scope", branch=branch_id)
    listed = catchment_list(connection, actor, known, language)
    entry = next(row for row in listed["catchments"] if row["branch_id"] == branch_id)
    cells = read_frame(connection, "catchment_cell", version_id=known, where={"branch_id": branch_id})["cell"]
    report = version_record(connection, known).report or {}
    pairs = report.get("settled", {}).get("overlaps", [])
    found: dict[str, Any] = entry | {
        "version": known,
        "resolution": listed["resolution"],
        "params": spec.as_dict(),
        "overlaps": _named(connection, known, [p for p in pairs if branch_id in (p["first"], p["second"])]),
        "cell_ids": cell_strings(cells.sort().to_numpy()),
    }
    return found


def catchment_overlaps(connection: sa.Connection, actor: Actor, version_id: int | None = None) -> dict[str, Any]:
    """Return what was to be settled in a version: rules, overlaps by pair of branches, holes; largest first.

    Overlaps in which no branch is of the actor's scope are left out; of a branch outside it an overlap tells the id and
    the name, for those who claim the same ground have to talk about it.
    """
    require_insider(actor)
    known = catchments_version(connection, version_id)
    settled = (version_record(connection, known).report or {}).get("settled", {"overlaps": [], "holes": []})
    pairs = [pair for pair in settled["overlaps"] if actor.sees(pair["first"]) or actor.sees(pair["second"])]
    found: dict[str, Any] = {"version": known} | settled | {"overlaps": _named(connection, known, pairs)}
    return found


def _named(connection: sa.Connection, version_id: int, pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return overlaps with what both branches are called: first_name and second_name."""
    bank = version_record(connection, version_id).params["inputs"]["bank"]
    where = {"id": sorted({pair[side] for pair in pairs for side in ("first", "second")})}
    # The other branch may lie outside the scope: nothing of it but the name is read.
    with whole_bank(connection):
        units = read_frame(connection, "org_unit", version_id=bank, where=where, columns=["id", "name"])
    names = dict(units.iter_rows())
    return [pair | {f"{side}_name": names.get(pair[side]) for side in ("first", "second")} for pair in pairs]


def write_catchments_geojson(
    connection: sa.Connection, actor: Actor, out: Path, version_id: int | None = None, branch_id: str | None = None
) -> int:
    """Write the catchments in the actor's scope, or one of them, as GeoJSON in the house datum; return how many."""
    listed = catchment_list(connection, actor, version_id)
    where = {"branch_id": branch_id} if branch_id else {}
    rows = read_frame(connection, "catchment", version_id=listed["version"], actor=actor, where=where).sort("branch_id")
    wanted = set(rows["branch_id"])
    entries = [entry | {"params": None} for entry in listed["catchments"] if entry["branch_id"] in wanted]
    return _write_features(out, entries, shapely.from_wkb(rows["geometry"].to_numpy()))


def write_overlaps_geojson(connection: sa.Connection, actor: Actor, out: Path, version_id: int | None = None) -> int:
    """Write overlaps and holes, as they were before settling, as GeoJSON; return how many there are.

    They are drawn again from the version's own ground and bank.
    """
    require_insider(actor)
    known = catchments_version(connection, version_id)
    params = version_record(connection, known).params
    inputs = Inputs(ground=params["inputs"]["ground"], bank=params["inputs"]["bank"])
    terrain = Terrain(connection, inputs, int(params["resolution"]))
    areas = areas_of(plan_of(connection, known, terrain.ids), terrain)
    pairs, pair_shapes = _pair_shapes(areas, terrain, actor)
    label = hole_labels(areas, terrain)
    holes = merged_polygons(terrain.cells, label, int(label.max()) + 1)
    records = pairs + [
        {"kind": "hole", "hole": number, "cells": int((label == number).sum())} for number in range(len(holes))
    ]
    return _write_features(out, records, np.concatenate([pair_shapes, holes]))


def _pair_shapes(areas: Areas, terrain: Terrain, actor: Actor) -> tuple[list[dict[str, Any]], np.ndarray]:
    rows = overlap_rows(areas)
    parts = [
        (terrain.ids[first], terrain.ids[second], part["at"].to_numpy())
        for (first, second), part in rows.group_by("first", "second", maintain_order=True)
    ]
    seen = [part for part in parts if actor.sees(part[0]) or actor.sees(part[1])]
    records = [{"kind": "overlap", "first": a, "second": b, "cells": len(at)} for a, b, at in seen]
    shapes = np.empty(len(seen), dtype=object)
    shapes[:] = [_outline(terrain, at) for _, _, at in seen]
    return records, shapes


def _outline(terrain: Terrain, at: IntArray) -> shapely.Geometry:
    outline: shapely.Geometry = merged_polygons(terrain.cells[at], np.zeros(len(at), dtype=np.int64), 1)[0]
    return outline


def _entry(spec: CatchmentSpec, row: dict[str, Any], mode: str, language: Language) -> dict[str, Any]:
    """Return what a list says of one catchment; a drawn polygon itself is left to the card."""
    return {
        "branch_id": row["branch_id"],
        "name": row["name"],
        "method": row["method"],
        "label": label_of(spec, mode, language),
        "cells": row["cells"] or 0,
        "params": _brief(spec.as_dict()),
    }


def _brief(params: dict[str, Any]) -> dict[str, Any]:
    parts = {"of": [_brief(part) for part in params["of"]]} if "of" in params else {}
    return {name: value for name, value in params.items() if name != "polygon"} | parts


def _write_features(out: Path, records: list[dict[str, Any]], shapes: np.ndarray) -> int:
    texts = shapely.to_geojson(shapes).tolist()
    features = [
        {
            "type": "Feature",
            "properties": {k: v for k, v in record.items() if v is not None},
            "geometry": orjson.Fragment(text),
        }
        for record, text in zip(records, texts, strict=True)
    ]
    out.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": features}, option=orjson.OPT_APPEND_NEWLINE))
    return len(features)
