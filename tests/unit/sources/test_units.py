"""Units of any kind among the cells of a ground: shares and what is outside add up to one; nothing is lost or made."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import cells_from_points, cells_from_polygon, children, parents
from gridgeo.domain import CellArray
from gridgeo.domain.tables import BUILDINGS, STREETS
from gridgeo.errors import InvalidInputError
from gridgeo.scoring import spread_units
from gridgeo.sources import Settlement
from gridgeo.sources.units import (
    UnitShares,
    shares_of_areas,
    shares_of_cells,
    shares_of_points,
    weights_from_text,
)

BOX = (9.50, 47.10, 9.56, 47.14)
WEST, SOUTH, EAST, NORTH = BOX


def ground(houses: list[tuple[float, float, float | None]] | None = None) -> Settlement:
    """Two zones side by side, with houses (lng, lat, area_m2) or none."""
    middle = (WEST + EAST) / 2
    shapes = [shapely.box(WEST, SOUTH, middle, NORTH), shapely.box(middle, SOUTH, EAST, NORTH)]
    zones = pl.DataFrame({"id": ["w", "e"], "name": ["West", "East"], "kind": "zone"}).with_columns(
        pl.Series("geometry", [shapely.to_wkb(shape) for shape in shapes], dtype=pl.Binary)
    )
    rows = [
        {"id": str(at), "kind": "yes", "lng": lng, "lat": lat, "area_m2": area, "residential": True, "geometry": None}
        for at, (lng, lat, area) in enumerate(houses or [])
    ]
    return Settlement(zones, pl.DataFrame(schema=STREETS), pl.DataFrame(rows, schema=BUILDINGS))


GROUND = ground()
CELLS = cells_from_polygon(shapely.box(*BOX), 9)


def kept(shares: UnitShares, n_units: int) -> np.ndarray:
    return np.bincount(shares.unit, weights=shares.share, minlength=n_units) + shares.outside


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(WEST - 0.02, EAST + 0.02),
            st.floats(SOUTH - 0.02, NORTH + 0.02),
            st.floats(0.0002, 0.02),
            st.floats(0.0002, 0.02),
            st.floats(0, 1e6),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_areas_of_any_size_and_place_keep_their_sum(boxes: list[tuple[float, float, float, float, float]]) -> None:
    shapes = np.array([shapely.box(x, y, x + w, y + h) for x, y, w, h, _ in boxes], dtype=object)
    figures = np.array([box[4] for box in boxes])
    shares = shares_of_areas(shapes, GROUND, CELLS, ("area",))
    assert kept(shares, len(boxes)) == pytest.approx(1.0, abs=1e-12)
    on_cells = spread_units(figures, (shares.unit, shares.cell, shares.share), len(CELLS))
    assert on_cells.sum() + (figures * shares.outside).sum() == pytest.approx(figures.sum(), rel=1e-9)


def test_an_area_smaller_than_a_cell_loses_nothing_and_one_half_outside_loses_half() -> None:
    tiny = shapely.box(9.52, 47.12, 9.5202, 47.1202)
    half = shapely.box(EAST - 0.004, 47.11, EAST + 0.004, 47.112)
    away = shapely.box(10.0, 48.0, 10.1, 48.1)
    shares = shares_of_areas(np.array([tiny, half, away], dtype=object), GROUND, CELLS, ("area",))
    assert shares.outside == pytest.approx([0.0, 0.5, 1.0], abs=1e-9)


def test_areas_along_the_border_stay_whole_even_where_a_cell_has_its_centre_abroad() -> None:
    strip = shapely.box(WEST, SOUTH, EAST, SOUTH + 0.0004)
    shares = shares_of_areas(np.array([strip], dtype=object), GROUND, CELLS, ("area",))
    assert shares.outside.tolist() == [0.0]
    assert shares.share.sum() == pytest.approx(1.0, abs=1e-12)


def test_buildings_draw_the_people_of_an_area_and_one_without_any_goes_by_area() -> None:
    house = (9.512, 47.122, 90.0)
    built = ground([house, (9.512, 47.122, None)])
    areas = np.array([shapely.box(9.505, 47.115, 9.525, 47.13), shapely.box(9.535, 47.115, 9.555, 47.13)], dtype=object)
    shares = shares_of_areas(areas, built, CELLS, ("buildings",))
    first = shares.unit == 0
    assert CELLS[shares.cell[first]].tolist() == cells_from_points([house[0]], [house[1]], 9).tolist()
    assert (shares.unit == 1).sum() > 5
    by_area = shares_of_areas(areas, built, CELLS, ("area",))
    assert (by_area.unit == 0).sum() > 5


def test_a_point_adds_to_the_cell_that_holds_it_and_one_abroad_is_outside() -> None:
    lng, lat = np.array([9.52, 9.52, 9.9]), np.array([47.12, 47.12, 47.12])
    shares = shares_of_points(lng, lat, GROUND, CELLS)
    on_cells = spread_units([3.0, 4.0, 5.0], (shares.unit, shares.cell, shares.share), len(CELLS))
    assert on_cells[cells_from_points([9.52], [47.12], 9)[0] == CELLS].tolist() == [7.0]
    assert on_cells.sum() == 7.0
    assert shares.outside.tolist() == [0.0, 0.0, 1.0]


def inner(cells: CellArray) -> CellArray:
    return cells_from_polygon(shapely.box(9.52, 47.11, 9.54, 47.13), 9) if len(cells) else cells


def test_finer_cells_are_summed_to_their_parents_exactly() -> None:
    some = inner(CELLS)
    fine, owner = children(some, 11)
    shares = shares_of_cells(fine, GROUND, CELLS, ("area",))
    on_cells = spread_units(np.ones(len(fine)), (shares.unit, shares.cell, shares.share), len(CELLS))
    assert on_cells[np.isin(CELLS, some)].tolist() == np.bincount(owner).tolist()
    assert on_cells.sum() == len(fine)


def test_coarser_cells_are_divided_by_area_or_by_what_is_built_and_come_back_whole() -> None:
    coarse = np.unique(parents(inner(CELLS), 8))
    whole = coarse[[np.isin(children(coarse[[at]], 9)[0], CELLS).all() for at in range(len(coarse))]]
    figures = np.arange(1.0, len(whole) + 1.0)
    for weights, on in ((("area",), GROUND), (("buildings",), ground([(9.53, 47.12, 80.0)]))):
        shares = shares_of_cells(whole, on, CELLS, weights)
        on_cells = spread_units(figures, (shares.unit, shares.cell, shares.share), len(CELLS))
        back = np.bincount(np.searchsorted(whole, parents(CELLS, 8)[on_cells > 0]), weights=on_cells[on_cells > 0])
        assert back == pytest.approx(figures, rel=1e-12)
    house = cells_from_points([9.53], [47.12], 9)[0]
    mine = parents(np.array([house]), 8)[0]
    assert on_cells[house == CELLS].tolist() == [pytest.approx(figures[whole == mine][0])]


def test_words_for_weights_are_checked() -> None:
    assert weights_from_text("buildings, streets") == ("buildings", "streets")
    with pytest.raises(InvalidInputError, match="area, buildings, streets"):
        weights_from_text("roofs")
