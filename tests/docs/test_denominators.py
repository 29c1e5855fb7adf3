"""The example of denominators.md runs as it stands, and every figure of its table comes out."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.warm_commands import WarmCommands

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
PAGES = [ROOT / "docs/denominators.md", ROOT / "docs/zh/denominators.md"]
COUNTED = re.compile(r"^\| (people|age_\w+) \| ([\d,]+) \| ([\d,]+) \|", re.MULTILINE)


def example(page: Path) -> tuple[str, list[list[str]]]:
    """The code and the commands of the page's last part."""
    text = page.read_text(encoding="utf-8").partition("## Example")[2] or page.read_text("utf-8").partition("## 例")[2]
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return code, [shlex.split(line) for line in re.findall(r"^gridgeo .*", text, re.MULTILINE)]


@pytest.fixture(scope="module")
def done(warm_commands: WarmCommands, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each command of the page said, in a folder of its own; the cells come last."""
    if not DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail("the folder of open data is missing")
        pytest.skip("the folder of open data is not here")
    folder = tmp_path_factory.mktemp("london")
    code, commands = example(PAGES[0])
    exec(code.replace("DATA/", f"{DATA}/").replace("inner.parquet", f"{folder}/inner.parquet"), {})  # noqa: S102
    store = ["--store", f"sqlite:///{folder}/london.db", "--json"]
    said = []
    for command in commands:
        ran = warm_commands.run([*command[1:], *store], cwd=folder)
        assert ran.returncode == 0, ran.stderr
        said.append(json.loads(ran.stdout))
    return [*said, {"cells": pl.read_csv(folder / "inner.csv")}]


def test_both_languages_give_the_same_example() -> None:
    first, second = (example(page) for page in PAGES)
    assert first == second
    tables = [COUNTED.findall(page.read_text(encoding="utf-8")) for page in PAGES]
    assert tables[0] == tables[1]
    assert len(tables[0]) == 6


def test_zones_without_any_centre_lose_nothing(done: list[dict[str, Any]]) -> None:
    boundaries, people, cells, written = done
    assert (boundaries["accepted"], people["accepted"], people["matches"]) == (678, 678, {"taken": 678})
    assert (cells["zones"], cells["zones_without_centre"], cells["cells"]) == (678, 98, 1059)
    for name, given, out in COUNTED.findall(PAGES[0].read_text(encoding="utf-8")):
        account = cells["accounts"][name]
        assert given == out == f"{account['in']:,.0f}"
        assert account["outside"] == 0
        assert account["spread_by"] == "area"
        assert people["mass"][name]["in"] == account["in"]
        assert written["cells"][name].sum() == pytest.approx(account["in"], rel=1e-9)
    bands = [name for name in cells["accounts"] if name.startswith("age_")]
    assert sum(cells["accounts"][name]["in"] for name in bands) == cells["accounts"]["people"]["in"]
