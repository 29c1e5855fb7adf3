#!/usr/bin/env python3
"""Write what gridgeo makes of painted strokes, for the page's tests; --check fails when the file is stale."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import h3
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
OUT = ROOT / "api/web/tests/edit-fixture.json"
CENTRE = h3.latlng_to_cell(47.14, 9.52, 9)
RINGS, OWNERS, MEASURES, STROKES, SEED = 9, 6, 3, 120, 20260301
LOCKED_SHARE, HOLE_SHARE = 0.15, 0.08


def main() -> int:
    """Write the file, or compare it."""
    text = fixture_text()
    if "--check" in sys.argv:
        if not OUT.is_file() or OUT.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{OUT.relative_to(ROOT)} is stale: run scripts/edit_fixture.py\n")
            return 1
        return 0
    OUT.write_text(text, encoding="utf-8")
    return 0


def fixture_text() -> str:
    """Return the fixture as it is committed: one stroke a line."""
    ground, strokes = _fixture()
    head = json.dumps(ground)[:-1]
    lines = ",\n".join(json.dumps(stroke) for stroke in strokes)
    return f'{head}, "strokes": [\n{lines}\n]}}\n'


def _fixture() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the ground with its first owners, and every stroke with what is true after it."""
    from gridgeo.cells import neighbour_graph

    rng = np.random.default_rng(SEED)
    names = np.array(sorted(h3.grid_disk(CENTRE, RINGS)))
    # Holes, so that owners fall into pieces and some cells have few neighbours.
    names = names[rng.random(len(names)) > HOLE_SHARE]
    cells = np.array([int(name, 16) for name in names], np.uint64)
    weights = rng.gamma(0.7, 30.0, (len(cells), MEASURES)) * (rng.random((len(cells), MEASURES)) > 0.3)
    owner = rng.integers(-1, OWNERS, len(cells))
    ground = {"owners": OWNERS, "cells": names.tolist(), "weights": weights.T.tolist(), "owner": owner.tolist()}
    graph = neighbour_graph(cells)
    strokes = []
    for _ in range(STROKES):
        middle, rings = names[rng.integers(len(names))], int(rng.integers(0, 4))
        touched = np.flatnonzero(np.isin(names, h3.grid_disk(middle, rings)))
        locked = np.flatnonzero(rng.random(OWNERS) < LOCKED_SHARE)
        to = int(rng.integers(-1, OWNERS))
        owner = _painted(owner, touched, to, locked)
        strokes.append(
            {"cells": touched.tolist(), "to": to, "locked": locked.tolist()} | _figures(graph, owner, weights)
        )
    ground["after"] = owner.tolist()
    return ground, strokes


def _painted(owner: np.ndarray, touched: np.ndarray, to: int, locked: np.ndarray) -> np.ndarray:
    """Give cells to an owner; the locked ones neither give nor get."""
    free = touched[~np.isin(owner[touched], locked)]
    after = owner.copy()
    if to not in locked:
        after[free] = to
    return after


def _figures(graph: Any, owner: np.ndarray, weights: np.ndarray) -> dict[str, Any]:  # noqa: ANN401
    """Return totals (measure, owner), pieces and cells of every owner."""
    from gridgeo.territory.graph import pieces_of, sums_by

    mine = owner >= 0
    piece = pieces_of(graph.indptr, graph.indices, owner)
    first = owner[np.unique(piece, return_index=True)[1]]
    return {
        "totals": sums_by(owner[mine], weights[mine], OWNERS).T.tolist(),
        "pieces": np.bincount(first[first >= 0], minlength=OWNERS).tolist(),
        "count": np.bincount(owner[mine], minlength=OWNERS).tolist(),
    }


if __name__ == "__main__":
    raise SystemExit(main())
