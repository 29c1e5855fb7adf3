"""Small files of a bank, written for one test; imports in one line."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor
from gridgeo.pipeline.intake import ImportReport, ImportRequest, import_file
from gridgeo.sources.files import ReadOptions
from gridgeo.sources.intake import ImportOptions

SHARED_DATA = Path(__file__).resolve().parents[4] / "shared/data"
ORGS = "id,name,kind,lng,lat\nHQ,Head,head_office,,\nA,North,branch,9.52,47.21\nB,South,branch,9.51,47.07\n"

Write = Callable[[str, str], Path]
Take = Callable[..., ImportReport]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text to a file of a name."""

    def to_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


@pytest.fixture
def take(connection: sa.Connection, actor: Actor, now: datetime) -> Take:
    """Import a file: take(kind, path, option=..., how={...}, merge_on=(...), again=True)."""

    def import_one(kind: str, path: Path, **given: Any) -> ImportReport:
        asked = {name: given.pop(name) for name in ("merge_on", "again") if name in given}
        how = ReadOptions(**given.pop("how", {}))
        request = ImportRequest(path, ImportOptions(kind, **{"datum": "wgs84"} | given), how, **asked)
        return import_file(connection, actor, request, now)

    return import_one


@pytest.fixture
def bank(take: Take, write: Write) -> int:
    """A bank of two branches; its version."""
    return take("orgs", write("orgs.csv", ORGS)).composed["bank"]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files; absent ones skip a test, but under CI they fail it."""
    if not SHARED_DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the real data is not at {SHARED_DATA}")
        pytest.skip(f"the real data is not at {SHARED_DATA}")
    return SHARED_DATA
