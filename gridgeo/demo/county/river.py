"""The river: one line from west to east that passes the seat and cuts the villages it flows through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridgeo.domain import FloatArray

BEYOND_M = 3_000.0
STEP_M = 200.0
BANK_M = 40.0
"""No house stands nearer to the middle of the river."""


@dataclass(frozen=True)
class River:
    """The height of the river's middle over the line y = south, at every x: three waves. corners: along the county."""

    south_m: float
    height_m: FloatArray
    length_m: FloatArray
    phase: FloatArray
    corners: FloatArray

    def offset_m(self, spots: FloatArray) -> FloatArray:
        """Return how far north of the river's middle points lie, by their y; negative to the south."""
        return np.asarray(
            spots[..., 1] - _middle(spots[..., 0], self.south_m, (self.height_m, self.length_m, self.phase))
        )


def river_past(seeds: FloatArray, seat_m: float, rng: np.random.Generator) -> River:
    """Draw a river that passes south of the seat (radius seat_m around the origin) and crosses the whole county."""
    extent = float(np.abs(seeds).max())
    length = np.round(np.array([1.1, 0.55, 0.27]) * 2.0 * extent, 2)
    height = np.round(np.array([0.16, 0.06, 0.02]) * extent, 2)
    phase = np.round(rng.uniform(-0.4, 0.4, 3), 6)
    south = -(seat_m + 500.0) - float(np.sum(height * np.cos(phase)))
    along = np.arange(seeds[:, 0].min() - BEYOND_M, seeds[:, 0].max() + BEYOND_M, STEP_M)
    corners = np.column_stack([along, _middle(along, south, (height, length, phase))])
    return River(south, height, length, phase, np.round(corners, 2))


def _middle(x: FloatArray, south_m: float, waves: tuple[FloatArray, FloatArray, FloatArray]) -> FloatArray:
    height, length, phase = waves
    turns = np.asarray(x)[..., None] * (2.0 * np.pi / length) + phase
    return np.asarray(south_m + (height * np.cos(turns)).sum(axis=-1))
