"""What is drawn is what the service says: colours, clicks, branches, keys."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import h3
import mapbox_vector_tile
import pytest
import shapely
from playwright.sync_api import Page

from .conftest import Visit
from .screen import EARTH_RADIUS_M, class_of, colour_at, picture, picture_when, pixel_of, pixels_of, settle, view_of

HALF_WORLD_M = math.pi * EARTH_RADIUS_M
MEASURES = ("penetration", "customers", "gap")


def show(page: Page, measure: str) -> None:
    """Choose a measure and wait until it is drawn."""
    page.select_option("select[name=measure]", measure)
    page.wait_for_selector(f'body[data-ready="true"][data-measure="{measure}"]')


def bare(page: Page) -> None:
    """Take everything off the cells."""
    for layer in ("buildings", "streets", "boundaries", "catchments", "branches"):
        page.uncheck(f"input[name={layer}]")
    page.mouse.move(2, 2)


def legend_colours(page: Page) -> list[str]:
    """Return the colour in the middle of each class's square in the legend, as seen on the screen."""
    # One by one: the legend may reach below the screen, and each square is scrolled to when its picture is taken.
    squares = [picture(square) for square in page.locator(".legend tr[data-class] canvas").all()]
    return [colour_at(square, (square.shape[1] / 2, square.shape[0] / 2)) for square in squares]


def firm_cells(answer: dict[str, Any], measure: str) -> list[tuple[str, int]]:
    """Return cells that are drawn in their class's plain colour, with the class."""
    column = answer["measures"][measure]
    evidence = column["evidence"] or ["firm"] * len(answer["cells"])
    rows = zip(answer["cells"], column["values"], evidence, strict=True)
    return [
        (cell, class_of(column["breaks"], value)) for cell, value, kind in rows if value is not None and kind == "firm"
    ]


@pytest.mark.parametrize("measure", MEASURES)
def test_pixel_of_every_firm_cell_has_the_legend_colour_of_its_class(visit: Visit, measure: str) -> None:
    page = visit.open()
    show(page, measure)
    bare(page)
    settle(page)
    colours = legend_colours(page)
    screen = picture(page)
    cells = firm_cells(visit.json(f"/api/v1/cells?measures={measure}"), measure)
    places = pixels_of(page, [cell for cell, _ in cells])
    assert [at for (_, at), place in zip(cells, places, strict=True) if colour_at(screen, place) != colours[at]] == []
    assert len(set(colours)) == len(colours)
    # a control: with one colour for all, the comparison above would say nothing
    assert len({at for _, at in cells}) >= 4


def test_weak_evidence_is_hatched_and_firm_is_not(visit: Visit) -> None:
    page = visit.open()
    bare(page)
    answer = visit.json("/api/v1/cells?measures=penetration")
    settle(page)
    screen = picture(page)
    colours = {}
    places = pixels_of(page, answer["cells"])
    for place, kind in zip(places, answer["measures"]["penetration"]["evidence"], strict=True):
        # As close around the centre as pixels go: some cells are 8 px across, and their edges are soft.
        left, top = map(round, place)
        patch = screen[top - 2 : top + 2, left - 2 : left + 2].reshape(-1, 3)
        colours.setdefault(kind, []).append(len({tuple(pixel) for pixel in patch.tolist()}))
    assert min(colours["weak"]) > 1
    assert max(colours["firm"]) == 1


@pytest.mark.parametrize("measure", MEASURES)
def test_legend_counts_the_cells_of_each_class(visit: Visit, measure: str) -> None:
    page = visit.open()
    show(page, measure)
    column = visit.json(f"/api/v1/cells?measures={measure}")["measures"][measure]
    counted = Counter(class_of(column["breaks"], value) for value in column["values"] if value is not None)
    shown = page.locator(".legend tr[data-class] td").all_inner_texts()
    assert [int(text.replace(",", "")) for text in shown] == [counted[at] for at in range(len(column["breaks"]) - 1)]


def test_click_on_a_cell_shows_exactly_the_values_of_the_json(visit: Visit) -> None:
    page = visit.open()
    answer = visit.json("/api/v1/cells?measures=customers")
    values = answer["measures"]["customers"]["values"]
    cell = answer["cells"][max(range(len(values)), key=lambda at: values[at])]
    page.mouse.click(*pixel_of(page, cell))
    page.wait_for_selector(f'body[data-selected-cell="{cell}"]')
    page.wait_for_selector(".figures")
    detail = visit.json(f"/api/v1/cells/{cell}")
    for name, measure in detail["measures"].items():
        row = page.locator(f'[data-figure="{name}"]')
        shown = row.locator("data").get_attribute("value") if row.locator("data").count() else None
        assert (None if shown is None else float(shown)) == measure["value"]
        band = row.locator("[data-low]")
        limits = [float(band.get_attribute(f"data-{end}") or "nan") for end in ("low", "high")] if band.count() else []
        assert limits == [limit for limit in (measure["low"], measure["high"]) if limit is not None]
        assert row.locator('[data-field="evidence"]').inner_text() == (measure["evidence"] or "–")
    facts = page.locator(".details .facts").inner_text()
    names = {branch["id"]: branch["name"] for branch in visit.json("/api/v1/branches")["branches"]}
    assert names[detail["branch_id"]] in facts
    assert detail["territory"]["rm_name"] in facts


def test_click_outside_of_the_ground_selects_nothing(visit: Visit) -> None:
    page = visit.open()
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 20, box["y"] + 20)
    settle(page)
    assert page.get_attribute("body", "data-selected-cell") == ""
    assert not page.locator(".details").is_visible()


