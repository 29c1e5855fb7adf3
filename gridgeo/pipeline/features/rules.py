"""What every step on industry grids, cohort grids and target groups shares: who may, which rule is meant, versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.industries import shipped_industries
from gridgeo.errors import InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.features import (
    CohortLeaf,
    CohortRule,
    IndustryLeaf,
    IndustryRule,
    TargetRule,
    cohort_from_json,
    industry_from_json,
    merged_codes,
    products_of,
    require_no_refused_words,
    target_from_json,
)
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import live, read_frame
from gridgeo.storage.features import FeatureRecord, feature_record
from gridgeo.storage.grids import grid_frame

KINDS = ("industry", "cohort", "target_group")
READERS = ("hq", "planner", "branch_manager", "rm", "auditor")
"""A rule may ask for balances, so no helper tries one."""
Rule = IndustryRule | CohortRule | TargetRule
Subject = str | Mapping[str, Any]
"""The id of a grid that is kept, or a rule that is only tried."""


@dataclass(frozen=True)
class Asked:
    """What a step is asked about.

    body: the rule as JSON. id, name, revision: of a grid that is kept, None for a rule that is only tried. branch_id:
    the branch that the grid is of.
    """

    body: Mapping[str, Any]
    id: str | None = None
    name: str | None = None
    revision: int | None = None
    branch_id: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return id, name, revision and branch."""
        return {"id": self.id, "name": self.name, "revision": self.revision, "branch_id": self.branch_id}


def require_reader(actor: Actor) -> None:
    """Let pass the roles that may see parties; NotAllowedError for every other one."""
    if actor.role not in READERS:
        raise NotAllowedError(
            "role {role} may not see parties; it takes {allowed}", role=actor.role, allowed=", ".join(READERS)
        )


def asked_about(connection: sa.Connection, actor: Actor, kind: str, subject: Subject) -> Asked:
    """Return what a step is asked about; NotFoundError for a grid that is of another kind or not in scope."""
    require_reader(actor)
    if not isinstance(subject, str):
        return Asked(subject)
    record = feature_record(connection, subject, actor)
    if record.kind != kind:
        raise NotFoundError("{id} is no {kind}", id=subject, kind=kind)
    return asked_of(record)


def asked_of(record: FeatureRecord) -> Asked:
    """Return a grid that is kept as what is asked about."""
    return Asked(record.rule, record.id, record.name, record.revision, record.branch_id)


def industry_table(connection: sa.Connection) -> pl.DataFrame:
    """Return the INDUSTRY_CODES that are known: shipped and imported; the imported row counts where both have one."""
    try:
        version = live(connection, "industries").id
    except NotFoundError:
        return shipped_industries()
    return merged_codes(shipped_industries(), read_frame(connection, "industry_code", version_id=version))


def industry_rule(connection: sa.Connection, body: Mapping[str, Any]) -> IndustryRule:
    """Read an industry rule against the codes that are known; InvalidInputError names what does not fit."""
    return industry_from_json(body, industry_table(connection))


def cohort_rule(connection: sa.Connection, body: Mapping[str, Any]) -> CohortRule:
    """Read a cohort rule; a product counts by its name and kind too.

    Raises InvalidInputError naming what does not fit, or what no rule about people may be drawn on.
    """
    rule = cohort_from_json(body)
    named = products_of(rule)
    if named:
        _check_products(connection, named)
    return rule


def target_rule(connection: sa.Connection, actor: Actor, body: Mapping[str, Any]) -> TargetRule:
    """Read the rule of a target group; the grids that it names are in the actor's scope and of the right kind.

    Raises InvalidInputError naming what does not fit, NotFoundError naming a grid that is not there.
    """
    rule = target_from_json(body)
    for leaf, kind in ((IndustryLeaf, "industry"), (CohortLeaf, "cohort")):
        for feature_id in rule.feature_ids(leaf):
            asked_about(connection, actor, kind, feature_id)
    if rule.grid_ids:
        known = set(grid_frame(connection, actor.branch_ids)["id"])
        missing = [grid for grid in rule.grid_ids if grid not in known]
        if missing:
            raise NotFoundError(
                "there is no area grid {grid}: a rule names grids by id, see gridgeo grid show", grid=missing[0]
            )
    return rule


def inputs_or_none(connection: sa.Connection) -> Inputs | None:
    """Return the newest inputs, None for a store without a ground or bank yet."""
    try:
        return newest_inputs(connection)
    except NotFoundError:
        return None


def check_name(kind: str, name: str) -> str:
    """Return a name without blanks around it.

    Raises InvalidInputError when it is empty or too long, or speaks of people by what no rule may be drawn on; the name
    of an industry grid speaks of shops.
    """
    plain = name.strip()
    if not 0 < len(plain) <= 120 or "\0" in plain:
        raise InvalidInputError("a name has 1 to {most} characters, got {given}", most=120, given=len(plain))
    if kind != "industry":
        require_no_refused_words(plain, "name")
    return plain


def _check_products(connection: sa.Connection, named: tuple[str, ...]) -> None:
    """Refuse products that are sold to those whom no rule may be drawn on, whatever their code."""
    inputs = inputs_or_none(connection)
    if inputs is None:
        return
    found = read_frame(connection, "product", version_id=inputs.bank, where={"id": list(named)})
    for product, name, kind in found.select("id", "name", "kind").iter_rows():
        for text in (name, kind):
            require_no_refused_words(text or "", f"product {product}")
