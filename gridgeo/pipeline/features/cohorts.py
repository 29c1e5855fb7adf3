"""Cohort grids: who belongs on a day, worked out from the bank that readers see; snapshots; how far they overlap."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.errors import InvalidInputError, NotAllowedError
from gridgeo.features import cohort_mask, cohort_words, overlap_of
from gridgeo.features.cohort_masks import COLUMNS
from gridgeo.features.cohort_rules import CohortRule
from gridgeo.i18n import LANGUAGES
from gridgeo.pipeline.features.kept import WRITERS
from gridgeo.pipeline.features.rules import Asked, Subject, asked_about, cohort_rule
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.versions import newest_inputs
from gridgeo.storage import part_of, read_frame
from gridgeo.storage.features import (
    SnapshotRecord,
    add_snapshot,
    feature_record,
    read_snapshot,
    snapshot_record,
    snapshot_records,
)

SHOWN = ("party_kind", "party_id", "branch_id", "account_rm_id", "tier")
"""What a list of members says of each: no names, no phone numbers."""
MAX_PAGE = 1_000
MOST_COMPARED = 30


@dataclass(frozen=True, eq=False)
class CohortResult:
    """A rule worked out.

    day: the day that counts. table: one row a customer in scope: SHOWN, member (null: undecided), do_not_contact,
    consent. expired: prospects whose basis has run out by now; they are in no cohort.
    """

    asked: Asked
    rule: CohortRule
    day: date
    table: pl.DataFrame
    expired: int
    versions: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as plain JSON values."""
        member = self.table["member"]
        return self.asked.as_dict() | {
            "as_of": self.day.isoformat(),
            "words": {language: cohort_words(self.rule, language) for language in LANGUAGES},
            "customers": self.table.height,
            "members": int(member.sum()),
            "undecided": int(member.null_count()),
            "expired_prospects": self.expired,
            "versions": self.versions,
        }


def cohort_result(
    connection: sa.Connection, actor: Actor, subject: Subject, today: date, *, as_of: date | None = None
) -> CohortResult:
    """Work out a cohort over the customers of the actor's branches.

    subject: id of a cohort grid, or a rule. as_of: the day that counts; else the rule's own, else today. A grid of a
    branch holds that branch's customers alone.
    Raises NotFoundError, NotAllowedError, InvalidInputError.
    """
    asked = asked_about(connection, actor, "cohort", subject)
    rule = cohort_rule(connection, asked.body)
    inputs = newest_inputs(connection)
    day = as_of or rule.as_of or today
    known, expired = customers_on(connection, actor, inputs, max(day, today))
    table = with_member(known, asked, rule, day)
    if asked.branch_id is not None:
        table = table.filter(pl.col("branch_id") == asked.branch_id)
    kept = table.select(*SHOWN, "member", "do_not_contact", "consent")
    versions = {"bank": inputs.bank, "customer": part_of(connection, inputs.bank, "customer")}
    return CohortResult(asked, rule, day, kept, expired, versions)


def customers_on(connection: sa.Connection, actor: Actor, inputs: Inputs, day: date) -> tuple[pl.DataFrame, int]:
    """Return the customers and prospects of the actor's branches, and how many prospects had run out by a day.

    A prospect whose basis has run out is listed nowhere, whatever day is asked about.
    """
    columns = dict.fromkeys(["id", "branch_id", "account_rm_id", *COLUMNS, "do_not_contact", "consent", "expires_on"])
    rows = read_frame(connection, "customer", version_id=inputs.bank, columns=list(columns), actor=actor)
    prospect = pl.col("party").fill_null("customer") == "prospect"
    running = ~prospect | (pl.col("expires_on") >= day).fill_null(value=False)
    kept = rows.filter(running).with_columns(party_kind=pl.lit("customer"), party_id=pl.col("id"))
    return kept, rows.height - kept.height


def with_member(customers: pl.DataFrame, asked: Asked, rule: CohortRule, day: date) -> pl.DataFrame:
    """Add member to customers: whether the cohort holds them on a day; null where what is known does not say."""
    dated = CohortRule(rule.where, day)
    inside = pl.lit(value=True) if asked.branch_id is None else pl.col("branch_id") == asked.branch_id
    return customers.with_columns(member=cohort_mask(dated, day) & inside)


def cohort_count(
    connection: sa.Connection, actor: Actor, subject: Subject, today: date, *, as_of: date | None = None
) -> dict[str, Any]:
    """Return how many a cohort holds: members, undecided, customers in scope, the rule in words, versions."""
    return cohort_result(connection, actor, subject, today, as_of=as_of).as_dict()


def cohort_page(
    connection: sa.Connection,
    actor: Actor,
    subject: Subject,
    today: date,
    *,
    as_of: date | None = None,
    page: tuple[int, int] = (0, 100),
) -> dict[str, Any]:
    """Return the counts and one page of the members, ordered by id; page: rows to skip, rows to return."""
    result = cohort_result(connection, actor, subject, today, as_of=as_of)
    rows = result.table.filter(pl.col("member")).select(SHOWN).sort("party_id")
    return result.as_dict() | paged(rows, page)


