#!/usr/bin/env python3
"""Write places in every datum and projection, for the page's tests; --check fails when the file is stale."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
OUT = ROOT / "api/web/tests/datum-fixture.json"
COUNT, SEED = 60, 20260301
WEST, SOUTH, EAST, NORTH = 80.0, 22.0, 122.0, 48.0
CLARKE_1866_M = 6_378_206.4, 6_356_583.8
SPHERE_M = 6_378_137.0


def main() -> int:
    """Write the file, or compare it."""
    text = fixture_text()
    if "--check" in sys.argv:
        if not OUT.is_file() or OUT.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{OUT.relative_to(ROOT)} is stale: run scripts/datum_fixture.py\n")
            return 1
        return 0
    OUT.write_text(text, encoding="utf-8")
    return 0


def fixture_text() -> str:
    """Return the fixture as it is committed: one place a line."""
    rows = ",\n".join(json.dumps(row) for row in _places())
    return f'{{"places": [\n{rows}\n]}}\n'


def mercator_m(lng: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return Web Mercator metres, shape (n, 2)."""
    return np.column_stack((np.radians(lng), np.arctanh(np.sin(np.radians(lat))))) * SPHERE_M


def baidu_m(lng: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return the metres that Baidu counts its tiles by, shape (n, 2).

    Baidu publishes tables of polynomials; up to 60 degrees they are Mercator's projection on Clarke's ellipsoid of
    1866 to within 0.3 m.
    """
    axis_m, pole_m = CLARKE_1866_M
    flat = np.sqrt(1.0 - (pole_m / axis_m) ** 2)
    sine = np.sin(np.radians(lat))
    return np.column_stack((np.radians(lng), np.arctanh(sine) - flat * np.arctanh(flat * sine))) * axis_m


def _places() -> list[dict[str, Any]]:
    from gridgeo.cells.datum import from_wgs84

    rng = np.random.default_rng(SEED)
    lng, lat = rng.uniform(WEST, EAST, 4 * COUNT).round(9), rng.uniform(SOUTH, NORTH, 4 * COUNT).round(9)
    gcj02, bd09 = (np.column_stack(from_wgs84(lng, lat, datum)) for datum in ("gcj02", "bd09"))
    # Only places inside of the mainland are shifted there; the page shifts wherever the bank's map does.
    inside = np.flatnonzero(gcj02[:, 0] != lng)[:COUNT]
    # Rounded to what any processor agrees on: a thousandth of a millimetre.
    columns = {
        "wgs84": np.column_stack((lng, lat)).round(11),
        "gcj02": gcj02.round(11),
        "bd09": bd09.round(11),
        "mercator": mercator_m(lng, lat).round(6),
        "baidu": baidu_m(bd09[:, 0], bd09[:, 1]).round(6),
    }
    return [{name: column[at].tolist() for name, column in columns.items()} for at in inside.tolist()]


if __name__ == "__main__":
    raise SystemExit(main())
