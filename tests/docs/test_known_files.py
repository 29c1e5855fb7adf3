"""Every line of the table of open data in own-data.md runs, and takes and refuses as many rows as it says."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import pytest

from tests.warm_commands import WarmCommands

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
ROW = re.compile(r"^\| `gridgeo (import [^`]*DATA/[^`]*)` \| (\d+) \| (\d+) \|", re.MULTILINE)
LINES = ROW.findall((ROOT / "docs/own-data.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def store(warm_commands: WarmCommands, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One store that all lines go into, in their order."""
    if not DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail("the folder of open data is missing")
        pytest.skip("the folder of open data is not here")
    url = f"sqlite:///{tmp_path_factory.mktemp('known') / 'known.db'}"
    assert warm_commands.run(["db", "upgrade", "--store", url]).returncode == 0
    return url


def test_the_table_has_every_open_data_set() -> None:
    files = {re.search(r"DATA/(\w+)/", line)[1] for line, _, _ in LINES}
    assert files == {"isle_of_man", "london", "porto_alegre"}
    assert len(LINES) == 12


@pytest.mark.parametrize(
    ("line", "rows_in", "accepted"), LINES, ids=[shlex.split(line[0])[2][5:] + line[0][7:19] for line in LINES]
)
def test_a_line_takes_and_refuses_as_many_rows_as_it_says(
    warm_commands: WarmCommands, store: str, line: str, rows_in: str, accepted: str
) -> None:
    arguments = [part.replace("DATA/", f"{DATA}/") for part in shlex.split(line)]
    done = warm_commands.run([*arguments, "--store", store, "--json"])
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert (body["rows_in"], body["accepted"]) == (int(rows_in), int(accepted))
    assert sum(body["rejected"].values()) == int(rows_in) - int(accepted)