def paged(rows: pl.DataFrame, page: tuple[int, int]) -> dict[str, Any]:
    """Return offset, limit, count and the rows of a page; InvalidInputError for a page that cannot be."""
    offset, limit = page
    if offset < 0 or not 1 <= limit <= MAX_PAGE:
        raise InvalidInputError(
            "a page skips 0 or more rows and has 1 to {most}, got {offset} and {limit}",
            most=MAX_PAGE,
            offset=offset,
            limit=limit,
        )
    return {"count": rows.height, "offset": offset, "limit": limit, "items": rows.slice(offset, limit).to_dicts()}


def take_snapshot(
    connection: sa.Connection, actor: Actor, feature_id: str, now: datetime, *, as_of: date | None = None
) -> dict[str, Any]:
    """Write who a cohort grid holds on a day, with the rule and the versions that it was worked out from.

    Raises NotAllowedError for a role that changes nothing, or for an actor who does not see all that the grid holds.
    """
    record = feature_record(connection, feature_id, actor)
    if actor.role not in WRITERS:
        raise NotAllowedError(
            "role {role} may not change these grids; it takes {allowed}", role=actor.role, allowed=", ".join(WRITERS)
        )
    if record.branch_id is None and actor.branch_ids is not None:
        raise NotAllowedError("a snapshot of every branch is for head office and planners")
    result = cohort_result(connection, actor, feature_id, now.date(), as_of=as_of)
    inputs = result.versions | {
        "rule": record.rule,
        "revision": record.revision,
        "undecided": int(result.table["member"].null_count()),
        "expired_prospects": result.expired,
    }
    members = result.table.filter(pl.col("member")).select("party_kind", "party_id")
    return _shown(add_snapshot(connection, actor, feature_id, members, inputs, (result.day, now)))


def snapshots(connection: sa.Connection, actor: Actor, feature_id: str) -> list[dict[str, Any]]:
    """Return the snapshots of a cohort grid, newest first: id, as_of, taken_at, who took it, inputs, size."""
    asked_about(connection, actor, "cohort", feature_id)
    return [_shown(record) for record in snapshot_records(connection, feature_id)]


def snapshot_page(
    connection: sa.Connection, actor: Actor, snapshot_id: int, *, page: tuple[int, int] = (0, 100)
) -> dict[str, Any]:
    """Return a snapshot and one page of its members; an actor with a scope gets those of the own branches."""
    record = snapshot_record(connection, snapshot_id)
    asked_about(connection, actor, "cohort", record.feature_id)
    members = read_snapshot(connection, snapshot_id)
    if actor.branch_ids is not None:
        bank = int(record.inputs["bank"])
        own = read_frame(connection, "customer", version_id=bank, columns=["id"], actor=actor)["id"]
        members = members.filter(pl.col("party_id").is_in(own.implode()))
    return _shown(record) | paged(members, page)


def cohort_overlap(
    connection: sa.Connection, actor: Actor, feature_ids: Sequence[str], today: date, *, as_of: date | None = None
) -> dict[str, Any]:
    """Compare cohort grids pair by pair on one reading of the bank: sizes, common members, Jaccard's index.

    jaccard is null where both are empty. Raises InvalidInputError for fewer than two or too many grids.
    """
    ids = list(dict.fromkeys(feature_ids))
    if not 2 <= len(ids) <= MOST_COMPARED:
        raise InvalidInputError("2 to {most} cohorts can be compared, got {given}", most=MOST_COMPARED, given=len(ids))
    asked = [asked_about(connection, actor, "cohort", feature_id) for feature_id in ids]
    rules = [cohort_rule(connection, item.body) for item in asked]
    days = [as_of or rule.as_of or today for rule in rules]
    inputs = newest_inputs(connection)
    known, expired = customers_on(connection, actor, inputs, max(*days, today))
    columns = [
        with_member(known, item, rule, day)["member"].fill_null(value=False).to_numpy()
        for item, rule, day in zip(asked, rules, days, strict=True)
    ]
    found = overlap_of(np.column_stack(columns))
    shares = [[share if math.isfinite(share) else None for share in row] for row in found.jaccard.tolist()]
    return {
        "cohorts": [item.as_dict() | {"as_of": day.isoformat()} for item, day in zip(asked, days, strict=True)],
        "common": found.common.tolist(),
        "jaccard": shares,
        "customers": known.height,
        "expired_prospects": expired,
        "versions": {"bank": inputs.bank, "customer": part_of(connection, inputs.bank, "customer")},
    }


def _shown(record: SnapshotRecord) -> dict[str, Any]:
    plain: Mapping[str, Any] = asdict(record)
    return dict(plain) | {"as_of": record.as_of.isoformat(), "taken_at": record.taken_at.isoformat()}
