"""What one worker of a parallel run made, another has a copy of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from gridgeo.domain import Actor
from gridgeo.storage import check_schema, list_versions, new_version, open_engine
from tests.made_once import MadeOnce


def test_a_store_is_made_once_and_a_copy_holds_the_same(
    store_kind: str, made_once: MadeOnce, tmp_path: Path, actor: Actor, now: datetime
) -> None:
    made: list[str] = []

    def fill(url: str) -> dict[str, int]:
        made.append(url)
        engine = open_engine(url)
        with engine.begin() as connection:
            version = new_version(connection, actor, "bank", params={"name": "一"}, now=now)
        engine.dispose()
        return {"version": version}

    workers = [MadeOnce(tmp_path / "common", made_once.make_store, made_once.new_database) for _ in range(2)]
    answers = [worker.store("small", store_kind, fill) for worker in workers]
    assert made == [answers[0][0]] != [answers[1][0]]
    assert answers[0][1] == answers[1][1] == {"version": 1}
    assert kept(answers[0][0]) == kept(answers[1][0])
    fill(answers[1][0])
    assert kept(answers[0][0]) != kept(answers[1][0])


def kept(url: str) -> list[object]:
    engine = open_engine(url, create=False)
    check_schema(engine)
    with engine.connect() as connection:
        found: list[object] = list(list_versions(connection, "bank"))
    engine.dispose()
    return found
