"""The nightly run: what has not changed is not done again, and a change is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .conftest import Run


def run_since(gridgeo: Run, store: Path, *more: str) -> dict[str, Any]:
    done = gridgeo("run", "--changed-since", "last", "--json", *more, "--store", f"sqlite:///{store}")
    assert done.returncode == 0, done.stderr
    body: dict[str, Any] = json.loads(done.stdout)
    return body


def test_only_what_a_change_concerns_is_done_again(gridgeo: Run, store_copy: Path) -> None:
    # A demo that ran before midnight has scores of another day.
    quiet = run_since(gridgeo, store_copy)["since"]
    assert (quiet["changed"], quiet["nothing_to_do"]) in (([], True), (["day"], False))
    stricter = run_since(gridgeo, store_copy, "--threshold", "12")
    assert stricter["since"]["changed"] == ["threshold"]
    assert stricter["since"]["taken_over"] == []
    assert set(stricter["seconds"]) == {"catchment", "location", "score", "plan", "publication"}
    wrong = gridgeo("run", "--changed-since", "yesterday", "--store", f"sqlite:///{store_copy}")
    assert (wrong.returncode, "yesterday" in wrong.stderr) == (2, True)
