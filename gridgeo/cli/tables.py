"""Tables for people: what the JSON of a command says, in the words of a planner."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.table import Table

from gridgeo.domain.measures import MEASURE_BY_ID
from gridgeo.i18n import Language, translate


def summary_table(body: dict[str, Any], language: Language) -> Group:
    """Return the summary of a publication: what went in, the scores, the territories of each branch."""
    return Group(
        _accounts(body, language), _scores(body, language), _branches(body, language), _remarks(body, language)
    )


def _accounts(body: dict[str, Any], language: Language) -> Table:
    bank = translate("synthetic bank", language) if body["synthetic_bank"] else ""
    title = f"{body['ground']} · {body['cells']} {translate('cells', language)} (H3 {body['resolution']}) · {bank}"
    table = Table(title=title)
    for column in ("", "in", "placed", "unplaced", "rejected"):
        table.add_column(translate(column, language) if column else "", justify="right" if column else "left")
    for kind in ("customers", "merchants"):
        figures = (str(body[kind][name]) for name in ("in", "placed", "unplaced", "rejected"))
        table.add_row(translate(kind, language), *figures)
    return table


def _scores(body: dict[str, Any], language: Language) -> Table:
    table = Table(title=translate("Scores of cells", language))
    for column in ("measure", "n", "min", "median", "max"):
        table.add_column(translate(column, language), justify="left" if column == "measure" else "right")
    built_in = {name: asdict(measure) for name, measure in MEASURE_BY_ID.items()}
    names = built_in | body["bank_measures"] | body["user_measures"]
    for name, figures in body["scores"].items():
        table.add_row(
            names[name][f"name_{language}"],
            str(figures["n"]),
            *(number(figures[key]) for key in ("min", "median", "max")),
        )
    return table


def _branches(body: dict[str, Any], language: Language) -> Table:
    table = Table(title=translate("Territories", language))
    for column in ("branch", "managers", "feasible", "customers off, %", "workload off, %", "bound gap, %"):
        table.add_column(translate(column, language), justify="right")
    for branch, figures in body["territories"]["branches"].items():
        off = figures["imbalance_percent"]
        feasible = translate("yes" if figures["feasible"] else "no", language)
        gap = number(figures["bound_gap_percent"])
        table.add_row(branch, str(figures["count"]), feasible, number(off["customers"]), number(off["workload"]), gap)
    return table


def _remarks(body: dict[str, Any], language: Language) -> str:
    """Say why a branch cannot keep its limits, where the solver knows, and what the model of potential is worth."""
    found = [
        f"{branch}: {translate(finding['template'], language, **finding['values'])}"
        for branch, figures in body["territories"]["branches"].items()
        for finding in figures["findings"]
    ]
    validation = body["potential_validation"]
    if validation is not None:
        found.append(
            f"{translate('Potential, validated out of area', language)}: {translate(validation['verdict'], language)}"
        )
    return "\n".join(found)


def number(value: float | None) -> str:
    """Return a number as people read it; empty for none."""
    return "" if value is None else f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
