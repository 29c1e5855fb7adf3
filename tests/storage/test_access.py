"""Keys, rules and sessions in the store, and an audit log that only grows, on either store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor, local_actor
from gridgeo.domain.audit import audit_entry
from gridgeo.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.access import (
    give_role,
    issue_key,
    key_digest,
    key_parts,
    list_keys,
    list_roles,
    revoke_key,
    take_role,
)
from gridgeo.pipeline.audit_log import audit_lines
from gridgeo.storage import reading
from gridgeo.storage.access import (
    begin_session,
    end_session,
    find_key,
    note_use,
    read_rules,
    session_claims,
    use_is_noted,
)
from gridgeo.storage.audit_log import LinesWanted, add_line, add_line_apart, audit_commits, unaudited

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HQ, PLANNER, AUDITOR = local_actor(), Actor("p", "planner"), Actor("a", "auditor")


def test_a_key_is_told_once_and_kept_as_a_digest(connection: sa.Connection) -> None:
    made = issue_key(connection, HQ, "portal", "consumer", NOW, days=30)
    prefix, secret = key_parts(made["key"]) or ("", "")
    record, digest = find_key(connection, prefix) or pytest.fail("not there")
    assert digest == key_digest(secret)
    assert record.actor == Actor(f"key:{prefix}", "consumer")
    stored = str(connection.execute(sa.text("SELECT * FROM api_key")).all())
    assert secret not in stored
    assert "key" not in list_keys(connection, HQ, NOW)[0]


def test_a_key_runs_out_and_can_be_revoked(connection: sa.Connection) -> None:
    made = issue_key(connection, HQ, "portal", "rm", NOW, branches=["b1"], days=1)
    record, _ = find_key(connection, made["prefix"]) or pytest.fail("not there")
    assert record.is_good(NOW + timedelta(hours=23))
    assert not record.is_good(NOW + timedelta(days=1))
    assert revoke_key(connection, HQ, made["prefix"], NOW)["state"] == "revoked"
    later = revoke_key(connection, HQ, made["prefix"], NOW + timedelta(hours=1))
    assert later["revoked_at"] == NOW.isoformat(), "revoked when it was"
    with pytest.raises(NotFoundError):
        revoke_key(connection, HQ, "0000000000", NOW)


def test_the_last_use_is_kept_to_the_minute(connection: sa.Connection) -> None:
    prefix = issue_key(connection, HQ, "portal", "hq", NOW)["prefix"]
    for seconds in (0, 30, 61):
        note_use(connection, prefix, NOW + timedelta(seconds=seconds))
    record, _ = find_key(connection, prefix) or pytest.fail("not there")
    assert record.last_used_at == NOW + timedelta(seconds=61)
    assert use_is_noted(record, NOW + timedelta(seconds=90))
    assert not use_is_noted(record, NOW + timedelta(seconds=122))


@pytest.mark.parametrize(
    ("role", "branches", "days"), [("boss", [], 1), ("rm", [], 1), ("hq", [""], 1), ("hq", [], 0), ("hq", [], 10_000)]
)
def test_a_key_that_makes_no_sense_is_refused(
    connection: sa.Connection, role: str, branches: list[str], days: int
) -> None:
    with pytest.raises(InvalidInputError):
        issue_key(connection, HQ, "x", role, NOW, branches=branches, days=days)


@pytest.mark.parametrize(
    "text", ["", "gg_", "gg_0123456789_short", "xx_0123456789_" + "a" * 43, "gg_01234 6789_" + "a" * 43]
)
def test_what_is_no_key_is_not_looked_up(text: str) -> None:
    assert key_parts(text) is None


def test_a_rule_is_given_once_and_taken_back(connection: sa.Connection) -> None:
    give_role(connection, HQ, "g", "branch_manager", NOW, claim="groups", branches=["b2", "b1"])
    give_role(connection, HQ, "g", "consumer", NOW, claim="groups")
    with pytest.raises(ConflictError):
        give_role(connection, HQ, "g", "consumer", NOW, claim="groups")
    assert [(rule.role, rule.branch_ids) for rule in read_rules(connection)] == [
        ("branch_manager", ("b1", "b2")),
        ("consumer", None),
    ]
    assert take_role(connection, HQ, "g", claim="groups")["removed"] == 2
    with pytest.raises(NotFoundError):
        take_role(connection, HQ, "g", claim="groups")


def test_a_rule_of_branches_names_them_or_their_claim(connection: sa.Connection) -> None:
    with pytest.raises(InvalidInputError):
        give_role(connection, HQ, "g", "rm", NOW, claim="groups")
    with pytest.raises(InvalidInputError):
        give_role(connection, HQ, "g", "rm", NOW, claim="groups", branches=["b1"], branch_claim="units")
    assert give_role(connection, HQ, "g", "rm", NOW, claim="groups", branch_claim="units")["branch_ids"] is None


def test_head_office_alone_changes_who_has_access(connection: sa.Connection) -> None:
    for actor in (PLANNER, AUDITOR, Actor("h", "hq", frozenset({"b1"}))):
        with pytest.raises(NotAllowedError):
            issue_key(connection, actor, "x", "hq", NOW)
        with pytest.raises(NotAllowedError):
            give_role(connection, actor, "g", "hq", NOW, claim="groups")
    assert list_roles(connection, AUDITOR) == []
    assert list_keys(connection, AUDITOR, NOW) == []
    with pytest.raises(NotAllowedError):
        list_keys(connection, PLANNER, NOW)


def test_a_session_ends_by_itself_or_when_it_is_told_to(connection: sa.Connection) -> None:
    begin_session(connection, "d1", {"sub": ["u"]}, NOW, NOW + timedelta(hours=1))
    assert session_claims(connection, "d1", NOW) == {"sub": ["u"]}
    assert session_claims(connection, "d1", NOW + timedelta(hours=1)) is None
    begin_session(connection, "d2", {}, NOW + timedelta(hours=2), NOW + timedelta(hours=3))
    assert connection.scalar(sa.text("SELECT count(*) FROM web_session")) == 1, "what has ended is forgotten"
    assert end_session(connection, "d2")
    assert not end_session(connection, "d2")


def line(connection: sa.Connection, who: Actor = PLANNER, **more: object) -> None:
    given = {"action": "run", "subject": None, "outcome": "done", "at": NOW} | more
    add_line(connection, audit_entry(who, **given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log SET outcome = 'done'", "DELETE FROM audit_log", "TRUNCATE audit_log"]
)
def test_the_store_itself_keeps_every_line(connection: sa.Connection, statement: str) -> None:
    if statement.startswith("TRUNCATE") and connection.dialect.name == "sqlite":
        pytest.skip("SQLite has no such statement")
    line(connection)
    inner = connection.begin_nested()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        connection.execute(sa.text(statement))
    inner.rollback()
    assert connection.scalar(sa.text("SELECT count(*) FROM audit_log")) >= 1


def test_lines_are_read_newest_first_in_pages(connection: sa.Connection) -> None:
    for number in range(5):
        line(connection, subject=f"branch_id=b{number}")
    first = audit_lines(connection, HQ, LinesWanted(), 2)
    second = audit_lines(connection, AUDITOR, LinesWanted(before=first["next"]), 10)
    told = [one["object"] for one in (*first["lines"], *second["lines"])]
    assert told == [f"branch_id=b{number}" for number in (4, 3, 2, 1, 0)]
    assert second["next"] is None


def test_lines_are_filtered(connection: sa.Connection) -> None:
    line(connection, outcome="denied")
    line(connection, who=HQ, at=NOW + timedelta(days=1))
    assert len(audit_lines(connection, HQ, LinesWanted(outcome="denied"))["lines"]) == 1
    assert len(audit_lines(connection, HQ, LinesWanted(actor_id="local"))["lines"]) == 1
    assert len(audit_lines(connection, HQ, LinesWanted(since=NOW + timedelta(hours=1)))["lines"]) == 1
    with pytest.raises(InvalidInputError):
        audit_lines(connection, HQ, LinesWanted(outcome="maybe"))


@pytest.mark.parametrize("role", ["planner", "branch_manager", "rm", "helper", "consumer"])
def test_others_do_not_read_the_log(connection: sa.Connection, role: str) -> None:
    with pytest.raises(NotAllowedError):
        audit_lines(connection, Actor("x", role), LinesWanted())  # type: ignore[arg-type]


def test_a_text_from_outside_is_cut_and_stripped() -> None:
    entry = audit_entry(Actor("x\n" * 300, "hq"), "a\x00b", "\ud800", "done", NOW)
    assert len(entry.actor_id) == 200
    assert "\n" not in entry.actor_id
    assert (entry.action, entry.object) == ("a?b", "?")


def count(engine: sa.Engine) -> int:
    with reading(engine) as connection:
        return int(connection.scalar(sa.text("SELECT count(*) FROM audit_log")) or 0)


def test_a_change_and_its_line_are_one(engine: sa.Engine) -> None:
    wrote = audit_commits(engine, lambda: audit_entry(HQ, "test", None, "done", NOW))
    with reading(engine) as connection:
        connection.execute(sa.text("SELECT 1"))
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT 1"))
    assert (count(engine), wrote()) == (0, False), "who only reads leaves no line"
    with engine.connect() as connection:
        give_role(connection, HQ, "g", "hq", NOW, claim="groups")
        connection.rollback()
    assert count(engine) == 0, "what was rolled back was not done"
    with engine.begin() as connection:
        give_role(connection, HQ, "g", "hq", NOW, claim="groups")
    assert (count(engine), wrote()) == (1, True)
    with unaudited(engine).begin() as connection:
        begin_session(connection, "d", {}, NOW, NOW)
    assert add_line_apart(engine, audit_entry(None, "try", None, "denied", NOW))
    assert count(engine) == 2, "housekeeping leaves none, and a line none of its own"


def test_a_busy_store_loses_no_request_over_the_log(engine: sa.Engine) -> None:
    with engine.begin() as holding:
        holding.execute(sa.text("DROP TABLE certificate"))
        if engine.dialect.name == "sqlite":
            assert not add_line_apart(engine, audit_entry(None, "try", None, "denied", NOW))
        else:
            assert add_line_apart(engine, audit_entry(None, "try", None, "denied", NOW))
