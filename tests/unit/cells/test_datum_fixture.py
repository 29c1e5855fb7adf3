"""What the page's tests hold its datums against is what gridgeo computes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.modules import module_at

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def script() -> Any:
    """The script that writes the fixture, as a module."""
    return module_at("datum_fixture", ROOT / "scripts/datum_fixture.py")


def test_the_committed_places_are_what_gridgeo_computes(script: Any) -> None:
    held = script.OUT.read_text(encoding="utf-8")
    assert held == script.fixture_text(), "run scripts/datum_fixture.py"
    assert held.count('"gcj02"') == script.COUNT


def test_baidus_metres_are_those_of_its_own_tables(script: Any) -> None:
    import numpy as np

    # A band of the tables that Baidu publishes: northing as a polynomial of latitude / 37.5, for 30 to 45 degrees.
    table = (51751.86112841131, 3796837.749470245, 992013.7397791013, -1221952.21711287, 1340652.697009075)
    table += (-620943.6990984312, 144416.9293806241)
    lat = np.linspace(30.0, 44.9, 50)
    expected = np.polynomial.polynomial.polyval(lat / 37.5, table)
    made = script.baidu_m(np.full(50, 116.0), lat)
    assert np.abs(made[:, 1] - expected).max() < 0.3
    assert np.abs(made[:, 0] - 116.0 * 111320.7020209128).max() < 0.3
