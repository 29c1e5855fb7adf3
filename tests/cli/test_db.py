"""`gridgeo db`: a store is made, checked and kept, and no password is told twice."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from .conftest import Run

GIVEN = "a/b@c:d%e f"


@dataclass(frozen=True)
class Made:
    """A database as `gridgeo db init` leaves it: what was printed, and a function that names a login's URL."""

    url: str
    body: dict[str, Any]
    printed: str

    def login(self, role: str) -> str:
        return sa.make_url(self.url).set(username=self.body[role]).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def made(gridgeo: Run, postgis: Any) -> Iterator[Made]:
    """A PostGIS database made by an administrator; roles and database are gone afterwards."""
    name = f"bank_{os.getpid()}_{uuid.uuid4().hex[:6]}"
    url = postgis.create_database(name)
    done = gridgeo("db", "init", "--store", url, "--json", GRIDGEO_APPLICATION_PASSWORD=GIVEN)
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    yield Made(url, body, done.stdout + done.stderr)
    postgis.drop_database(name)
    with postgis.connect() as connection:
        for role in body["new"]:
            connection.execute(f'DROP ROLE "{role}"')


def test_init_makes_three_roles_and_tells_only_the_password_it_made(made: Made) -> None:
    database = sa.make_url(made.url).database
    roles = [f"{database}_{role}" for role in ("owner", "migrator", "application")]
    assert [made.body[role] for role in ("owner", "migrator", "application")] == roles
    assert sorted(made.body["new"]) == sorted(roles)
    assert list(made.body["passwords"]) == [f"{database}_migrator"]
    assert len(made.body["passwords"][f"{database}_migrator"]) >= 32
    assert GIVEN not in made.printed


def test_init_again_changes_nothing(gridgeo: Run, made: Made) -> None:
    again = json.loads(gridgeo("db", "init", "--store", made.url, "--json").stdout)
    assert (again["new"], again["passwords"]) == ([], {})


def test_passwords_are_kept_as_verifiers_of_what_was_given(made: Made, postgis: Any) -> None:
    with postgis.connect() as connection:
        kept = dict(connection.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL"))
    assert {kept[made.body[role]].partition("$")[0] for role in ("migrator", "application")} == {"SCRAM-SHA-256"}


def test_check_takes_the_application_login_and_names_what_is_wrong_with_others(gridgeo: Run, made: Made) -> None:
    served = gridgeo("db", "check", "--store", made.login("application"), "--json")
    assert (served.returncode, json.loads(served.stdout)["schema"]) == (0, "current")
    refused = gridgeo("db", "check", "--store", made.url)
    assert (refused.returncode, "is a superuser" in refused.stderr) == (2, True)
    assert gridgeo("db", "check", "--store", made.url, GRIDGEO_ALLOW_UNSAFE_ROLE="true").returncode == 0


def test_serve_starts_with_no_unsafe_login(gridgeo: Run, made: Made) -> None:
    refused = gridgeo("serve", "--store", made.login("migrator"))
    assert (refused.returncode, f"may become role {made.body['owner']}" in refused.stderr) == (2, True)
    refused = gridgeo("serve", "--store", made.url)
    assert (refused.returncode, "is a superuser" in refused.stderr) == (2, True)


def test_init_of_a_file_makes_it(gridgeo: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bank.db'}"
    done = gridgeo("db", "init", "--store", url, "--house-datum", "gcj02", "--json")
    body = json.loads(done.stdout)
    assert (body["schema"], body["house_datum"], "passwords" in body) == ("current", "gcj02", False)


def test_a_store_is_backed_up_restored_and_moved(gridgeo: Run, tmp_path: Path, make_store: Any) -> None:
    source, file = make_store("sqlite"), tmp_path / "bank.backup"
    saved = json.loads(gridgeo("db", "backup", file, "--store", source, "--json").stdout)
    back = gridgeo("db", "restore", file, "--store", f"sqlite:///{tmp_path / 'again.db'}", "--json")
    body = json.loads(back.stdout)
    assert (body["compared"], body["tables"], body["rows"]) == (True, saved["tables"], saved["rows"])
    moved = json.loads(gridgeo("db", "move", "--store", source, "--to", make_store("postgis"), "--json").stdout)
    assert (moved["same"], moved["tables"]) == (True, saved["tables"])
