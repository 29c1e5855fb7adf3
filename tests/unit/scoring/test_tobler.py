"""Area weights are those of tobler, an independent implementation, where its known traps do not apply.

Its traps (uncovered mass squeezed inward, duplicates counted twice, a crash on missing figures) are kept out: the areas
share the ground out without a gap or overlap, lie under the cells as a whole, and every one has a figure. Another one:
it keeps areas of intersections in single precision, so by itself it is right to about 1e-7 only; given those that
geopandas cuts, it must agree to 1e-9.
"""

from __future__ import annotations

import warnings

import geopandas as gpd
import numpy as np
import polars as pl
import pytest
import shapely
from scipy.sparse import csr_matrix

from gridgeo.cells import cell_polygons
from gridgeo.cells.overlay import _middle
from gridgeo.domain.tables import BUILDINGS, STREETS
from gridgeo.scoring import spread_units
from gridgeo.sources import Settlement
from gridgeo.sources.settlement import cells_around
from gridgeo.sources.units import shares_of_areas


def areas(seed: int, count: int) -> np.ndarray:
    """Cells of a Voronoi diagram of random points, cut to a box: most are smaller than a cell of resolution 9."""
    rng = np.random.default_rng(seed)
    box = shapely.box(9.50, 47.10, 9.56, 47.13)
    spots = shapely.MultiPoint(np.column_stack([rng.uniform(9.50, 9.56, count), rng.uniform(47.10, 47.13, count)]))
    parts = shapely.get_parts(shapely.voronoi_polygons(spots, extend_to=box))
    return np.asarray(shapely.intersection(parts, box), dtype=object)


@pytest.mark.parametrize(("seed", "count"), [(1, 40), (2, 300), (3, 900)])
def test_areas_come_to_the_cells_as_tobler_brings_them(seed: int, count: int) -> None:
    shapes = areas(seed, count)
    zones = pl.DataFrame({"geometry": pl.Series(shapely.to_wkb(shapes).tolist(), dtype=pl.Binary)})
    ground = Settlement(zones, pl.DataFrame(schema=STREETS), pl.DataFrame(schema=BUILDINGS))
    cells = cells_around(shapes, 9)
    figures = np.random.default_rng(seed).gamma(0.5, 500.0, len(shapes))
    shares = shares_of_areas(shapes, ground, cells, ("area",))
    ours = spread_units(figures, (shares.unit, shares.cell, shares.share), len(cells))
    alone, exact = theirs(shapes, figures, cells)
    assert ours == pytest.approx(alone, rel=1e-6, abs=1e-6)
    assert ours == pytest.approx(exact, rel=1e-9, abs=1e-9)
    assert ours.sum() == pytest.approx(figures.sum(), rel=1e-12)


def theirs(shapes: np.ndarray, figures: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What tobler makes of it in the plane in which ours are measured: by itself, and from areas kept exactly."""
    lng, lat = _middle(cells)
    plane = f"+proj=laea +lat_0={lat!r} +lon_0={lng!r} +ellps=WGS84 +units=m"
    source = gpd.GeoDataFrame({"figure": figures}, geometry=list(shapes), crs="EPSG:4326").to_crs(plane)
    target = gpd.GeoDataFrame(geometry=list(cell_polygons(cells)), crs="EPSG:4326").to_crs(plane)
    with warnings.catch_warnings():
        # Its own imports and its use of pandas warn; what it computes is checked here.
        warnings.simplefilter("ignore")
        from tobler.area_weighted import area_interpolate

        table = intersections(source, target)
        found = [
            area_interpolate(source, target, extensive_variables=["figure"], allocate_total=True, table=given)
            for given in (None, table)
        ]
    return found[0]["figure"].to_numpy(), found[1]["figure"].to_numpy()


def intersections(source: gpd.GeoDataFrame, target: gpd.GeoDataFrame) -> csr_matrix:
    """Areas of the intersections as geopandas cuts them, sources by targets."""
    pieces = gpd.overlay(source.assign(row=range(len(source))), target.assign(column=range(len(target))))
    at = (pieces["row"].to_numpy(), pieces["column"].to_numpy())
    return csr_matrix((pieces.area.to_numpy(), at), shape=(len(source), len(target)))
