"""Read the queue of doubtful locations, decide about one, undo that, read who decided what, forget a person.

Head office and planners decide about every branch's, a branch manager about those of the own branches; an RM reads.
Another branch's locations do not exist as far as the answer tells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import orjson
import polars as pl
import shapely
import sqlalchemy as sa

from gridgeo.cells import check_positions, to_house
from gridgeo.domain import Actor
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from gridgeo.pipeline.ground_cells import ground_reach
from gridgeo.pipeline.review.gazetteer import reviewed_rows
from gridgeo.storage import house_datum, read_frame, version_record
from gridgeo.storage.reviews import (
    OPEN,
    UNDO,
    DecisionRecord,
    ItemRecord,
    count_open,
    decision_of_key,
    decisions_of,
    forget_party,
    how_it_stands,
    newest_location,
    parties_of,
    review_item,
    standing_decisions,
    worst_items,
    write_decision,
)

DecisionKind = Literal["accept", "choose", "place", "reject", "undo"]
STATUS: dict[str, str] = {
    "accept": "accepted",
    "choose": "chosen",
    "place": "placed",
    "reject": "rejected",
    "undo": OPEN,
}
DECIDERS = ("hq", "planner", "branch_manager")
READERS = (*DECIDERS, "rm", "helper", "auditor")
PLACED_BY_HAND_M = 20.0
"""A person who points at a house on the map hits the house."""
MOST_PARTIES = 50
TABLES = {"customer": "customer", "merchant": "merchant"}


@dataclass(frozen=True)
class Decision:
    """One decision as it is asked for.

    kind: accept (the answer as it stands), choose (a candidate by its number, from 1), place (lng, lat in a datum, the
    store's own by default), reject (it is nowhere that can be said), undo. expected_revision: the revision that the
    caller has seen; None takes the one there is. key: the same key again answers with what it did the first time.
    """

    kind: DecisionKind
    candidate: int | None = None
    lng: float | None = None
    lat: float | None = None
    datum: str | None = None
    expected_revision: int | None = None
    key: str | None = None

    def args(self) -> dict[str, Any]:
        """Return what the decision says besides its kind."""
        return {
            name: value for name in ("candidate", "lng", "lat", "datum") if (value := getattr(self, name)) is not None
        }


def queue_page(
    connection: sa.Connection, actor: Actor, *, branch_id: str | None = None, after: str | None = None, most: int = 50
) -> dict[str, Any]:
    """Return one page of what waits, worst first by effect on the scores.

    after: `next` of the page before. Returns version (of the locations), open (how many wait in all), items, next (None
    on the last page).
    Raises NotFoundError when nothing was located yet or the branch is not in scope, InvalidInputError for another text.
    """
    require_role(actor, READERS)
    if branch_id is not None and not actor.sees(branch_id):
        raise NotFoundError("there is no branch {branch}", branch=branch_id)
    version_id = newest_location(connection)
    start = None if after is None else _cursor(after)
    rows = worst_items(connection, actor, version_id, branch_id=branch_id, after=start, most=most + 1)
    page = [_shown(row) for row in rows[:most]]
    more = len(rows) > most
    return {
        "version": version_id,
        "open": count_open(connection, actor, version_id, branch_id),
        "items": page,
        "next": f"{page[-1]['effect']!r}_{page[-1]['id']}" if more else None,
    }


def read_item(connection: sa.Connection, actor: Actor, item_id: int) -> dict[str, Any]:
    """Return one item: how it stands in the newest locations, its candidates, whom it concerns, what was decided.

    candidates are numbered from 1, the likeliest first; concerns: at most MOST_PARTIES parties, with address and point
    as they were delivered. Raises NotFoundError when there is none in the actor's scope.
    """
    require_role(actor, READERS)
    item = review_item(connection, actor, item_id)
    version_id = newest_location(connection)
    found = how_it_stands(connection, version_id, item_id) or {}
    parties = _delivered(connection, version_id, parties_of(connection, item_id, MOST_PARTIES))
    decided = [_entry(one) for one in decisions_of(connection, actor, item_id=item_id)]
    body = _shown({**dict.fromkeys(_STANDS), **asdict(item), **found})
    return body | {"candidates": _candidates(found), "concerns": parties, "history": decided}


def decide(connection: sa.Connection, actor: Actor, item_id: int, decision: Decision, now: datetime) -> dict[str, Any]:
    """Decide about one item, or undo the last decision; return what came of it. The next run of locations uses it.

    Raises NotFoundError for an item that is not there or not in scope, ConflictError when it has moved on or is decided
    already, InvalidInputError for a decision that does not fit it, NotAllowedError.
    """
    require_role(actor, READERS)
    item = review_item(connection, actor, item_id, lock=True)
    require_role(actor, DECIDERS)
    done = None if decision.key is None else decision_of_key(connection, item_id, decision.key)
    if done is not None:
        return _repeated(item, done, decision)
    _check_state(connection, actor, item, decision)
    version_id = newest_location(connection)
    found = how_it_stands(connection, version_id, item_id) or {}
    values = {
        "kind": decision.kind,
        **_place(connection, version_id, (item, found), decision),
        "known": any(entry["tier"] == "exact" for entry in _candidates(found)),
        "args": decision.args(),
        "actor_id": actor.id,
        "actor_role": actor.role,
        "at": now,
        "undoes": _undone(connection, actor, item) if decision.kind == UNDO else None,
        "idempotency_key": decision.key,
    }
    number = write_decision(connection, item, STATUS[decision.kind], values)
    return _result(item, item.revision + 1, {**values, "id": number})


def history(connection: sa.Connection, actor: Actor, *, before: int | None = None, most: int = 50) -> dict[str, Any]:
    """Return decisions in the actor's scope, newest first: who decided what about which house, and when.

    before: `next` of the page before. Returns decisions and next (None on the last page).
    """
    require_role(actor, READERS)
    found = decisions_of(connection, actor, before=before, most=most + 1)
    return {
        "decisions": [_entry(one) for one in found[:most]],
        "next": found[most - 1].id if len(found) > most else None,
    }


def forget(connection: sa.Connection, actor: Actor, party_id: str, party_kind: str = "customer") -> dict[str, Any]:
    """Take out every link between decisions and a person who is erased; what is known of the house stays.

    Returns party_kind, party_id, links and items (undecided ones that concerned nobody else) taken out.
    Raises NotFoundError when nothing links to the person, NotAllowedError.
    """
    require_role(actor, ("hq", "planner"))
    if party_kind not in TABLES:
        raise InvalidInputError(
            "kind of party must be one of {known}, got {given}", known=", ".join(TABLES), given=party_kind
        )
    gone = forget_party(connection, party_id, party_kind)
    if not gone["links"]:
        raise NotFoundError("no reviewed location concerns {kind} {party}", kind=party_kind, party=party_id)
    return {"party_kind": party_kind, "party_id": party_id, **gone}


def reviewed_gazetteer(connection: sa.Connection, actor: Actor) -> pl.DataFrame:
    """Return the houses that people placed as rows of a gazetteer file: id, lng, lat, address, source, precision_m."""
    require_role(actor, DECIDERS)
    decided = standing_decisions(connection)
    rows = reviewed_rows(decided)
    houses = decided.select(pl.format("review/{}", "decision").alias("id"), address="house")
    return rows.join(houses, on="id", maintain_order="left").select(
        "id", "lng", "lat", "address", "source", "precision_m"
    )


_STANDS = ("reasons", "lng", "lat", "tier", "accuracy_m", "confidence", "matched", "outcome", "parties", "effect")


def require_role(actor: Actor, roles: tuple[str, ...]) -> None:
    """Let pass one of the roles; NotAllowedError for every other."""
    if actor.role not in roles:
        raise NotAllowedError(
            "role {role} may not do that with locations under review; it takes {allowed}",
            role=actor.role,
            allowed=", ".join(roles),
        )


def _cursor(text: str) -> tuple[float, int]:
    if not re.fullmatch(r"[0-9.e+-]{1,30}_[0-9]{1,18}", text):
        raise InvalidInputError("after must be the text under next of the page before, got {given}", given=text)
    effect, _, item = text.partition("_")
    try:
        return float(effect), int(item)
    except ValueError as error:
        raise InvalidInputError(
            "after must be the text under next of the page before, got {given}", given=text
        ) from error


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as people read it."""
    names = ("id", "party_kind", "branch_id", "house", "status", "revision", *_STANDS)
    reasons = row["reasons"]
    return {name: row[name] for name in names} | {"reasons": reasons.split("; ") if reasons else []}


def _candidates(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    body = found.get("candidates") or {}
    held = orjson.loads(body) if isinstance(body, str) else body
    return [{"candidate": number, **entry} for number, entry in enumerate(held.get("list", []), start=1)]


def _delivered(connection: sa.Connection, version_id: int, parties: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return the parties with address and point as they came."""
    bank = version_record(connection, version_id).params["inputs"]["bank"]
    shown: list[dict[str, Any]] = []
    for kind, table in TABLES.items():
        ids = [party for name, party in parties if name == kind]
        if ids:
            columns = ["id", "address", "lng", "lat"]
            rows = read_frame(connection, table, version_id=bank, where={"id": ids}, columns=columns)
            shown += rows.select(
                party_kind=pl.lit(kind), party_id="id", address="address", lng="lng", lat="lat"
            ).to_dicts()
    return shown


def _check_state(connection: sa.Connection, actor: Actor, item: ItemRecord, decision: Decision) -> None:
    if decision.expected_revision not in (None, item.revision):
        raise ConflictError(
            "location {item} is at revision {current}, not {expected}: read it again; nothing was changed",
            item=item.id,
            current=item.revision,
            expected=decision.expected_revision,
        )
    if decision.kind == UNDO and item.status == OPEN:
        raise InvalidInputError("location {item}: there is nothing to undo", item=item.id)
    if decision.kind != UNDO and item.status != OPEN:
        last = decisions_of(connection, actor, item_id=item.id, most=1)[0]
        raise ConflictError(
            "location {item} was {status} by {who} at {at}: undo that first",
            item=item.id,
            status=item.status,
            who=last.actor_id,
            at=last.at.isoformat(timespec="seconds"),
        )


def _undone(connection: sa.Connection, actor: Actor, item: ItemRecord) -> int:
    return decisions_of(connection, actor, item_id=item.id, most=1)[0].id


def _place(
    connection: sa.Connection, version_id: int, about: tuple[ItemRecord, Mapping[str, Any]], decision: Decision
) -> dict[str, Any]:
    """Return lng, lat, precision_m of a decision in the house datum; None where it says nowhere."""
    item, found = about
    _check_given(decision)
    if decision.kind == "place":
        lng, lat = _on_the_ground(connection, version_id, decision)
        return {"lng": lng, "lat": lat, "precision_m": PLACED_BY_HAND_M}
    if decision.kind == "choose":
        chosen = [entry for entry in _candidates(found) if entry["candidate"] == decision.candidate]
        if not chosen:
            raise InvalidInputError(
                "location {item} has no candidate {given}: gridgeo locate review show {item}",
                item=item.id,
                given=decision.candidate,
            )
        return {"lng": chosen[0]["lng"], "lat": chosen[0]["lat"], "precision_m": chosen[0]["accuracy_m"]}
    if decision.kind == "accept":
        if found.get("tier") not in (*PLACED_TIERS, "given"):
            raise InvalidInputError(
                "location {item} has no place to accept: choose a candidate, place it or reject it", item=item.id
            )
        return {"lng": found["lng"], "lat": found["lat"], "precision_m": found["accuracy_m"]}
    return {"lng": None, "lat": None, "precision_m": None}


def _check_given(decision: Decision) -> None:
    """Refuse what a kind of decision does not take, and ask for what it needs."""
    if decision.kind not in get_args(DecisionKind):
        raise InvalidInputError(
            "decision must be one of {known}, got {given}", known=", ".join(STATUS), given=decision.kind
        )
    takes = {"choose": {"candidate"}, "place": {"lng", "lat"}}.get(decision.kind, set())
    may = takes | ({"datum"} if decision.kind == "place" else set())
    given = set(decision.args())
    if takes - given or given - may:
        raise InvalidInputError(
            "decision {kind} takes {takes}, got {given}",
            kind=decision.kind,
            takes=", ".join(sorted(may)) or "-",
            given=", ".join(sorted(given)) or "-",
        )


def _on_the_ground(connection: sa.Connection, version_id: int, decision: Decision) -> tuple[float, float]:
    """Return the place in the house datum; refuse one that lies nowhere near the ground."""
    assert decision.lng is not None  # noqa: S101 (for the type checker; `_check_given` has asked)
    assert decision.lat is not None  # noqa: S101
    house = house_datum(connection)
    check_positions([decision.lng], [decision.lat])
    moved = to_house([decision.lng], [decision.lat], decision.datum or house, house)
    lng, lat = float(moved[0][0]), float(moved[1][0])
    params = version_record(connection, version_id).params
    reach = ground_reach(connection, params["inputs"]["ground"], params["resolution"])
    if reach is None or shapely.intersects_xy(reach, lng, lat):
        return lng, lat
    if shapely.intersects_xy(reach, lat, lng):
        raise InvalidInputError("lng {lng} and lat {lat} look swapped", lng=decision.lng, lat=decision.lat)
    raise InvalidInputError(
        "{lng}, {lat} lies outside the ground: reject the location if it is not on it",
        lng=decision.lng,
        lat=decision.lat,
    )


def _result(item: ItemRecord, revision: int, values: Mapping[str, Any], repeated: bool = False) -> dict[str, Any]:
    return {
        "id": item.id,
        "decision": values["id"],
        "kind": values["kind"],
        "status": STATUS[values["kind"]],
        "revision": revision,
        "house": item.house,
        **{name: values[name] for name in ("lng", "lat", "precision_m", "undoes")},
        "repeated": repeated,
    }


def _repeated(item: ItemRecord, done: DecisionRecord, decision: Decision) -> dict[str, Any]:
    if (done.kind, done.args) != (decision.kind, decision.args()):
        raise ConflictError("the key {key} was used for another operation", key=decision.key)
    return _result(item, item.revision, asdict(done), repeated=True)


def _entry(one: DecisionRecord) -> dict[str, Any]:
    return {
        "decision": one.id,
        "id": one.item_id,
        "kind": one.kind,
        "house": one.house,
        "lng": one.lng,
        "lat": one.lat,
        "precision_m": one.precision_m,
        "actor": one.actor_id,
        "role": one.actor_role,
        "at": one.at.isoformat(),
        "undoes": one.undoes,
    }
