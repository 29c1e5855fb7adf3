"""The card of an area grid: what is known of it in one call, each figure with its evidence or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import areas_m2, disagree, local_xy_m
from gridgeo.domain import Actor, CellArray
from gridgeo.domain.industries import GBT, NEWEST_EDITION
from gridgeo.domain.words import HOUSEHOLD_STATUS, TIERS
from gridgeo.errors import NotFoundError
from gridgeo.features import IndustryRule, classified
from gridgeo.features.industry_rules import of_scheme, sections_of
from gridgeo.grids import GridRecord
from gridgeo.grids.state import DATES, GridSetState
from gridgeo.pipeline.features.parties import AreaMembers, area_members, merchants_in_scope
from gridgeo.pipeline.features.rules import industry_table
from gridgeo.pipeline.grids.denominators import denominators_of
from gridgeo.pipeline.grids.sets import grid_state
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import read_frame, version_record, whole_bank

KNOWN = ("kind", "code", "owner_id", "status", "stage", "note")
NO_PEOPLE = "the people of the grid are not known"
VOTES = ("by_code", "by_boundary", "by_cell")


@dataclass(frozen=True, eq=False)
class _Site:
    """What the parts of a card are worked out from; members: MEMBERSHIPS that name the grid by any rule."""

    connection: sa.Connection
    actor: Actor
    inputs: Inputs
    grid: GridRecord
    cells: CellArray
    members: pl.DataFrame
    today: date

    def ids(self, kind: str) -> pl.Series:
        """Return the parties of a kind that belong to the grid."""
        here = (pl.col("party_kind") == kind) & (pl.col("grid_id") == self.grid.id)
        return self.members.filter(here)["party_id"]


def grid_card(connection: sa.Connection, actor: Actor, branch_id: str, grid_id: str, today: date) -> dict[str, Any]:
    """Return what is known of an area grid, as plain JSON values.

    A figure that is not known is null beside its reason. Parties are counted by membership (see DOMAIN), customers of
    the actor's branches only; denominators are spread over cells and summed over the grid's. today: prospects whose
    basis has run out by then are left out.
    Raises NotFoundError for a branch or grid that is not there or not in scope, NotAllowedError.
    """
    state = grid_state(connection, actor, branch_id)
    record = find_grid(state, grid_id)
    inputs = newest_inputs(connection)
    areas = area_members(connection, inputs)
    named = areas.table.filter(pl.any_horizontal(pl.col(name) == record.id for name in ("grid_id", *VOTES)))
    cells = state.cells[state.grid_of == state.position(record.id)]
    site = _Site(connection, actor, inputs, record, cells, named, today)
    figures = denominators_of(connection, inputs, cells)
    customers = _customers(site)
    return {
        "branch_id": branch_id,
        **_identity(site),
        "revision": state.revision,
        "resolution": state.resolution,
        "cells": len(cells),
        "area_km2": _areas(site),
        **figures,
        "customers": customers,
        "merchants": _merchants(site),
        "registered_households": _registered(site),
        "penetration": _penetration(customers["count"], figures["people"]["value"]),
        "membership": _membership(site, areas),
        "versions": _dated(connection, inputs),
    }


def find_grid(state: GridSetState, grid_id: str) -> GridRecord:
    """Return a grid by its id or name."""
    for grid in state.grids:
        if grid_id in (grid.id, grid.name):
            return grid
    raise NotFoundError("branch {branch} has no grid {grid}", branch=state.branch_id, grid=grid_id)


def _identity(site: _Site) -> dict[str, Any]:
    record = site.grid
    owner = None
    if record.owner_id is not None:
        staff = read_frame(site.connection, "staff", version_id=site.inputs.bank, where={"id": record.owner_id})
        owner = staff["name"].to_list()[0] if staff.height else None
    days = {name: getattr(record, name) for name in DATES}
    return {
        "grid_id": record.id,
        "name": record.name,
        **{name: getattr(record, name) for name in KNOWN},
        "owner_name": owner,
        "dates": {name: day.isoformat() if day is not None else None for name, day in days.items()},
    }


def _areas(site: _Site) -> dict[str, Any]:
    """Return the area of the own boundary, null without one, and of the cells, in km2."""
    of_cells = round(float(areas_m2(site.cells).sum()) / 1e6, 4)
    if site.grid.geometry is None:
        return {"boundary": None, "reason": "the grid has no boundary of its own", "cells": of_cells}
    shape = shapely.from_wkb(site.grid.geometry)
    middle = shape.centroid
    flat = shapely.transform(shape, lambda at: np.column_stack(local_xy_m(at[:, 0], at[:, 1], middle.x, middle.y)))
    return {"boundary": round(float(flat.area) / 1e6, 4), "reason": None, "cells": of_cells}


def _customers(site: _Site) -> dict[str, Any]:
    """Count the customers of the grid whose account is with the actor's branches, by tier; prospects apart."""
    columns = ["id", "tier", "party", "do_not_contact", "expires_on"]
    rows = read_frame(site.connection, "customer", version_id=site.inputs.bank, columns=columns, actor=site.actor)
    here = rows.filter(pl.col("id").is_in(site.ids("customer").implode()))
    prospect = pl.col("party").fill_null("customer") == "prospect"
    customers = here.filter(~prospect)
    tiers = dict(customers["tier"].value_counts().iter_rows())
    running = here.filter(prospect & (pl.col("expires_on") >= site.today))
    return {
        "count": customers.height,
        "by_tier": {tier: int(tiers.get(tier, 0)) for tier in TIERS},
        "tier_unknown": int(customers["tier"].null_count()),
        "do_not_contact": int(here["do_not_contact"].sum()),
        "prospects": running.height,
        "of_branches": sorted(site.actor.branch_ids) if site.actor.branch_ids is not None else None,
    }


