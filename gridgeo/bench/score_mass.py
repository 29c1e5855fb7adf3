"""Sums before and after: zones by name, areas of their own, points, and cells up and down the tree."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from gridgeo.cells import cells_from_polygon, children, parents
from gridgeo.domain import FloatArray
from gridgeo.domain.tables import BUILDINGS, STREETS
from gridgeo.scoring import spread_people, spread_units
from gridgeo.sources import Settlement, people_weights
from gridgeo.sources.osm_objects import wkb_of
from gridgeo.sources.units import UnitShares, shares_of_areas, shares_of_cells, shares_of_points

BOX = (9.40, 47.05, 9.60, 47.20)
ZONES, UNITS, HOUSES, POINTS = 40, 2_000, 20_000, 50_000


def mass() -> float:
    """Return the largest relative error of any sum, over every form that denominators come in."""
    rng = np.random.default_rng(1)
    ground, cells = _ground(rng), cells_from_polygon(shapely.box(*BOX), 9)
    missed = [_of_odd_weights(rng), _by_name(ground, cells, rng)]
    areas = _areas(rng, UNITS, margin=0.02)
    fine = rng.choice(children(cells, 10)[0], 5_000, replace=False)
    spots = rng.uniform(BOX[0] - 0.02, BOX[2] + 0.02, POINTS), rng.uniform(BOX[1] - 0.02, BOX[3] + 0.02, POINTS)
    made = [
        (len(areas), shares_of_areas(areas, ground, cells, ("area",))),
        (len(areas), shares_of_areas(areas, ground, cells, ("buildings",))),
        (POINTS, shares_of_points(*spots, ground, cells)),
        (len(fine), shares_of_cells(fine, ground, cells, ("area",))),
    ]
    for coarse in (np.unique(parents(cells, 8)), np.unique(parents(cells, 7))):
        made += [(len(coarse), shares_of_cells(coarse, ground, cells, (by,))) for by in ("area", "buildings")]
    missed += [_missed(rng.gamma(0.3, 3_000.0, count), shares, len(cells)) for count, shares in made]
    return float(max(missed))


def _missed(figures: FloatArray, shares: UnitShares, n_cells: int) -> float:
    on_cells = spread_units(figures, (shares.unit, shares.cell, shares.share), n_cells)
    return float(abs((on_cells.sum() + (figures * shares.outside).sum()) / figures.sum() - 1))


def _by_name(ground: Settlement, cells: np.ndarray, rng: np.random.Generator) -> float:
    people = rng.gamma(0.3, 3_000.0, ground.boundaries.height)
    spread = spread_people(people, people_weights(ground, cells), len(cells))
    return float(abs(spread.sum() / people.sum() - 1))


def _of_odd_weights(rng: np.random.Generator) -> float:
    """Return the largest error of 2,000 zones spread over 50,000 cells by odd weights, of all and of single ones."""
    zones, n_cells, pieces = 2_000, 50_000, 200_000
    people = rng.gamma(0.3, 3_000.0, zones)
    zone = np.concatenate([np.arange(zones), rng.integers(0, zones, pieces)])
    cell, weight = rng.integers(0, n_cells, len(zone)), rng.gamma(0.2, 1e4, len(zone))
    missed = [abs(spread_people(people, (zone, cell, weight), n_cells).sum() / people.sum() - 1)]
    for at in range(0, zones, 100):
        own = zone == at
        alone = spread_people(people[[at]], (np.zeros(own.sum(), np.int64), cell[own], weight[own]), n_cells)
        missed.append(abs(alone.sum() / people[at] - 1))
    return float(max(missed))


def _ground(rng: np.random.Generator) -> Settlement:
    """Return zones that share out a box, and houses in it, one in ten known as a point only."""
    shapes = _areas(rng, ZONES)
    names = [f"zone {at}" for at in range(len(shapes))]
    zones = pl.DataFrame({"id": names, "name": names, "kind": "zone"}).with_columns(wkb_of(shapes))
    area_m2 = np.where(rng.random(HOUSES) < 0.1, np.nan, rng.gamma(4.0, 40.0, HOUSES))
    houses = pl.DataFrame(
        {
            "id": [str(at) for at in range(HOUSES)],
            "kind": "yes",
            "lng": rng.uniform(BOX[0], BOX[2], HOUSES),
            "lat": rng.uniform(BOX[1], BOX[3], HOUSES),
            "area_m2": pl.Series(area_m2).fill_nan(None),
            "residential": True,
            "geometry": pl.Series([None] * HOUSES, dtype=pl.Binary),
        },
        schema=BUILDINGS,
    )
    return Settlement(zones, pl.DataFrame(schema=STREETS), houses)


def _areas(rng: np.random.Generator, count: int, margin: float = 0.0) -> np.ndarray:
    """Return areas that share out the box, or one wider by a margin in degrees."""
    west, south, east, north = BOX[0] - margin, BOX[1] - margin, BOX[2] + margin, BOX[3] + margin
    box = shapely.box(west, south, east, north)
    spots = np.column_stack([rng.uniform(west, east, count), rng.uniform(south, north, count)])
    parts = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(spots), extend_to=box))
    return np.asarray(shapely.intersection(parts, box), dtype=np.object_)
