"""Row-level security on PostgreSQL: the second fence, which holds where a query forgot the first one (`scoped`).

Each transaction says whom it acts for; a transaction that does not gets no row of any branch. The policies are for
everybody and read settings of the transaction: a policy of a head-office role would leak to every login that inherits
that role. Each part of a condition on a branch can be answered by an index, and none has the planner expect next to no
rows: with a range of two bounds it took 0.5 % of a table for all of it, and no other index was looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.public import sees_public_only
from gridgeo.errors import GridgeoError
from gridgeo.storage.conditions import BRANCH_COLUMN, PARTIES_WITHOUT_BRANCH
from gridgeo.storage.models import Base

ACTOR = "gridgeo_actor"
"""Execution option of `acting`: whom each transaction of the engine acts for."""
READ_ONLY = "gridgeo_read_only"
"""Execution option that `reading` sets: SQLite then begins without asking for the write lock."""
WHOLE_BANK_ROLES = ("hq", "planner")
POLICY = "gridgeo_scope"
"""Name of the one policy of a fenced table."""

SHARED_WITHOUT_BRANCH = ("feature_grid", "overlay")
"""Tables whose rows without a branch are every branch's; elsewhere they are head office's alone."""
OF_PARENT = {
    "grid": ("set_id", "grid_set"),
    "grid_cell": ("set_id", "grid_set"),
    "grid_operation": ("set_id", "grid_set"),
    "review_party": ("item_id", "review_item"),
    "review_decision": ("item_id", "review_item"),
    "location_review": ("item_id", "review_item"),
}
"""Table -> its column that names a row of a fenced table, whose branch is its own."""
OF_PARTY = ("location", "location_cell", "membership", "contact")
"""Tables that name a party by kind and id; a customer's row goes with the customer."""

_SCOPE = "current_setting('gridgeo.scope', true)"
_BRANCHES = "nullif(current_setting('gridgeo.branches', true), '')::text[]"
# Each in a SELECT of its own: computed once a query, not once a row, and usable as the bound of an index.
_ONE = f"(SELECT CASE {_SCOPE} WHEN 'branches' THEN ({_BRANCHES})[1] END)"
_SEVERAL = f"(SELECT CASE WHEN {_SCOPE} = 'branches' AND cardinality({_BRANCHES}) > 1 THEN {_BRANCHES} END)::text[]"
_FROM = f"(SELECT CASE {_SCOPE} WHEN 'all' THEN '' END)"
_EVERY_BRANCH = f"(SELECT {_SCOPE} = 'all')"
_SOME_SCOPE = f"(SELECT {_SCOPE} IN ('all', 'branches'))"
_PARTIES = "(SELECT current_setting('gridgeo.parties', true) = 'all')"


def act_as(connection: sa.Connection, actor: Actor | None, *, writes: bool = False) -> None:
    """Have the rest of the transaction see the actor's branches only; None: no branch at all. PostgreSQL only.

    writes: the transaction may make versions, which hold the whole bank whoever asks: head office and planners, who
    alone may make them, then work on all of it. Tables of parties that name no branch are open to actors without a
    limit, consumers excepted.
    """
    if connection.dialect.name != "postgresql":
        return
    if actor is None:
        _set_scope(connection, "", [], "")
    elif actor.branch_ids is None or (writes and actor.role in WHOLE_BANK_ROLES):
        _set_scope(connection, "all", [], "" if sees_public_only(actor) else "all")
    else:
        _set_scope(connection, "branches", sorted(actor.branch_ids), "")


