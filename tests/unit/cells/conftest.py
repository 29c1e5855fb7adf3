"""Shapes that several tests lay over cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely


def _star(n_vertices: int, radius_deg: float = 0.05, seed: int = 0) -> shapely.Polygon:
    """Return a star-shaped simple polygon around (9.5, 47.1) with a random radius at each of its vertices."""
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0.0, 2.0 * np.pi, n_vertices))
    radius = radius_deg * rng.uniform(0.5, 1.0, n_vertices)
    return shapely.Polygon(np.column_stack([9.5 + radius * np.cos(angle), 47.1 + radius * np.sin(angle)]))


@pytest.fixture(scope="session")
def star() -> Callable[..., shapely.Polygon]:
    return _star
