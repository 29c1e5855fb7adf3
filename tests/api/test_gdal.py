"""GDAL's own client of OGC API Features opens, pages and filters, in a process beside the real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from .conftest import TOKEN
from .small_bank import Bank
from .test_granian import Served, serving

READ = """
import json, sys
import pyogrio
asked = json.load(sys.stdin)
if asked.pop("list", False):
    print(json.dumps([name for name, _ in pyogrio.list_layers(asked["address"])]))
else:
    address = asked.pop("address")
    asked["bbox"] = tuple(asked["bbox"]) if "bbox" in asked else None
    meta, index, geometry, fields = pyogrio.raw.read(address, **asked)
    names = list(meta["fields"])
    key = fields[names.index("branch_id" if "branch_id" in names else "id")]
    print(json.dumps({"crs": meta["crs"], "count": len(geometry), "keys": sorted(set(key)), "fields": names}))
"""


@pytest.fixture(scope="module")
def served(published: tuple[str, Bank]) -> Iterator[Served]:
    """A server over the small store."""
    with serving(published[0]) as server:
        yield server


@pytest.fixture(scope="module")
def session(served: Served) -> str:
    """The cookie of a session."""
    with httpx.Client(base_url=served.base) as client:
        assert client.get("/login", params={"token": TOKEN}).status_code == 303
        ((name, value),) = client.cookies.items()
        return f"{name}={value}"


def gdal(served: Served, session: str, **asked: Any) -> Any:
    """Return what GDAL reads; every request carries the session."""
    environment = os.environ | {"GDAL_HTTP_COOKIE": session, "GDAL_HTTP_TIMEOUT": "20"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READ],
        input=json.dumps({"address": f"OAPIF:{served.base}/ogc"} | asked),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_gdal_finds_the_collections(served: Served, session: str) -> None:
    found = gdal(served, session, list=True)
    assert set(found) == {"branches", "catchments", "cells", "grids", "territories"}


def test_gdal_pages_through_every_cell(served: Served, session: str, bank: Bank) -> None:
    found = gdal(served, session, address=f"OAPIF:{served.base}/ogc", layer="cells", PAGE_SIZE="25")
    assert found["count"] == len(bank.cells)
    assert "CRS84" in found["crs"]
    assert {"cell", "branch_id", "people"} <= set(found["fields"])


def test_gdal_filters_by_property_and_by_box(served: Served, session: str, bank: Bank) -> None:
    of_branch = gdal(served, session, layer="territories", where="branch_id = 'b1'")
    assert of_branch["count"] == 2
    assert of_branch["keys"] == ["b1"]
    near = gdal(served, session, layer="cells", bbox=[9.505, 47.13, 9.52, 47.142])
    assert 0 < near["count"] < len(bank.cells)


def test_gdal_without_a_session_reads_nothing(served: Served) -> None:
    with pytest.raises(AssertionError, match=r"DataSourceError"):
        gdal(served, "nothing=1", list=True)
