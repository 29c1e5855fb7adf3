"""The planner's example takes the synthetic county from three lists to area grids that cover it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import polars as pl
import pytest

from gridgeo.cli.main import run
from tests.warm_commands import WarmCommands

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/county_grids"
BRANCHES = ("ZH01", "ZH02")
Called = Callable[..., "subprocess.CompletedProcess[str]"]
ASK = """
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as asked:
    asked.connect(sys.argv[1])
    message = json.dumps([sys.argv[2:], os.environ["GRIDGEO_STORE_URL"], os.getcwd()])
    socket.send_fds(asked, [message.encode()], [1, 2])
    sys.exit(int(asked.recv(16)))
"""


@pytest.fixture(scope="module")
def called(warm_commands: WarmCommands, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Called]:
    """Run the script; what it calls `gridgeo` is a command of the warm process, not a fresh one of seconds."""
    folder = tmp_path_factory.mktemp("asked")
    (folder / "ask.py").write_text(ASK, encoding="utf-8")

    def called(*arguments: object) -> subprocess.CompletedProcess[str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        ask = f'() {{ "{sys.executable}" -I -S "{folder}/ask.py" "{folder}/socket" "$@"; }}'
        command = ["bash", str(SCRIPT), *map(str, arguments)]
        environment = os.environ | {"PATH": path, "BASH_FUNC_gridgeo%%": ask}
        return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket"))
        listening.listen()
        answering = Thread(target=answer, args=(listening, warm_commands))
        answering.start()
        yield called
        listening.shutdown(socket.SHUT_RDWR)
        answering.join()


def answer(listening: socket.socket, commands: WarmCommands) -> None:
    """Run what is asked for, with the outputs of whoever asks, until nobody can ask any more."""
    while True:
        try:
            asked, _ = listening.accept()
        except OSError:
            return
        with asked:
            message, (out, err), _, _ = socket.recv_fds(asked, 1 << 16, 2)
            arguments, store_url, cwd = orjson.loads(message)
            try:
                returned = commands.ask(arguments, out, err, cwd=cwd, GRIDGEO_STORE_URL=store_url)
            finally:
                os.close(out)
                os.close(err)
            asked.send(str(returned).encode())


@pytest.fixture(scope="module")
def folder(called: Called, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder after one run of the script: the store, its files in out, what it printed in said.txt."""
    # Blanks in a path are what planners have.
    root = tmp_path_factory.mktemp("county grids")
    done = called(root / "county.db", root / "out")
    assert done.returncode == 0, done.stderr
    (root / "said.txt").write_text(done.stdout, encoding="utf-8")
    return root


def grids_of(folder: Path, branch: str) -> list[dict[str, Any]]:
    body = orjson.loads((folder / f"out/grids-{branch}.geojson").read_bytes())
    return [feature["properties"] for feature in body["features"]]


def test_all_twelve_villages_have_a_grid_in_one_of_the_branches(folder: Path) -> None:
    grids = [grid for branch in BRANCHES for grid in grids_of(folder, branch)]
    assert len({grid["name"] for grid in grids}) == len({grid["code"] for grid in grids}) == 12
    assert {grid["kind"] for grid in grids} == {"village"}
    assert all(grid["has_boundary"] for grid in grids)


@pytest.mark.parametrize("branch", BRANCHES)
def test_grids_cover_every_cell_of_the_branch_once(
    folder: Path, branch: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ("--store", f"sqlite:///{folder / 'county.db'}", "--json")
    assert run(["catchment", "show", branch, *store]) == 0
    cells = orjson.loads(capsys.readouterr().out)["cells"]
    assert sum(grid["cells"] for grid in grids_of(folder, branch)) == (cells if isinstance(cells, int) else len(cells))
    # replay fails when a cell of the catchment is in no grid or in two
    assert run(["grid", "replay", branch, *store]) == 0


def test_every_customer_has_a_grid(folder: Path) -> None:
    rules = orjson.loads((folder / "out/members.json").read_bytes())["parties"]["customer"]
    assert sum(rules.values()) == 480
    assert rules["none"] == 0
    assert pl.read_csv(folder / "out/disputed.csv").height == 0


def test_the_map_and_what_is_printed_say_synthetic(folder: Path) -> None:
    said = (folder / "said.txt").read_text(encoding="utf-8").splitlines()
    assert len(said) == 3 + len(BRANCHES)
    assert "synthetic" in said[0]
    assert (folder / "out/map.html").stat().st_size > 10_000


def test_a_second_run_into_the_same_store_stops_instead_of_doubling_grids(called: Called, folder: Path) -> None:
    done = called(folder / "county.db", folder / "again")
    assert done.returncode == 4
    assert "ZH01" in done.stderr
    assert not (folder / "again/grids-ZH01.geojson").exists()


def test_without_arguments_the_script_says_how_it_is_called(called: Called) -> None:
    done = called()
    assert done.returncode == 2
    assert "STORE-FILE OUT-FOLDER" in done.stderr
