"""The report of a plan for those who decide on it and those who live with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.measures import MEASURE_BY_ID
from gridgeo.i18n import translate
from gridgeo.maps import ExportNotes
from gridgeo.maps.plan_report import Bars, Listing, ReportSection, write_plan_report
from gridgeo.pipeline.published import publication
from gridgeo.pipeline.steps import require_money
from gridgeo.pipeline.territories.accounts import gains
from gridgeo.pipeline.territories.cadence import load_of
from gridgeo.pipeline.territories.compare import LIVE, compare, plan_named
from gridgeo.pipeline.territories.drafts import show, spec_of
from gridgeo.pipeline.territories.seats import names_known
from gridgeo.storage.scenarios import scenario_record

Names = Mapping[str, str]
"""What a branch, a manager or a territory is called, by id; what is not known keeps its id."""
BRANCH_FIGURES = ("J_km", "bound_gap_percent", "price_of_balance_percent", "kept_share", "kept_estimate")


def both(text: str) -> str:
    """Return a heading in Chinese and English."""
    chinese = translate(text, "zh")
    return text if chinese == text else f"{chinese} / {text}"


def write_report(connection: sa.Connection, actor: Actor, name: str, today: date, out: Path) -> dict[str, Any]:
    """Write a scenario's report: maps before and after, loads against targets, hours, who gives to whom, gains.

    One HTML file in both languages that prints, and that needs no network. today: day that gains are told for. Returns
    its path and the branches in it.
    Raises NotFoundError for a scenario that is not in scope, InvalidInputError when the folder does not exist.
    """
    require_money(actor)
    body = show(connection, actor, name)
    record = scenario_record(connection, name, actor)
    plans = (plan_named(connection, actor, LIVE), plan_named(connection, actor, name))
    changed = compare(connection, actor, (LIVE, name))
    load = load_of(connection, spec_of(connection, record), body["branches"])
    cells = [plan.cells(connection, changed["branches"]) for plan in plans]
    called = names_known(connection, actor, plans[1].inputs)
    sections = [_branch(branch, figures, cells, called) for branch, figures in body["branches"].items()]
    sections.append(_together(changed, load, called))
    sections.append(_gains(gains(connection, actor, name, today), called))
    published = publication(connection)
    notes = ExportNotes(
        version=body["version"],
        ground=published.ground,
        synthetic=published.synthetic,
        datum=published.datum,
        fictional=published.fictional,
    )
    title = f"{both('Territories')} · {name}"
    write_plan_report(title, _facts(body), sections, notes, out)
    return {"scenario": name, "path": str(out), "branches": sorted(body["branches"]), "version": body["version"]}


def _facts(body: Mapping[str, Any]) -> Listing:
    limits = zip(body["measures"], body["tolerance_percent"], strict=True)
    rows = [
        (both("status"), both(body["status"])),
        (both("feasible"), bool(body["feasible"])),
        (both("tolerance"), ", ".join(f"{_measure(measure)} {limit:g} %" for measure, limit in limits)),
        (both("notes"), body["notes"] or ""),
        (both("version"), str(body["version"])),
        (both("created at"), body["created_at"][:16]),
        *((f"{entry['by']} · {entry['at'][:16]}", entry["text"]) for entry in body["comments"]),
    ]
    return Listing(both("scenario"), ("", ""), rows)


def _branch(branch: str, figures: Mapping[str, Any], cells: list[pl.DataFrame], called: Names) -> ReportSection:
    certificate, title = figures["certificate"], called.get(branch, branch)
    names = _named(certificate["territories"], called)
    limits = certificate["tolerance_percent"]
    bars = [
        Bars(_measure(measure), names, _shares(certificate, at), None if limits[at] is None else limits[at] / 100)
        for at, measure in enumerate(certificate["measures"])
    ]
    maps = [
        (f"{title} · {both(words)}", _on_map(table.filter(pl.col("branch_id") == branch), called))
        for words, table in zip(("before", "after"), cells, strict=True)
    ]
    warnings = [
        f"{_named([found['territory'] or branch], called)[0]}: "
        f"{both(found['measure'])} {found['value']:.2f} > {found['limit']:.2f}"
        for found in figures["violations"]
    ]
    head = (both("territory"), both("cells"), *(_measure(measure) for measure in certificate["measures"]))
    loads = zip(names, certificate["nodes"], certificate["loads"], strict=True)
    tables = [
        Listing(both("loads"), head, [(name, nodes, *row) for name, nodes, row in loads]),
        Listing(both("certificate"), ("", ""), [(both(each), certificate[each]) for each in BRANCH_FIGURES]),
    ]
    return ReportSection(title, [pair for pair in maps if pair[1].height], bars, tables, warnings)


def _shares(certificate: Mapping[str, Any], at: int) -> list[float]:
    return [1.0 + row[at] / 100.0 for row in certificate["imbalance_percent"]]


def _named(ids: Sequence[str], called: Names) -> list[str]:
    return [called.get(one, one) for one in ids]


def _on_map(cells: pl.DataFrame, called: Names) -> pl.DataFrame:
    return cells.select("cell", "territory", "colour", name=pl.coalesce("rm", "territory").replace(called))


def _together(changed: Mapping[str, Any], load: Mapping[str, Any], called: Names) -> ReportSection:
    moves = [(*_named((row["from"], row["to"]), called), row["cells"], row["customers"]) for row in changed["moves"]]
    hours = [
        (*_named((row["rm"],), called), row["needed_hours"], row["available_hours"], row["over_hours"], row["fits"])
        for row in load["managers"]
    ]
    heads = ("from", "to", "cells", "customers")
    people = ("manager", "hours needed", "hours available", "too many", "fits")
    note = [both("by the example cadence, decided by nobody: set your own by gridgeo territory cadence set")]
    return ReportSection(
        both("changes and hours"),
        (),
        (),
        [
            Listing(both("who gives to whom"), [both(head) for head in heads], moves),
            Listing(both("load against hours a year"), [both(head) for head in people], hours),
        ],
        note if load["example"] else (),
    )


def _gains(told: Mapping[str, Any], called: Names) -> ReportSection:
    """Tell what every manager and branch gains and loses; balances and pay basis in yuan."""
    counts = ("customers_before", "customers_after", "customers_gained", "customers_lost")
    money = ("balance_gained_fen", "balance_lost_fen", "pay_basis_change_fen")
    tables = [
        Listing(
            both(title),
            [both(key), *(both(name) for name in counts), *(both(name.removesuffix("_fen")) for name in held)],
            [
                (*_named((row[key],), called), *(row[name] for name in counts), *(row[name] / 100 for name in held))
                for row in told[title]
            ],
        )
        for title, key, held in (("managers", "rm", money), ("branches", "branch", money[:2]))
    ]
    note = both("by the example policy, decided by nobody: set your own by gridgeo territory policy set")
    return ReportSection(both("gains and losses"), (), (), tables, (note,) if told["policy_example"] else ())


def _measure(name: str) -> str:
    measure = MEASURE_BY_ID.get(name)
    return name if measure is None else f"{measure.name_zh} / {measure.name_en}"
