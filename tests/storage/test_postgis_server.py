"""The tests' own server is private, unprivileged and leaves nothing behind; without it the tests fail, not skip."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gridgeo.bench import postgis_server

FIXTURES = [
    Path(__file__).parents[1] / name
    for name in ("conftest.py", "made_once.py", "provider_stand_in.py", "warm_commands.py")
]
SESSION = """
def test_it(store_url):
    assert store_url
"""


@pytest.fixture(scope="module")
def helper() -> Any:
    """The module of the server."""
    return postgis_server


def test_the_server_listens_on_no_port_and_runs_unprivileged(postgis: Any) -> None:
    with postgis.connect() as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    if postgis.folder is not None:
        assert (postgis.folder / "data").stat().st_uid != 0


def test_the_server_and_its_folder_are_gone_after_a_failure(helper: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRIDGEO_TEST_POSTGRES", raising=False)
    seen = []

    def use_and_fail() -> None:
        with helper.postgis_server() as server:
            seen.append((server.folder, int((server.folder / "data/postmaster.pid").read_text().split()[0])))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        use_and_fail()
    folder, process = seen[0]
    assert not folder.exists()
    assert not Path(f"/proc/{process}").exists()


def test_the_server_dies_with_tests_that_are_killed(helper: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRIDGEO_TEST_POSTGRES", raising=False)
    program = (
        "import time\n"
        "from gridgeo.bench.postgis_server import postgis_server\n"
        "with postgis_server() as server:\n"
        "    print(server.folder, flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        folder = Path(owner.stdout.readline().strip())
        server = int((folder / "data/postmaster.pid").read_text().split()[0])
        owner.send_signal(signal.SIGKILL)
    assert helper.gone_within(server, 10.0)
    helper.remove(folder)


def test_a_server_that_runs_already_is_used_and_left_clean(
    helper: Any, postgis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDGEO_TEST_POSTGRES", postgis.url("postgres"))
    name = f"guest_{os.getpid()}"
    with helper.postgis_server() as guest:
        assert guest.folder is None
        guest.create_database(name)
    with postgis.connect() as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    assert found is None


def test_missing_programs_are_named_with_their_remedy(helper: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper, "PROGRAM_FOLDERS", Path("/no/such/folder"))
    monkeypatch.setenv("PATH", "/no/such/folder")
    monkeypatch.delenv("GRIDGEO_TEST_POSTGRES", raising=False)
    with pytest.raises(helper.NoServerError, match="PostgreSQL is not installed: install the system packages"):
        helper.postgis_server().__enter__()


def test_without_a_server_tests_fail_with_one_line_and_do_not_skip(tmp_path: Path) -> None:
    """A session of its own, whose server cannot be reached, ends red."""
    copy = tmp_path / "tests"
    copy.mkdir()
    for file in FIXTURES:
        shutil.copy(file, copy)
    (copy / "test_it.py").write_text(SESSION)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"],
        cwd=tmp_path,
        env=os.environ | {"GRIDGEO_TEST_POSTGRES": "postgresql://user@127.0.0.1:1/postgres"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "1 passed, 1 error" in done.stdout
    assert "GRIDGEO_TEST_POSTGRES" in done.stdout
    assert "skipped" not in done.stdout
