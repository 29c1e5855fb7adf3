"""Catchments, overlaps and holes as tables for people."""

from __future__ import annotations

from typing import Any

from rich.console import Group
from rich.table import Table

from gridgeo.cli.tables import number
from gridgeo.i18n import Language, translate


def list_table(body: dict[str, Any], language: Language) -> Table:
    """Return one row a branch: id, name, how its catchment is drawn, cells."""
    title = translate(
        "Catchments, version {version} (H3 {resolution})", language, **_pick(body, "version", "resolution")
    )
    table = _table(title, ("branch", "name", "drawn", "cells"), language)
    for row in body["catchments"]:
        table.add_row(row["branch_id"], row["name"], row["label"], str(row["cells"]))
    return table


def card_table(body: dict[str, Any], language: Language) -> Group:
    """Return one branch's catchment in words, and what others claimed of it."""
    words = f"{body['branch_id']} {body['name']}: {body['label']}, {body['cells']} {translate('cells', language)}"
    return Group(words, _overlaps(body["overlaps"], language))


def overlap_table(report: dict[str, Any], language: Language) -> Group:
    """Return the cells each branch got, where that is known, then overlaps and holes as they were before settling."""
    settled = report["settled"]
    sizes = [f"{branch}: {count}" for branch, count in report.get("cells_by_branch", {}).items()]
    parts = [f"{translate('cells', language)}: {', '.join(sizes)}"] if sizes else []
    return Group(*parts, _overlaps(settled["overlaps"], language), _holes(settled["holes"], language))


def _overlaps(pairs: list[dict[str, Any]], language: Language) -> Table | str:
    if not pairs:
        return translate("no two branches claimed a cell", language)
    columns = ("branch", "and branch", "cells", "to the first", "to the second", "people", "customers")
    table = _table(translate("Overlaps before settling", language), columns, language)
    for pair in pairs:
        counts = (number(pair[name]) for name in ("cells", "to_first", "to_second", "people", "customers"))
        table.add_row(pair["first"], pair["second"], *counts)
    return table


def _holes(holes: list[dict[str, Any]], language: Language) -> Table | str:
    if not holes:
        return translate("no hole: every cell was claimed", language)
    columns = ("cells", "left uncovered", "area, km2", "people", "customers", "lng", "lat")
    table = _table(translate("Holes before settling", language), columns, language)
    for hole in holes:
        counts = [number(hole[name]) for name in ("cells", "cells_left", "area_km2", "people", "customers")]
        table.add_row(*counts, f"{hole['lng']:.5f}", f"{hole['lat']:.5f}")
    return table


def _table(title: str, columns: tuple[str, ...], language: Language) -> Table:
    table = Table(title=title)
    for column in columns:
        left = column in ("branch", "and branch", "name", "drawn")
        table.add_column(translate(column, language), justify="left" if left else "right")
    return table


def _pick(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: body[name] for name in names}
