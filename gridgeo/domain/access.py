"""From what an identity provider says of somebody to an actor: rules in a table, and nobody without one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridgeo.domain.actor import OF_BRANCHES, Actor, Role
from gridgeo.errors import NotAllowedError

STRONGEST_FIRST: tuple[Role, ...] = ("hq", "planner", "auditor", "branch_manager", "rm", "helper", "consumer")
"""Of several roles that a person's claims lead to, the first one here counts; scopes are never mixed between roles."""
MAX_CLAIM_VALUES = 500


@dataclass(frozen=True)
class RoleRule:
    """Whoever carries a value in a claim has a role.

    claim: name of the claim, with dots into nested ones. branch_ids: the scope, None for every branch. branch_claim:
    where a rule takes its branches from the token instead; None where it does not.
    """

    id: int
    claim: str
    value: str
    role: Role
    branch_ids: tuple[str, ...] | None
    branch_claim: str | None
    added_by: str
    added_at: datetime


@dataclass(frozen=True)
class ClaimNames:
    """Which claims say who somebody is: actor, the id that records keep; staff, the id in the bank's list of staff."""

    actor: str = "sub"
    staff: str = "staff_id"


def claim_values(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    """Return the texts in a claim: one, several in a list, none where there is no such claim.

    name: the claim's own name first, whatever dots it has, then a path into nested objects.
    """
    found: Any = claims.get(name)
    if found is None and "." in name:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    several = found if isinstance(found, list | tuple) else [found]
    return frozenset(str(one) for one in several[:MAX_CLAIM_VALUES] if isinstance(one, str | int) and one != "")


def claims_kept(rules: Iterable[RoleRule], claims: Mapping[str, Any], names: ClaimNames) -> dict[str, list[str]]:
    """Return of all claims those that rules and names ask for: what a session keeps, and nothing personal besides."""
    wanted = {names.actor, names.staff}
    for rule in rules:
        wanted |= {rule.claim, rule.branch_claim} - {None}  # type: ignore[arg-type]
    return {name: sorted(claim_values(claims, name)) for name in sorted(wanted)}


def actor_from_claims(rules: Iterable[RoleRule], claims: Mapping[str, Any], names: ClaimNames) -> Actor:
    """Return the actor that a person's claims lead to.

    Raises NotAllowedError naming what is missing: the id, a rule that fits, or the branches of a role that needs some.
    """
    known = tuple(rules)
    ids = claim_values(claims, names.actor)
    if len(ids) != 1:
        raise NotAllowedError("the token has no claim {claim} that says who this is", claim=names.actor)
    fitting = [rule for rule in known if rule.value in claim_values(claims, rule.claim)]
    if not fitting:
        raise NotAllowedError(
            "no role is given to this person: none of the claims {claims} has a value that gridgeo role list shows; "
            "ask whoever gives out roles",
            claims=", ".join(sorted({rule.claim for rule in known})) or "-",
        )
    role = min((rule.role for rule in fitting), key=STRONGEST_FIRST.index)
    staff = claim_values(claims, names.staff)
    return Actor(
        id=next(iter(ids)),
        role=role,
        branch_ids=_scope([rule for rule in fitting if rule.role == role], claims),
        staff_id=next(iter(staff)) if len(staff) == 1 else None,
    )


def _scope(rules: list[RoleRule], claims: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the branches of all rules of one role together; None as soon as one of them knows no limit."""
    scopes = [_branches(rule, claims) for rule in rules]
    limited = [scope for scope in scopes if scope is not None]
    if len(limited) < len(scopes):
        return None
    branches = frozenset[str]().union(*limited)
    if not branches:
        raise NotAllowedError(
            "role {role} needs branches, and the claim {claim} names none",
            role=rules[0].role,
            claim=", ".join(sorted({rule.branch_claim or rule.claim for rule in rules})),
        )
    return branches


def _branches(rule: RoleRule, claims: Mapping[str, Any]) -> frozenset[str] | None:
    if rule.branch_claim is not None:
        return claim_values(claims, rule.branch_claim)
    if rule.branch_ids is None and rule.role in OF_BRANCHES:
        return frozenset()
    return None if rule.branch_ids is None else frozenset(rule.branch_ids)
