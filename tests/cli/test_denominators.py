"""`gridgeo denominators`: sources listed and chosen, conflicts shown, by the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run

SQUARE = "[[[{0}, 47], [{1}, 47], [{1}, 47.1], [{0}, 47.1], [{0}, 47]]]"
SOURCES = {"census": ("2020-11-01", 600, 400), "register": ("2024-01-01", 650, 400)}


def feature(name: str, west: float) -> dict[str, object]:
    shape = {"type": "Polygon", "coordinates": json.loads(SQUARE.format(west, west + 0.1))}
    return {"type": "Feature", "properties": {"id": name, "name": name, "kind": "municipality"}, "geometry": shape}


@pytest.fixture(scope="module")
def store(gridgeo: Run, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two municipalities and two sources of their people."""
    folder: Path = tmp_path_factory.mktemp("denominators")
    url = f"sqlite:///{folder / 'two.db'}"
    zones = {"type": "FeatureCollection", "features": [feature("West", 9.5), feature("East", 9.6)]}
    (folder / "zones.geojson").write_text(json.dumps(zones))
    done = [gridgeo("import", "boundaries", str(folder / "zones.geojson"), "--datum", "wgs84", "--store", url)]
    for source, (day, west, east) in SOURCES.items():
        path = folder / f"{source}.csv"
        path.write_text(f"zone_name,people\nWest,{west}\nEast,{east}\n")
        given = ["--source", source, "--dated-on", day, "--store", url]
        done.append(gridgeo("import", "denominators", str(path), *given))
    assert [each.returncode for each in done] == [0, 0, 0], done[-1].stderr
    assert "1,050.0" in done[-1].stdout
    return url


def test_conflicts_are_listed_and_a_choice_changes_what_scores_use(gridgeo: Run, store: str) -> None:
    shown = gridgeo("denominators", "conflicts", "--by", "municipality", "--name", "people", "--store", store, "--json")
    body = json.loads(shown.stdout)
    assert body["count"] == 1
    row = body["conflicts"][0]
    assert (row["place"], row["source"], row["total"], row["other"], row["other_total"]) == (
        "West",
        "register",
        650,
        "census",
        600,
    )
    assert (row["difference"], row["dated_on"], row["other_dated_on"]) == (-50, "2024-01-01", "2020-11-01")
    chosen = gridgeo("denominators", "choose", "people", "--source", "census", "--store", store, "--json")
    assert json.loads(chosen.stdout)["chosen"] == {"people": "census"}
    used = json.loads(gridgeo("denominators", "list", "--store", store, "--json").stdout)["used"]
    assert (used["people"]["source"], used["people"]["why"]) == ("census", "chosen")


def test_a_source_that_is_none_is_not_found(gridgeo: Run, store: str) -> None:
    done = gridgeo("denominators", "choose", "people", "--source", "rumour", "--store", store)
    assert done.returncode == 5
    assert "census, register" in done.stderr
