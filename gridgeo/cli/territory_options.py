"""Options that the commands of territory scenarios share, and reading them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group
from rich.table import Table

from gridgeo.cli.common import MAX_SEED, language
from gridgeo.cli.tables import number
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import translate

if TYPE_CHECKING:
    from gridgeo.pipeline.territories.drafts import Draft
    from gridgeo.pipeline.territories.spec import Aim

ScenarioArgument = Annotated[str, typer.Argument(help="Scenario, by name.")]
ScenarioOption = Annotated[str | None, typer.Option("--scenario", metavar="NAME", help="Name the draft is kept under.")]
BranchOption = Annotated[
    list[str] | None,
    typer.Option("--branch", help="Branch to plan; can be given several times, each planned by itself."),
]
KOption = Annotated[int | None, typer.Option("--k", help="Territories a branch; those beyond its managers are vacant.")]
MeasuresOption = Annotated[
    str | None, typer.Option(metavar="A,B", help="Measures to balance, by default customers,workload.")
]
ToleranceOption = Annotated[
    str | None,
    typer.Option(metavar="T or T,T", help="Largest distance from the target, one for all or one a measure: 5 is 5 %."),
]
GrowthOption = Annotated[
    str | None,
    typer.Option(metavar="GROWTH", help="Growth of demand: 10%, customers=10%,workload=5%, or a CSV of cell,growth."),
]
HomeOption = Annotated[
    list[str] | None,
    typer.Option("--home", metavar="RM=CELL", help="Cell where a territory has its centre; give one for each or none."),
]
UnitsOption = Annotated[str, typer.Option(help="What is not divided: cells, or grids (area grids).")]
SeedOption = Annotated[int, typer.Option(min=0, max=MAX_SEED, help="Seed of the territory solver.")]
StartsOption = Annotated[int, typer.Option(help="Starts without a better plan after which the solver ends.")]
CoresOption = Annotated[int, typer.Option(min=1, max=64, help="Starts that run side by side; the plan is the same.")]
NotesOption = Annotated[str | None, typer.Option(help="Remark that stays with the scenario.")]


def draft_from(
    branch: list[str] | None, aim: Mapping[str, Any], k: int | None = None, home: list[str] | None = None
) -> Draft:
    """Return what is asked for. aim: measures, tolerance, growth as typed, and units, seed, starts."""
    from gridgeo.pipeline.territories.drafts import Draft

    return Draft(names_in(branch), aim_from(**aim), k, pairs(home, "--home RM=CELL"))


def names_in(given: list[str] | None) -> tuple[str, ...]:
    """Return names given one at a time or joined by commas."""
    return tuple(part.strip() for one in given or () for part in one.split(",") if part.strip())


def aim_from(
    measures: str | None = None,
    tolerance: str | None = None,
    growth: str | None = None,
    **chosen: Any,  # noqa: ANN401 - units, seed, starts
) -> Aim:
    """Read what is balanced, how finely and on which demand."""
    from gridgeo.cli.territory_cadence import text_of
    from gridgeo.pipeline.territories.spec import aim_from_words, growth_from_csv, share_from_text

    if growth is None:
        return aim_from_words(measures, tolerance, {}, **chosen)
    path = Path(growth)
    if path.suffix.lower() == ".csv":
        return aim_from_words(measures, tolerance, {}, cell_growth=growth_from_csv(text_of(path)), **chosen)
    given = pairs(growth.split(","), "--growth MEASURE=SHARE") if "=" in growth else {"all": growth}
    shares = {name: share_from_text(text, "growth") for name, text in given.items()}
    return aim_from_words(measures, tolerance, shares, **chosen)


def pairs(given: list[str] | None, how: str) -> dict[str, str]:
    """Read NAME=VALUE texts; InvalidInputError says how they are written."""
    read = {}
    for text in given or ():
        name, sign, value = text.partition("=")
        if not (name.strip() and sign and value.strip()):
            raise InvalidInputError("write {how}, got {given}", how=how, given=text)
        read[name.strip()] = value.strip()
    return read


def day_from(text: str) -> date:
    """Read a day as YYYY-MM-DD; InvalidInputError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError("a day is written as YYYY-MM-DD, got {given}", given=text) from error


def scenario_table(body: dict[str, Any]) -> Group:
    """Return a scenario's figures, a row a branch, and whose load does not fit the hours."""
    tongue = language()
    title = (
        f"{body['scenario']} · {translate(body['status'], tongue)} · {translate('version', tongue)} {body['version']}"
    )
    table = Table(title=title)
    for column in ("branch", "territories", "feasible", "off by measure, %", "bound gap, %", "kept, %"):
        table.add_column(translate(column, tongue), justify="right")
    for branch, figures in body["branches"].items():
        off = ", ".join(f"{name} {number(value)}" for name, value in figures["imbalance_percent"].items())
        kept = figures["certificate"]["kept_share"]
        table.add_row(
            branch,
            str(figures["count"]),
            translate("yes" if figures["feasible"] else "no", tongue),
            off,
            number(figures["bound_gap_percent"]),
            "" if kept is None else number(100 * kept),
        )
    return Group(table, *_load_lines(body["load"]))


def _load_lines(load: dict[str, Any]) -> list[str]:
    """Say who cannot do the work that the plan gives, and by how much."""
    tongue = language()
    lines = [
        translate(
            "{rm}: {needed} hours a year needed, {available} there: {over} too many",
            tongue,
            rm=row["rm"],
            needed=number(row["needed_hours"]),
            available=number(row["available_hours"]),
            over=number(row["over_hours"]),
        )
        for row in load["managers"]
        if not row["fits"]
    ]
    note = "by the example cadence, decided by nobody: set your own by gridgeo territory cadence set"
    return [*lines, *([translate(note, tongue)] if lines and load["example"] else [])]