def test_choosing_a_branch_zooms_to_it_and_dims_the_others(visit: Visit) -> None:
    page = visit.open()
    bare(page)
    before, view = view_of(page)[2], page.get_attribute("#map", "data-view")
    answer = visit.json("/api/v1/cells?measures=penetration")
    branch = visit.json("/api/v1/branches")["branches"][1]
    page.select_option("select[name=branch]", branch["id"])
    page.wait_for_selector(f'#map:not([data-view="{view}"])')
    assert view_of(page)[2] < before
    colours = legend_colours(page)
    screen = picture(page)
    mine = dict(zip(answer["cells"], (answer["branches"][at] for at in answer["branch_index"]), strict=True))
    seen = {True: set(), False: set()}
    box = page.locator("#map").bounding_box()
    assert box is not None
    cells = firm_cells(answer, "penetration")
    for (cell, at), (left, top) in zip(cells, pixels_of(page, [cell for cell, _ in cells]), strict=True):
        if box["x"] < left < box["x"] + box["width"] and box["y"] < top < box["y"] + box["height"]:
            seen[mine[cell] == branch["id"]].add(colour_at(screen, (left, top)) == colours[at])
    assert seen == {True: {True}, False: {False}}
    assert str(branch["cells"]) in page.locator(".legend").inner_text()


def test_keyboard_moves_from_cell_to_cell_opens_and_closes(visit: Visit) -> None:
    page = visit.open()
    page.focus("#map")
    page.keyboard.press("ArrowRight")
    first = page.get_attribute("body", "data-selected-cell") or ""
    assert h3.is_valid_cell(first)
    cells = [first]
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
        cells.append(page.get_attribute("body", "data-selected-cell") or "")
        assert h3.grid_distance(cells[-2], cells[-1]) == 1
    assert cells[-1] in (page.text_content("#live") or "")
    page.keyboard.press("Enter")
    page.wait_for_selector(".figures")
    assert page.evaluate("document.activeElement.id") == "details"
    page.keyboard.press("Escape")
    assert not page.locator(".details").is_visible()
    assert page.evaluate("document.activeElement.id") == "map"
    page.keyboard.press("Escape")
    assert page.get_attribute("body", "data-selected-cell") == ""


def test_selected_cell_never_lies_under_its_figures(visit: Visit) -> None:
    page = visit.open()
    page.focus("#map")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".figures")
    page.focus("#map")
    for _ in range(3):
        page.keyboard.press("+")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    settle(page)
    left, _ = pixel_of(page, page.get_attribute("body", "data-selected-cell") or "")
    panel = page.locator(".details").bounding_box()
    assert panel is not None
    assert left < panel["x"]


def test_buildings_stand_on_the_map_from_near_and_can_be_switched_off(visit: Visit) -> None:
    page = visit.open()
    answer = visit.json("/api/v1/cells?measures=people")
    people = answer["measures"]["people"]["values"]
    page.fill("#search", answer["cells"][max(range(len(people)), key=lambda at: people[at] or 0)])
    page.wait_for_selector('#search-list [data-kind="cell"]')
    page.press("#search", "Enter")
    bare(page)
    for _ in range(2):
        page.click('[data-act="in"]')
        settle(page)
    centre_x, centre_y, resolution = view_of(page)
    column, row = (int((side + HALF_WORLD_M) / (2 * HALF_WORLD_M) * 2**15) for side in (centre_x, -centre_y))
    described = visit.json("/tiles/buildings.json")["tiles"][0]
    body = page.context.request.get(described.replace("{z}/{x}/{y}", f"15/{column}/{row}")).body()
    decoded = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    shapes = [shapely.geometry.shape(each["geometry"]) for each in decoded["buildings"]["features"]]
    size = 2 * HALF_WORLD_M / 2**15
    middle = (centre_x + HALF_WORLD_M) / size - column, (HALF_WORLD_M - centre_y) / size - row
    places = [shapely.point_on_surface(shape) for shape in shapes if shape.area > 40**2]
    inside = min((shapely.get_coordinates(place)[0] / 4096 for place in places), key=lambda at: math.dist(at, middle))
    box = page.locator("#map").bounding_box()
    assert box is not None
    left = box["x"] + box["width"] / 2 + ((column + inside[0]) * size - HALF_WORLD_M - centre_x) / resolution
    top = box["y"] + box["height"] / 2 - (HALF_WORLD_M - (row + inside[1]) * size - centre_y) / resolution
    assert box["x"] < left < box["x"] + box["width"]
    without = colour_at(picture(page), (left, top))
    with page.expect_response(lambda answer: "/buildings/1" in answer.url):
        page.check("input[name=buildings]")
    picture_when(page, lambda screen: colour_at(screen, (left, top)) != without)
    page.uncheck("input[name=buildings]")
    settle(page)
    assert colour_at(picture(page), (left, top)) == without


def test_pointer_shows_where_it_is(visit: Visit) -> None:
    page = visit.open()
    cell = visit.json("/api/v1/cells?measures=people")["cells"][0]
    page.mouse.move(*pixel_of(page, cell))
    lat, lng = h3.cell_to_latlng(cell)
    said = page.locator(".pointer").inner_text()
    shown = [float(part.split()[-1]) for part in said.split("\n")[0].split(",")]
    assert shown == pytest.approx([lng, lat], abs=2e-3)
