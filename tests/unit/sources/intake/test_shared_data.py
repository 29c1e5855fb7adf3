"""Real files of three places come in with every row accounted for, and their traps are seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gridgeo.sources.files import open_table
from gridgeo.sources.intake import ImportOptions, Known, Understanding, understand, understand_cells


def read(path: Path, kind: str, **options: Any) -> tuple[Understanding, pl.DataFrame]:
    """Return a file as it is understood and its accepted rows."""
    understood = understand(open_table(path), ImportOptions(kind, **options), Known())
    accepted = pl.concat(batch.accepted for batch in understood.batches())
    account = understood.account
    assert account.rows_in == account.accepted + sum(account.rejected.values())
    return understood, accepted


def test_london_zones_come_as_boundaries_by_what_the_file_says_of_its_coordinates(shared_data: Path) -> None:
    understood, zones = read(shared_data / "london/lsoa.parquet", "boundaries")
    assert (understood.account.accepted, zones["id"].n_unique()) == (4835, 4835)
    assert understood.notes()["positions_in"] == "EPSG:4326"
    assert "Persons_All-Ages" in understood.notes()["unmapped"]


def test_london_people_come_as_denominators(shared_data: Path) -> None:
    _, people = read(shared_data / "london/lsoa.parquet", "denominators")
    assert (people.height, people["people"].sum()) == (4835, 9_002_488.0)
    _, children = read(shared_data / "london/lsoa.parquet", "denominators", mapping={"people": "Persons_0-15"})
    assert 0 < children["people"].sum() < people["people"].sum()


@pytest.mark.parametrize(
    ("name", "rows", "accepted", "industry"),
    [
        ("food-and-drink", 362, 362, "food"),
        ("fuel", 21, 21, "fuel"),
        ("healthcare", 72, 72, "health"),
        ("offices", 216, 216, "office"),
        ("shops", 707, 682, "retail"),
        ("tourism", 524, 263, "lodging"),
    ],
)
def test_manx_businesses_come_as_merchants_of_the_industry_of_their_tags(
    shared_data: Path, name: str, rows: int, accepted: int, industry: str
) -> None:
    understood, merchants = read(shared_data / f"isle_of_man/{name}.csv", "merchants", datum="wgs84")
    assert (understood.account.rows_in, merchants.height) == (rows, accepted)
    assert merchants["industry"].mode()[0] == industry
    assert understood.account.rejected == ({"its tags name no business": rows - accepted} if rows > accepted else {})


def test_manx_areas_come_without_their_places_and_labels(shared_data: Path) -> None:
    understood, _ = read(shared_data / "isle_of_man/admin_boundaries.geojson", "boundaries", datum="wgs84")
    assert understood.account.accepted == 31
    assert sum(understood.account.rejected.values()) == 58


def test_manx_addresses_come_by_their_openstreetmap_headers(shared_data: Path) -> None:
    understood, addresses = read(shared_data / "isle_of_man/addresses.csv", "addresses", datum="wgs84")
    assert understood.account.rejected == {"an address needs a street or a name": 163}
    assert addresses.height == 4068
    assert understood.account.doubts == {"a house number without a digit": 1}


@pytest.mark.parametrize("kind", ["customers", "households"])
def test_the_land_register_comes_without_positions_and_its_misplaced_values_are_reported(
    shared_data: Path, kind: str
) -> None:
    columns = "SubUnit_Name+House_Number+House_Name+Street_Name+Locality+Town+Postcode"
    constants = {"id": "L{row}"} | ({"branch_id": "B1", "tier": "basic"} if kind == "customers" else {})
    understood, rows = read(
        shared_data / "isle_of_man/land_addresses.csv", kind, mapping={"address": columns}, constants=constants
    )
    assert rows.height == 27_975
    assert rows["lng"].null_count() == rows.height
    assert rows["address"][0] == "Farrants Fort, St Judes, Andreas, IM7 2EN"
    assert understood.account.doubts["a postcode in another column"] == 1
    assert understood.account.doubts["a postcode without a digit"] >= 2
    assert understood.account.doubts["a house number without a digit"] > 0


def test_porto_alegre_hexagons_come_as_one_row_a_cell_and_figure(shared_data: Path) -> None:
    raw = open_table(shared_data / "porto_alegre/poa_hexgrid.csv")
    cells = understand_cells(raw, ImportOptions("cells", datum="wgs84", cell_column="id"), Known())
    rows = pl.concat(batch.accepted for batch in cells.batches())
    assert (cells.resolution, cells.account.accepted, rows.height) == (9, 1227, 4 * 1227)
    assert rows["cell"].n_unique() == 1227
    assert sorted(rows["name"].unique()) == ["healthcare", "jobs", "population", "schools"]
