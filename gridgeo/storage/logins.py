"""Logins of a PostgreSQL store: who owns it, who migrates it, who serves it; and whether the serving one is safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gridgeo.errors import InvalidInputError
from gridgeo.storage.fence import POLICY, fenced_tables
from gridgeo.storage.models import Base

APPEND_ONLY = ("audit_log", "grid_operation", "live_log", "planning_policy", "review_decision", "scenario_event")
"""Records of what happened: the application adds to them and never changes them."""
READ_ONLY = ("alembic_version",)
"""What the migration login alone writes."""


def become_owner(connection: sa.Connection) -> None:
    """Take on the role that owns the store for the rest of the transaction, where the login may; PostgreSQL only."""
    owner = owner_to_become(connection)
    if owner is not None:
        connection.exec_driver_sql(f"SET LOCAL ROLE {connection.dialect.identifier_preparer.quote(owner)}")


def owner_to_become(connection: sa.Connection) -> str | None:
    """Return the role that owns the store where the login is not it and may become it; PostgreSQL only."""
    found = connection.scalar(_OWNER)
    return None if found is None else str(found)


_OWNER = sa.text(
    """
    SELECT r.rolname FROM pg_roles r
    WHERE r.oid = coalesce(
        (SELECT relowner FROM pg_class WHERE oid = to_regclass('alembic_version')),
        (SELECT nspowner FROM pg_namespace WHERE nspname = current_schema())
    ) AND r.rolname <> current_user AND r.rolname NOT LIKE 'pg\\_%' AND pg_has_role(current_user, r.oid, 'MEMBER')
    """
)


@dataclass(frozen=True)
class Fault:
    """What makes a login or a store unsafe to serve with, and what to do about it; both are templates of words."""

    template: str
    values: dict[str, str]

    def words(self) -> str:
        """Return the fault in English."""
        return self.template.format(**self.values)


def unsafe(connection: sa.Connection) -> list[Fault]:
    """Return what makes it unsafe to serve the store with the login of this connection; nothing on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    return [*_faults_of_login(connection), *_faults_of_tables(connection)]


def require_safe_login(connection: sa.Connection) -> None:
    """Let pass a login that row-level security holds for, at a store whose policies stand.

    Raises InvalidInputError naming the role or table and the remedy.
    """
    for fault in unsafe(connection):
        raise InvalidInputError(fault.template, **fault.values)


def _faults_of_login(connection: sa.Connection) -> list[Fault]:
    row = connection.execute(_LOGIN).one()
    found = [(SUPERUSER, row.rolsuper), (BYPASSES, row.rolbypassrls and not row.rolsuper)]
    faults = [Fault(template, {"role": row.rolname}) for template, holds in found if holds]
    if row.rolsuper:
        # Whatever else there is to say follows from that.
        return faults
    owned = connection.scalars(_OWNED_BY_LOGIN).first()
    if owned is not None:
        faults.append(Fault(OWNS, {"role": row.rolname, "table": owned}))
    inherited = connection.scalars(_INHERITED).first()
    if inherited is not None:
        faults.append(Fault(INHERITS, {"role": row.rolname, "other": inherited}))
    reached = connection.scalars(_REACHED).first()
    if reached is not None and inherited is None:
        faults.append(Fault(REACHES, {"role": row.rolname, "other": reached}))
    return faults


def _faults_of_tables(connection: sa.Connection) -> list[Fault]:
    state = {row.relname: row for row in connection.execute(_TABLES)}
    policies: dict[str, list[Any]] = {}
    for row in connection.execute(_POLICIES):
        policies.setdefault(row.relname, []).append(row)
    faults = []
    for table in fenced_tables():
        found, own = state.get(table), policies.get(table, [])
        if found is None or not (found.relrowsecurity and found.relforcerowsecurity):
            faults.append(Fault(NOT_FENCED, {"table": table}))
        elif not any(_is_ours(policy) for policy in own):
            faults.append(Fault(NO_POLICY, {"table": table, "policy": POLICY}))
        else:
            wider = [policy.polname for policy in own if policy.polpermissive and policy.polname != POLICY]
            faults += [Fault(WIDER_POLICY, {"table": table, "policy": name}) for name in wider]
    return faults


def _is_ours(policy: Any) -> bool:  # noqa: ANN401 - a row
    """Tell whether a policy is the one of `fence`, for every command and every login."""
    reads = [policy.using or "", policy.checks or ""]
    asks = all("gridgeo." in text for text in reads)
    return policy.polname == POLICY and policy.polcmd == "*" and policy.everybody and asks


SUPERUSER = (
    "role {role} is a superuser, for whom no policy holds: serve with the application login that "
    "gridgeo db init makes, or allow it with --allow-unsafe-role for development"
)
BYPASSES = "role {role} bypasses row-level security: run ALTER ROLE {role} NOBYPASSRLS, or serve with another login"
OWNS = "role {role} owns table {table}: serve with the application login that gridgeo db init makes"
INHERITS = "role {role} inherits from role {other}: run REVOKE {other} FROM {role} and ALTER ROLE {role} NOINHERIT"
REACHES = "role {role} may become role {other}, for whom no policy holds: run REVOKE {other} FROM {role}"
NOT_FENCED = "table {table} has no row-level security in force: run gridgeo db upgrade, or restore its policy"
NO_POLICY = "table {table} has lost its policy {policy}: restore it, as docs/server.md says"
WIDER_POLICY = "table {table} has a further policy {policy}, which opens it wider: run DROP POLICY {policy} ON {table}"

_LOGIN = sa.text("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
_OURS = sa.text(
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') "
    "AND relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) AND relname = ANY(:names) ORDER BY relname"
)
_OWNED_BY_LOGIN = _OURS.bindparams(names=sorted(Base.metadata.tables))
# From PostgreSQL 16 on each membership says whether it is inherited; before, the role does.
_INHERITED = sa.text(
    """
    SELECT granted.rolname FROM pg_auth_members m
    JOIN pg_roles granted ON granted.oid = m.roleid JOIN pg_roles mine ON mine.oid = m.member
    WHERE mine.rolname = current_user
    AND coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, mine.rolinherit) ORDER BY 1
    """
)
_REACHED = sa.text(
    """
    SELECT r.rolname FROM pg_roles r
    WHERE r.rolname <> current_user AND pg_has_role(current_user, r.oid, 'MEMBER') AND (
        r.rolsuper OR r.rolbypassrls OR r.oid IN (
            SELECT relowner FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
        )
    ) ORDER BY 1
    """
)
_TABLES = sa.text(
    "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
    "WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"
)
_POLICIES = sa.text(
    """
    SELECT c.relname, p.polname, p.polcmd, p.polpermissive, p.polroles = '{0}'::oid[] AS everybody,
    pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS checks
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = current_schema()::regnamespace
    """
)
