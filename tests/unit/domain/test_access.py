"""From claims to an actor: by rules alone, and nobody without one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.domain.access import (
    STRONGEST_FIRST,
    ClaimNames,
    RoleRule,
    actor_from_claims,
    claim_values,
    claims_kept,
)
from gridgeo.domain.actor import OF_BRANCHES, ROLES, Role
from gridgeo.errors import NotAllowedError

NAMES = ClaimNames()
AT = datetime(2026, 3, 1, tzinfo=UTC)


def rule(value: str, role: str, branches: tuple[str, ...] | None = None, **more: Any) -> RoleRule:
    given = {"claim": "groups", "branch_claim": None} | more
    return RoleRule(1, given["claim"], value, cast("Role", role), branches, given["branch_claim"], "hq", AT)


def test_every_role_has_its_strength() -> None:
    assert sorted(STRONGEST_FIRST) == sorted(ROLES)


def test_a_rule_that_fits_gives_role_branches_and_staff() -> None:
    claims = {"sub": "u1", "groups": ["other", "mgr"], "staff_id": "S7"}
    actor = actor_from_claims([rule("mgr", "branch_manager", ("b1", "b2"))], claims, NAMES)
    assert (actor.id, actor.role, actor.branch_ids, actor.staff_id) == ("u1", "branch_manager", {"b1", "b2"}, "S7")


@pytest.mark.parametrize("claims", [{}, {"groups": []}, {"groups": "mgrs"}, {"groups": {"mgr": 1}}, {"group": "mgr"}])
def test_without_a_rule_nobody_gets_in(claims: dict[str, Any]) -> None:
    with pytest.raises(NotAllowedError, match="groups"):
        actor_from_claims([rule("mgr", "hq")], {"sub": "u1"} | claims, NAMES)


def test_without_any_rule_nobody_gets_in() -> None:
    with pytest.raises(NotAllowedError):
        actor_from_claims([], {"sub": "u1", "groups": "hq"}, NAMES)


@pytest.mark.parametrize("claims", [{}, {"sub": ""}, {"sub": ["a", "b"]}, {"sub": None}])
def test_without_an_id_nobody_gets_in(claims: dict[str, Any]) -> None:
    with pytest.raises(NotAllowedError, match="sub"):
        actor_from_claims([rule("mgr", "hq")], {"groups": "mgr"} | claims, NAMES)


def test_of_several_roles_the_strongest_counts_with_its_own_branches_only() -> None:
    rules = [rule("a", "rm", ("b9",)), rule("b", "branch_manager", ("b1",)), rule("c", "branch_manager", ("b2",))]
    actor = actor_from_claims(rules, {"sub": "u", "groups": ["a", "b", "c"]}, NAMES)
    assert (actor.role, actor.branch_ids) == ("branch_manager", {"b1", "b2"})


def test_branches_may_come_from_the_token() -> None:
    rules = [rule("rm", "rm", branch_claim="bank.units")]
    actor = actor_from_claims(rules, {"sub": "u", "groups": "rm", "bank": {"units": ["b3"]}}, NAMES)
    assert actor.branch_ids == {"b3"}


@pytest.mark.parametrize("role", OF_BRANCHES)
@pytest.mark.parametrize("more", [{}, {"branch_claim": "units"}])
def test_a_role_of_branches_without_any_is_refused(role: str, more: dict[str, str]) -> None:
    with pytest.raises(NotAllowedError, match="branches"):
        actor_from_claims([rule("x", role, **more)], {"sub": "u", "groups": "x"}, NAMES)


def test_a_branch_claim_that_is_missing_never_means_every_branch() -> None:
    with pytest.raises(NotAllowedError):
        actor_from_claims([rule("x", "consumer", branch_claim="units")], {"sub": "u", "groups": "x"}, NAMES)


def test_a_session_keeps_the_claims_that_rules_ask_for_and_no_others() -> None:
    claims = {"sub": "u", "groups": ["x"], "email": "a@b.example", "name": "Li Wei", "units": ["b1"]}
    rules = [rule("x", "rm", branch_claim="units")]
    kept = claims_kept(rules, claims, NAMES)
    assert kept == {"groups": ["x"], "staff_id": [], "sub": ["u"], "units": ["b1"]}
    assert actor_from_claims(rules, kept, NAMES) == actor_from_claims(rules, claims, NAMES)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(claims=st.dictionaries(st.sampled_from(["sub", "groups", "a.b", "a"]), JSON), name=st.sampled_from(["a.b", "a"]))
def test_any_claims_lead_to_texts_or_to_a_refusal(claims: dict[str, Any], name: str) -> None:
    assert all(isinstance(value, str) and value for value in claim_values(claims, name))
    try:
        actor = actor_from_claims([rule("x", "rm", ("b1",))], claims, NAMES)
    except NotAllowedError:
        return
    assert actor.branch_ids == {"b1"}
