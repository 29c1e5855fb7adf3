"""A bank or a ground put together from datasets: every later step reads it as one version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import NotFoundError
from gridgeo.pipeline.denominators.registry import ZONES, sources_of_ground
from gridgeo.storage import (
    VersionRecord,
    finish_version,
    live,
    new_version,
    set_live,
    version_record,
)
from gridgeo.storage.fence import READ_ONLY
from gridgeo.storage.models import Live

TABLES: dict[str, tuple[str, ...]] = {
    "bank": ("org_unit", "staff", "customer", "merchant", "gazetteer", "household", "product", "price", "contact"),
    "ground": (
        "boundary",
        "street",
        "building",
        "merchant",
        "denominator",
        "zone_match",
        "road_node",
        "road_edge",
        "gazetteer",
        "cell_value",
    ),
}
"""Composed kind -> the tables that its readers ask it for."""

PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    "orgs": ("bank", ("org_unit",)),
    "staff": ("bank", ("staff",)),
    "customers": ("bank", ("customer",)),
    "merchants": ("bank", ("merchant",)),
    "products": ("bank", ("product",)),
    "prices": ("bank", ("price",)),
    "contacts": ("bank", ("contact",)),
    "households": ("bank", ("household",)),
    "addresses": ("bank", ("gazetteer",)),
    "boundaries": ("ground", ("boundary",)),
    "buildings": ("ground", ("building",)),
    "denominators": ("ground", ("denominator", "zone_match")),
    "roads": ("ground", ("street", "road_node", "road_edge")),
    "cells": ("ground", ("cell_value",)),
}
"""Dataset -> what it is a part of, and its tables there; industries stand by themselves."""

SYNTHETIC_TABLES = ("org_unit", "staff", "customer")


def live_or_none(connection: sa.Connection, kind: str) -> VersionRecord | None:
    """Return the live version of a kind, None when there is none yet; another writer of the kind waits.

    Two imports that add to the same version would each drop what the other one adds. A transaction that only reads
    makes nobody wait.
    """
    if not connection.get_execution_options().get(READ_ONLY, False):
        connection.execute(sa.select(Live.version_id).where(Live.kind == kind).with_for_update())
    try:
        return live(connection, kind)
    except NotFoundError:
        return None


def standing_version(connection: sa.Connection, dataset: str) -> int | None:
    """Return the version whose rows readers get for a dataset: its own, or the bank or ground that has them itself."""
    own = live_or_none(connection, dataset)
    if dataset not in PLACES:
        return own.id if own else None
    composed, tables = PLACES[dataset]
    whole = live_or_none(connection, composed)
    return _parts(whole, composed).get(tables[0]) if whole else None


def compose(connection: sa.Connection, actor: Actor, dataset: str, version_id: int, now: datetime) -> int | None:
    """Write the bank or ground that holds a new dataset version in place of the one before, and make both live.

    Returns the composed version, None for a dataset that is no part of one.
    """
    set_live(connection, actor, dataset, version_id, now)
    if dataset not in PLACES:
        return None
    kind, tables = PLACES[dataset]
    before = live_or_none(connection, kind)
    parts = _parts(before, kind) if before else {}
    noted = dict(before.params) if before else {}
    noted |= {"sources": source_versions(connection)} if dataset == "denominators" else {}
    key, form = _named_source(connection, version_id)
    if dataset == "denominators":
        noted["sources"] |= {key: version_id}
    if form == "zones":
        parts |= dict.fromkeys(tables, version_id)
    noted |= _ground_notes(connection, version_id, noted) if kind == "ground" else _bank_notes(connection, parts)
    composed = new_version(connection, actor, kind, params=noted | {"parts": parts}, now=now)
    finish_version(connection, composed, report={"dataset": dataset, "dataset_version": version_id})
    set_live(connection, actor, kind, composed, now)
    return composed


def noted_anew(connection: sa.Connection, actor: Actor, kind: str, notes: dict[str, Any], now: datetime) -> int:
    """Write the live bank or ground again with other notes and take it live; its tables stay where they are."""
    before = live(connection, kind)
    params = {**before.params, "parts": _parts(before, kind), **notes}
    version_id = new_version(connection, actor, kind, params=params, now=now)
    finish_version(connection, version_id, report=dict(notes))
    set_live(connection, actor, kind, version_id, now)
    return version_id


def source_versions(connection: sa.Connection) -> dict[str, int]:
    """Return the sources of denominators that the live ground has side by side: key -> version.

    Zones that came with the ground itself, or before there were several sources, go by ZONES.
    """
    whole = live_or_none(connection, "ground")
    return {} if whole is None else sources_of_ground(whole)


def _named_source(connection: sa.Connection, version_id: int) -> tuple[str, str]:
    """Return the key and the form of the source that a version of denominators holds."""
    said = (version_record(connection, version_id).report or {}).get("source") or {}
    return said.get("key", ZONES), said.get("form", "zones")


def _parts(whole: VersionRecord, kind: str) -> dict[str, int]:
    """Return table -> version of its rows; a bank or ground that was not put together holds every table itself."""
    parts: dict[str, int] | None = whole.params.get("parts")
    return dict.fromkeys(TABLES[kind], whole.id) if parts is None else dict(parts)


def _ground_notes(connection: sa.Connection, version_id: int, noted: dict[str, Any]) -> dict[str, Any]:
    """Return the name of a ground and how its roads are travelled, which readers ask of it."""
    own = version_record(connection, version_id).params
    return {"name": noted.get("name", "ground"), "mode": own.get("mode", noted.get("mode", "drive"))}


def _bank_notes(connection: sa.Connection, parts: dict[str, int]) -> dict[str, Any]:
    """Return whether any part of a bank is made up; a bank that holds its tables itself says so as a whole."""
    return {"synthetic": any(is_synthetic(connection, parts[table]) for table in SYNTHETIC_TABLES if table in parts)}


def is_synthetic(connection: sa.Connection, version_id: int | None) -> bool:
    """Tell whether a dataset, or a bank that holds its tables itself, has rows that are made up."""
    if version_id is None:
        return False
    record = version_record(connection, version_id)
    return bool(record.params.get("synthetic") or (record.report or {}).get("synthetic"))
