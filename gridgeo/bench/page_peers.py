"""The same cells in a folium page and in a MapLibre page, in the same run as ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import orjson
import shapely

from gridgeo.bench.page_visit import FLAGS, PAN_S, SIZE, STOPWATCH, Figures
from gridgeo.bench.report import Case
from gridgeo.cells import cell_polygons
from gridgeo.domain import local_actor
from gridgeo.pipeline.export import export_publication, wide_cells
from gridgeo.storage import open_engine, reading

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

MAPLIBRE = Path(__file__).resolve().parents[2] / "api/web/node_modules/maplibre-gl"
SOFTWARE_GL = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
"""Without a graphics card WebGL runs in software, where a browser allows it at all."""
HOST = "http://peer.localhost/"
WAIT_MS = 60_000
MAPLIBRE_PAGE = """<!doctype html><html><head><link rel="stylesheet" href="maplibre-gl.css">
<style>html, body, #map { height: 100%; margin: 0 }</style></head><body><div id="map"></div><script type="module">
import * as gl from "./maplibre-gl.mjs";
const cells = await (await fetch("cells.json")).json();
const paint = { "fill-color": ["step", ["get", "value"], "#edf8b1", 0.1, "#7fcdbb", 0.2, "#41b6c4", 0.3, "#225ea8"] };
const style = { version: 8, sources: { cells: { type: "geojson", data: cells } },
  layers: [{ id: "cells", type: "fill", source: "cells", paint }] };
try {
  const map = new gl.Map({ container: "map", style, bounds: cells.bounds, fadeDuration: 0, attributionControl: false });
  map.once("idle", () => { window.peer = map; document.body.dataset.ready = "true"; });
  map.on("error", ({ error }) => { document.body.dataset.ready = "no: " + error.message; });
} catch (error) { document.body.dataset.ready = "no: " + error.message; }
</script></body></html>"""


def peer_cases(
    start: Callable[[list[str]], Browser], folder: Path, store_url: str, figures: Figures, quick: bool
) -> tuple[list[Case], dict[str, str]]:
    """Return one case a peer and figure, and what is to be said of peers that did not start."""
    repeats = 1 if quick else 3
    files = _files(folder, store_url)
    cases, notes = _both(figures, "folium", _version("folium"), _try(lambda: _folium(start(FLAGS), files, repeats)))
    told = _try(lambda: _maplibre(start(SOFTWARE_GL), files, repeats))
    more, said = _both(figures, "maplibre", _maplibre_version(), told)
    return [*cases, *more], notes | said


def _version(name: str) -> str:
    from importlib.metadata import version

    return version(name)


def _maplibre_version() -> str:
    held = MAPLIBRE / "package.json"
    return str(orjson.loads(held.read_bytes())["version"]) if held.is_file() else ""


def _both(figures: Figures, peer: str, version: str, told: dict[str, float] | str) -> tuple[list[Case], dict[str, str]]:
    found = {} if isinstance(told, str) else told
    ours = figures.medians
    cases = [
        Case(f"ready-{peer}", "s", ours["ready"], "lower", None, peer, version, found.get("ready")),
        Case(f"pan-20k-{peer}", "frames/s", ours["pan-20k"], "higher", None, peer, version, found.get("pan-20k")),
    ]
    return cases, {peer: told if isinstance(told, str) else "ran"}


def _try(run: Callable[[], dict[str, float]]) -> dict[str, float] | str:
    """Run a peer; one that does not start is told in words and is no failure of the bench."""
    from playwright.sync_api import Error

    try:
        return run()
    except (Error, FileNotFoundError, NotStartedError) as error:
        return f"did not start: {str(error).splitlines()[0]}"


class NotStartedError(RuntimeError):
    """A peer's page said that it cannot show its map."""


def _files(folder: Path, store_url: str) -> Path:
    """Write the folium page and the cells as GeoJSON."""
    engine = open_engine(store_url)
    with reading(engine) as connection:
        export_publication(connection, local_actor(), "html", folder / "folium.html", measure="penetration")
        cells = wide_cells(connection, local_actor())
    engine.dispose()
    hexagons = cell_polygons(np.array([int(name, 16) for name in cells["cell"]], np.uint64))
    shapes = [orjson.loads(text) for text in shapely.to_geojson(hexagons)]
    rows = zip(shapes, cells["penetration"].to_list(), strict=True)
    features = [{"type": "Feature", "geometry": shape, "properties": {"value": value}} for shape, value in rows]
    body = {"type": "FeatureCollection", "features": features, "bounds": shapely.total_bounds(hexagons).tolist()}
    (folder / "cells.json").write_bytes(orjson.dumps(body))
    (folder / "maplibre.html").write_text(MAPLIBRE_PAGE, encoding="utf-8")
    return folder


def _page(browser: Browser, folder: Path) -> Page:
    page = browser.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]
    page.add_init_script(STOPWATCH)

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(HOST).partition("?")[0]
        place = MAPLIBRE / "dist" / name if name.startswith("maplibre-gl") else folder / name
        route.fulfill(path=place) if place.is_file() else route.abort()

    page.route("**/*", answer)
    return page


def _folium(browser: Browser, folder: Path, repeats: int) -> dict[str, float]:
    """Ready when every shape is on Leaflet's canvas; panned by the map's own call, a frame at a time."""
    ready, page = [], _page(browser, folder)
    for _ in range(repeats):
        page.goto(f"{HOST}folium.html", wait_until="load", timeout=WAIT_MS)
        page.wait_for_selector(".leaflet-overlay-pane canvas", state="attached", timeout=WAIT_MS)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        ready.append(page.evaluate("performance.now()") / 1000)
    move = "((map) => (by) => map.panBy([by, by], { animate: false }))"
    maps = "Object.entries(window).find(([name]) => /^map_[0-9a-f]+$/.test(name))[1]"
    return {"ready": round(median(ready), 3), "pan-20k": _pans(page, f"{move}({maps})", repeats)}


def _maplibre(browser: Browser, folder: Path, repeats: int) -> dict[str, float]:
    if not (MAPLIBRE / "dist").is_dir():
        raise FileNotFoundError("maplibre-gl is not installed: scripts/npm ci")
    ready, page = [], _page(browser, folder)
    for _ in range(repeats):
        page.goto(f"{HOST}maplibre.html", timeout=WAIT_MS)
        page.wait_for_selector("body[data-ready]", timeout=WAIT_MS)
        said = page.get_attribute("body", "data-ready") or ""
        if said != "true":
            raise NotStartedError(said.removeprefix("no: "))
        ready.append(page.evaluate("performance.now()") / 1000)
    move = "(by) => { peer.panBy([by, by], { animate: false }); peer.redraw(); }"
    return {"ready": round(median(ready), 3), "pan-20k": _pans(page, move, repeats)}


def _pans(page: Page, move: str, repeats: int) -> float:
    rates: list[float] = [page.evaluate(f"panned({PAN_S}, {move})") for _ in range(repeats)]
    return round(median(rates), 1)