def _merchants(site: _Site) -> dict[str, Any]:
    """Count the merchants of the grid by section of GB/T 4754; those without one by the reason."""
    table = industry_table(site.connection)
    edition = NEWEST_EDITION[GBT]
    everyone = Actor(site.actor.id, site.actor.role)
    shops = merchants_in_scope(site.connection, everyone, site.inputs)
    here = shops.filter(pl.col("id").is_in(site.ids("merchant").implode()))
    found = classified(here, table, IndustryRule(GBT, edition, ()))
    rows = of_scheme(table, GBT, edition)
    counts = dict(sections_of(found["code"], rows).drop_nulls().value_counts().sort("code").iter_rows())
    names = rows.filter(pl.col("code").is_in(list(counts)))
    named = {code: (zh, en) for code, zh, en in names.select("code", "name_zh", "name_en").iter_rows()}
    without = found.filter(pl.col("code").is_null())["state"].value_counts().sort("state")
    return {
        "count": here.height,
        "own": int(here["own"].sum()),
        "scheme": GBT,
        "edition": edition,
        "by_section": [
            {"code": code, "name_zh": named[code][0], "name_en": named[code][1], "count": int(count)}
            for code, count in counts.items()
        ],
        "without_section": {state: int(count) for state, count in without.iter_rows()},
    }


def _registered(site: _Site) -> dict[str, Any]:
    """Count the households of the bank's register by status; nobody is named."""
    columns = ["id", "status", "members"]
    with whole_bank(site.connection):
        rows = read_frame(site.connection, "household", version_id=site.inputs.bank, columns=columns)
    if rows.is_empty():
        return {"value": None, "reason": "no households were imported"}
    here = rows.filter(pl.col("id").is_in(site.ids("household").implode()))
    counts = dict(here["status"].value_counts().iter_rows())
    return {
        "value": here.height,
        "reason": None,
        "by_status": {status: int(counts.get(status, 0)) for status in HOUSEHOLD_STATUS},
        "status_unknown": int(counts.get(None, 0)),
        "members": int(here["members"].sum()),
        "members_unknown": int(here["members"].null_count()),
    }


def _penetration(customers: int, people: float | None) -> dict[str, Any]:
    """Return customers by people; more customers than people is said, never clipped."""
    if people is None:
        return {"value": None, "reason": NO_PEOPLE, "over": False}
    if people == 0:
        return {"value": None, "reason": "nobody lives in the grid", "over": customers > 0}
    return {"value": round(customers / people, 6), "reason": None, "over": customers > people}


def _membership(site: _Site, areas: AreaMembers) -> dict[str, Any]:
    """Say by which rule the parties belong, and how many other rules would put elsewhere or bring in."""
    inside = site.members.filter(pl.col("grid_id") == site.grid.id)
    rules = dict(inside["rule"].value_counts().iter_rows())
    ids = pl.concat([site.members[name] for name in VOTES]).drop_nulls().unique().sort()
    places = [
        site.members[name].replace_strict(ids, range(len(ids)), default=None, return_dtype=pl.Int64).fill_null(-1)
        for name in VOTES
    ]
    contested = site.members.filter(pl.Series(disagree(*(place.to_numpy() for place in places)), dtype=pl.Boolean))
    here = contested.filter(pl.col("grid_id") == site.grid.id).height
    return {
        "version": areas.version,
        "by_rule": {rule: int(rules.get(rule, 0)) for rule in ("code", "boundary", "cell")},
        "disagreements": {"in_this_grid": here, "claimed_by_another_rule": contested.height - here},
    }


def _dated(connection: sa.Connection, inputs: Inputs) -> dict[str, Any]:
    """Return each version that the card was worked out from, with the time at which it was made."""
    return {
        kind: {"id": version, "created_at": version_record(connection, version).created_at.isoformat()}
        for kind, version in inputs.as_dict().items()
        if kind in ("ground", "bank", "location")
    }
