"""Industry grids, cohort grids and target groups as they are kept: made, changed, listed, taken out.

Head office and planners may do all of this; a branch manager for grids of the own branches. An RM reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.domain.words import GRID_STATUS, GRID_WORDS
from gridgeo.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.features import (
    CohortLeaf,
    IndustryLeaf,
    cohort_from_json,
    cohort_words,
    industry_from_json,
    industry_words,
    target_from_json,
    target_words,
)
from gridgeo.i18n import LANGUAGES, Language
from gridgeo.pipeline.features.rules import (
    KINDS,
    check_name,
    cohort_rule,
    industry_rule,
    industry_table,
    inputs_or_none,
    require_reader,
    target_rule,
)
from gridgeo.storage import read_frame
from gridgeo.storage.features import (
    FeatureRecord,
    add_feature,
    change_feature,
    feature_record,
    feature_records,
    next_feature_id,
    snapshot_records,
)
from gridgeo.storage.features import remove_feature as delete_feature
from gridgeo.storage.grids import grid_frame

WRITERS = ("hq", "planner", "branch_manager")
CHANGEABLE = ("name", "rule", "owner_id", "status")


@dataclass(frozen=True)
class FeatureDraft:
    """A grid as it is asked for.

    kind: industry, cohort or target_group. branch_id: None for one that every branch may use. owner_id: member of
    staff.
    """

    kind: str
    name: str
    rule: Mapping[str, Any]
    branch_id: str | None = None
    owner_id: str | None = None


def create_feature(connection: sa.Connection, actor: Actor, draft: FeatureDraft, now: datetime) -> dict[str, Any]:
    """Keep a new grid as a draft and return its record with its rule in words.

    Raises InvalidInputError naming what does not fit, ConflictError for a name that is taken, NotAllowedError.
    """
    _known_kind(draft.kind)
    _require_writer(actor, draft.branch_id)
    name = check_name(draft.kind, draft.name)
    _check_rule(connection, actor, draft.kind, draft.rule)
    _check_staff(connection, draft.branch_id, draft.owner_id)
    record = FeatureRecord(
        id=next_feature_id(connection, draft.kind),
        kind=draft.kind,
        name=name,
        branch_id=draft.branch_id,
        owner_id=draft.owner_id,
        status="draft",
        rule=dict(draft.rule),
        revision=1,
        created_at=now,
        actor_id=actor.id,
    )
    add_feature(connection, record)
    return _shown(connection, record)


def update_feature(
    connection: sa.Connection,
    actor: Actor,
    feature_id: str,
    changes: Mapping[str, Any],
    *,
    expected_revision: int | None = None,
) -> dict[str, Any]:
    """Change name, rule, owner or status of a grid; return its record.

    expected_revision: the one that the caller has seen; None takes the current one.
    Raises ConflictError when it has moved on, InvalidInputError for anything that does not fit, NotAllowedError.
    """
    record = feature_record(connection, feature_id, actor)
    _require_writer(actor, record.branch_id)
    unknown = [name for name in changes if name not in CHANGEABLE]
    if unknown or not changes:
        raise InvalidInputError(
            "a grid's {known} can be changed, got {given}",
            known=", ".join(CHANGEABLE),
            given=", ".join(map(str, unknown)) or "-",
        )
    values = dict(changes)
    if "name" in values:
        values["name"] = check_name(record.kind, str(values["name"]))
    if "rule" in values:
        _check_rule(connection, actor, record.kind, values["rule"])
    if "owner_id" in values:
        _check_staff(connection, record.branch_id, values["owner_id"])
    if "status" in values:
        values["status"] = GRID_WORDS.get(values["status"], values["status"])
    if values.get("status", "draft") not in GRID_STATUS:
        raise InvalidInputError(
            "{field} must be one of {known}, got {given}",
            field="status",
            known=", ".join(GRID_STATUS),
            given=str(values["status"])[:40],
        )
    expected = record.revision if expected_revision is None else expected_revision
    return _shown(connection, change_feature(connection, record, values, expected))


def list_features(connection: sa.Connection, actor: Actor, kind: str | None = None) -> list[dict[str, Any]]:
    """Return the records of a kind, or all, that the actor may see, ordered by kind and name."""
    require_reader(actor)
    if kind is not None:
        _known_kind(kind)
    return [_plain(record) for record in feature_records(connection, kind, actor)]


def read_feature(connection: sa.Connection, actor: Actor, feature_id: str) -> dict[str, Any]:
    """Return a grid's record with its rule in words; NotFoundError when there is none in the actor's scope."""
    require_reader(actor)
    return _shown(connection, feature_record(connection, feature_id, actor))


def remove_feature(connection: sa.Connection, actor: Actor, feature_id: str) -> dict[str, Any]:
    """Take a grid out with its snapshots and return what is gone.

    Raises ConflictError naming a target group that uses it.
    """
    record = feature_record(connection, feature_id, actor)
    _require_writer(actor, record.branch_id)
    users = [
        target.id
        for target in feature_records(connection, "target_group")
        if feature_id in _named_features(target.rule)
    ]
    if users:
        raise ConflictError("grid {id} is used by target group {users}", id=feature_id, users=", ".join(users))
    return {"id": feature_id, "snapshots": delete_feature(connection, feature_id)}


def rule_words(connection: sa.Connection, kind: str, body: Mapping[str, Any], language: Language) -> str:
    """Say a rule that was checked in words."""
    if kind == "cohort":
        return cohort_words(cohort_from_json(body), language)
    if kind == "industry":
        table = industry_table(connection)
        return industry_words(industry_from_json(body, table), table, language)
    return target_words(target_from_json(body), _names(connection, body), language)


def _names(connection: sa.Connection, body: Mapping[str, Any]) -> dict[str, str]:
    """Return id -> name of the grids that a target group names."""
    areas = grid_frame(connection).select("id", "name") if target_from_json(body).grid_ids else None
    named = dict(areas.iter_rows()) if areas is not None else {}
    return named | {record.id: record.name for record in feature_records(connection)}


def _named_features(body: Mapping[str, Any]) -> set[str]:
    rule = target_from_json(body)
    return {*rule.feature_ids(IndustryLeaf), *rule.feature_ids(CohortLeaf)}


def _check_rule(connection: sa.Connection, actor: Actor, kind: str, body: Mapping[str, Any]) -> None:
    if kind == "cohort":
        cohort_rule(connection, body)
    elif kind == "industry":
        industry_rule(connection, body)
    else:
        target_rule(connection, actor, body)


def _check_staff(connection: sa.Connection, branch_id: str | None, owner_id: str | None) -> None:
    """Check that the branch and the owner are the bank's; InvalidInputError names what is not."""
    inputs = inputs_or_none(connection)
    if branch_id is not None and (
        inputs is None or read_frame(connection, "org_unit", version_id=inputs.bank, where={"id": branch_id}).is_empty()
    ):
        raise NotFoundError("there is no branch {branch}", branch=branch_id)
    if owner_id is not None and (
        inputs is None or read_frame(connection, "staff", version_id=inputs.bank, where={"id": owner_id}).is_empty()
    ):
        raise InvalidInputError("there is no member of staff {staff}", staff=owner_id)


def _require_writer(actor: Actor, branch_id: str | None) -> None:
    if actor.role not in WRITERS:
        raise NotAllowedError(
            "role {role} may not change these grids; it takes {allowed}", role=actor.role, allowed=", ".join(WRITERS)
        )
    if branch_id is not None and not actor.sees(branch_id):
        raise NotFoundError("there is no branch {branch}", branch=branch_id)
    if branch_id is None and actor.branch_ids is not None:
        raise NotAllowedError("a grid of every branch is for head office and planners: name one of your branches")


def _known_kind(kind: str) -> None:
    if kind not in KINDS:
        raise InvalidInputError(
            "{field} must be one of {known}, got {given}", field="kind", known=", ".join(KINDS), given=str(kind)[:40]
        )


def _plain(record: FeatureRecord) -> dict[str, Any]:
    return asdict(record) | {"created_at": record.created_at.isoformat()}


def _shown(connection: sa.Connection, record: FeatureRecord) -> dict[str, Any]:
    words = {language: rule_words(connection, record.kind, record.rule, language) for language in LANGUAGES}
    taken = [item.id for item in snapshot_records(connection, record.id)]
    return _plain(record) | {"words": words, "snapshots": taken}
