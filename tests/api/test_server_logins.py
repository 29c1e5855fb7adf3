"""Who may come in and what they did, on PostgreSQL with the login that a service runs with."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.bench.store_logins import store_logins
from gridgeo.domain import local_actor
from gridgeo.errors import NotAllowedError
from gridgeo.pipeline.access import issue_key
from gridgeo.storage import acting, open_engine

from .serving import SESSION, serving
from .small_bank import Bank


@pytest.fixture(scope="module")
def application(published_postgis: tuple[str, Bank], postgis: Any) -> Iterator[str]:
    """The URL of a copy of the small store with the application login."""
    name = f"gridgeo_login_{uuid.uuid4().hex[:12]}"
    url = postgis.create_database(name, str(sa.make_url(published_postgis[0]).database))
    with store_logins(url, postgis) as logins:
        yield logins.application


def test_keys_use_and_log_work_with_the_application_login(application: str) -> None:
    engine = open_engine(application)
    with acting(engine, local_actor()).begin() as connection:
        made = {
            role: issue_key(connection, local_actor(), role, role, datetime.now(UTC), branches=branches)["key"]
            for role, branches in (("hq", ()), ("rm", ("b1",)))
        }
    with serving(application) as server:
        before = [line["action"] for line in server.with_token(made["hq"], "/api/v1/audit-log").json()["lines"]]
        assert server.with_token(made["rm"]).json()["actor"]["branch_ids"] == ["b1"]
        assert server.with_token(made["rm"], "/api/v1/runs", "POST").status_code in (403, 422)
        branches = server.with_token(made["rm"], "/api/v1/branches").json()["branches"]
        assert [branch["id"] for branch in branches] == ["b1"]
        log = server.with_token(made["hq"], "/api/v1/audit-log").json()["lines"]
        assert [line["action"] for line in log] == ["start_run", *before]
        assert server.with_token(made["hq"], SESSION).status_code == 200
    with engine.begin() as connection:
        used = connection.scalar(sa.text("SELECT count(*) FROM api_key WHERE last_used_at IS NOT NULL"))
    assert used == 2
    for statement in ("UPDATE audit_log SET outcome = 'done'", "DELETE FROM audit_log", "TRUNCATE audit_log"):
        with engine.connect() as connection, pytest.raises(NotAllowedError, match="permission denied"):
            connection.execute(sa.text(statement))
    engine.dispose()