@contextmanager
def whole_bank(connection: sa.Connection) -> Iterator[None]:
    """See every branch's rows until the end of the block, for sums that tell nothing of whose rows they came from.

    The rows themselves must not reach the actor.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    before = connection.execute(_SCOPE_NOW).one()
    _set_scope(connection, "all", [], "all")
    try:
        yield
    except BaseException:
        # After a failure of the store the transaction is over, and its settings with it.
        with suppress(sa.exc.DBAPIError, GridgeoError):
            connection.execute(_SCOPE_BACK, before._asdict())
        raise
    connection.execute(_SCOPE_BACK, before._asdict())


def _set_scope(connection: sa.Connection, scope: str, branches: list[str], parties: str) -> None:
    connection.execute(_SET_SCOPE, {"scope": scope, "branches": branches, "parties": parties})


_SET_SCOPE = sa.text(
    "SELECT set_config('gridgeo.scope', :scope, true), set_config('gridgeo.parties', :parties, true), "
    "set_config('gridgeo.branches', CAST(CAST(:branches AS text[]) AS text), true)"
)
_SCOPE_NOW = sa.text(
    "SELECT coalesce(current_setting('gridgeo.scope', true), '') AS scope, "
    "coalesce(current_setting('gridgeo.parties', true), '') AS parties, "
    "coalesce(current_setting('gridgeo.branches', true), '') AS branches"
)
_SCOPE_BACK = sa.text(
    "SELECT set_config('gridgeo.scope', :scope, true), set_config('gridgeo.parties', :parties, true), "
    "set_config('gridgeo.branches', :branches, true)"
)


def acting(engine: sa.Engine, actor: Actor) -> sa.Engine:
    """Return the engine with every transaction acting for the actor from its beginning."""
    return engine.execution_options(**{ACTOR: actor})


def act_from_the_beginning(engine: sa.Engine) -> None:
    """Have each transaction of an engine act for whom `acting` named."""

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if options.get(ACTOR) is not None:
            act_as(connection, options[ACTOR], writes=not options.get(READ_ONLY, False))


def branch_column(table: sa.Table) -> sa.Column[str] | None:
    """Return the column that says whose a row is, None for a table that has none."""
    return table.columns.get(BRANCH_COLUMN.get(table.name, "branch_id"))


def fenced_tables() -> dict[str, str]:
    """Return table -> condition of its policy, for every table that holds rows of branches or parties."""
    conditions = {}
    for table in Base.metadata.sorted_tables:
        column = branch_column(table)
        if table.name in OF_PARENT:
            conditions[table.name] = of_parent(*OF_PARENT[table.name])
        elif table.name in OF_PARTY:
            conditions[table.name] = of_party()
        elif table.name in PARTIES_WITHOUT_BRANCH:
            conditions[table.name] = closed_to_a_scope()
        elif column is not None:
            shared = table.name in SHARED_WITHOUT_BRANCH
            conditions[table.name] = of_branch(column.name, nullable=bool(column.nullable), shared=shared)
    return conditions


def of_branch(column: str, *, nullable: bool = False, shared: bool = False) -> str:
    """Return the condition that a row's branch lies in the scope.

    nullable: rows may have no branch; they are seen by who sees every branch, or, when shared, by everybody in a scope.
    """
    # One branch is the commonest scope, and to compare with it the cheapest; no text comes before the empty one.
    within = f"{column} = {_ONE} OR {column} >= {_FROM} OR {column} = ANY ({_SEVERAL})"
    if not nullable:
        return within
    return f"{within} OR ({column} IS NULL AND {_SOME_SCOPE if shared else _EVERY_BRANCH})"


def of_parent(column: str, parent: str) -> str:
    """Return the condition that the row named by a column is seen itself; who sees every branch sees all."""
    return f"{_EVERY_BRANCH} OR {column} IN (SELECT id FROM {parent})"  # noqa: S608 - names of our own


def of_party() -> str:
    """Return the condition that a row's party is a customer who is seen, or a merchant, which is nobody's."""
    customers = "party_id IN (SELECT id FROM customer)"
    seen = f"party_kind = 'merchant' OR (party_kind = 'customer' AND {customers})"
    return f"{_PARTIES} OR ({_SOME_SCOPE} AND ({seen}))"


def closed_to_a_scope() -> str:
    """Return the condition of tables of parties that do not say whose they are."""
    return _PARTIES


def fence(table: str, condition: str) -> list[str]:
    """Return the statements that put a policy on a table and have it hold for the table's owner too; PostgreSQL only.

    For revisions of the schema: a new table with rows of branches gets its policy where it is made.
    """
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {POLICY} ON {table} USING ({condition}) WITH CHECK ({condition})",
    ]


def refence(table: str, condition: str) -> str:
    """Return the statement that gives a table's policy another condition; PostgreSQL only."""
    return f"ALTER POLICY {POLICY} ON {table} USING ({condition}) WITH CHECK ({condition})"


def unfence(table: str) -> list[str]:
    """Return the statements that take a table's policy away again."""
    return [
        f"DROP POLICY {POLICY} ON {table}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]
