"""What a consumer gets, by every way out, is what was suppressed when it was published, and nothing that leads back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.bench.audit import Claim, Knowledge, Shown, learn
from gridgeo.cells import cell_strings, cells_from_strings
from gridgeo.domain import Actor, local_actor
from gridgeo.domain.public import FAMILIES, PUBLIC_COUNTS, PUBLIC_FIGURES
from gridgeo.errors import NotAllowedError
from gridgeo.pipeline.explain import explain_cell
from gridgeo.pipeline.export import export_publication
from gridgeo.pipeline.public import write_public
from gridgeo.pipeline.run import run_one
from gridgeo.pipeline.steps import Inputs
from gridgeo.pipeline.summary import summary
from gridgeo.scoring.suppression import whole_counts
from gridgeo.storage import list_versions, live, open_engine, read_frame, reading, set_live
from gridgeo_api.main import create_app

from .conftest import Client, running, settings_for

CONSUMER = Actor("c", "consumer")
THRESHOLD = 10
PARTS = [name for ways in FAMILIES.values() for names in ways.values() for name in names]
"""Measures that are the parts of a public count; those a version has are shown."""


@dataclass(frozen=True)
class Truth:
    """True whole counts by measure and cell."""

    counts: dict[str, dict[str, int]]

    def small(self, measure: str) -> set[str]:
        return {cell for cell, count in self.counts[measure].items() if 0 < count < THRESHOLD}


@pytest.fixture(scope="module")
def store(demo_made: Callable[[str], str]) -> Iterator[sa.Engine]:
    engine = open_engine(demo_made("sqlite"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def truth(store: sa.Engine) -> Truth:
    with reading(store) as connection:
        score = int(live(connection, "publication").params["score"])
        rows = read_frame(connection, "cell_score", version_id=score, where={"measure": list(PUBLIC_COUNTS)})
    return Truth(
        {
            str(key[0]): dict(
                zip(cell_strings(part["cell"].to_numpy()), whole_counts(part["value"].to_numpy()).tolist(), strict=True)
            )
            for key, part in rows.partition_by("measure", as_dict=True).items()
        }
    )


@pytest.fixture(scope="module")
def service(demo_made: Callable[[str], str]) -> Iterator[Client]:
    with running(create_app(settings_for(demo_made("sqlite")))) as client:
        client.login()
        yield client


def columns(client: Client, actor: Actor) -> dict[str, Any]:
    client.act_as(actor)
    found: dict[str, Any] = client.get("/api/v1/cells").json()
    return found


@pytest.mark.parametrize("measure", PUBLIC_COUNTS)
def test_counts_are_whole_zeros_are_shown_and_small_ones_are_null_with_a_reason(
    service: Client, truth: Truth, measure: str
) -> None:
    body = columns(service, CONSUMER)
    column = body["measures"][measure]
    for cell, value, reason in zip(body["cells"], column["values"], column["reasons"], strict=True):
        true = truth.counts[measure][cell]
        assert (value, reason) in ((true, None), (None, "small_count"))
        assert value == 0 if true == 0 else True
    assert truth.small(measure) <= {c for c, v in zip(body["cells"], column["values"], strict=True) if v is None}
    assert truth.small(measure), "the demo has small counts, else nothing is tested"


def test_rates_are_hidden_where_a_count_is(service: Client) -> None:
    measures = columns(service, CONSUMER)["measures"]
    hidden = [
        k is None or n is None
        for k, n in zip(measures["customers"]["values"], measures["people"]["values"], strict=True)
    ]
    for measure in ("penetration", "gap"):
        reasons = [reason == "hidden_count" for reason in measures[measure]["reasons"]]
        assert reasons == hidden
        assert all(value is None for value, out in zip(measures[measure]["values"], hidden, strict=True) if out)
        assert all(low is None for low, out in zip(measures[measure]["low"], hidden, strict=True) if out)
    assert any(hidden)
    assert not all(hidden)


def test_measures_that_are_not_public_stay_inside(service: Client) -> None:
    measures = columns(service, CONSUMER)["measures"]
    inside = set(measures) - {*PUBLIC_COUNTS, *PUBLIC_FIGURES, *PARTS}
    assert set(measures) == set(columns(service, local_actor())["measures"])
    assert {"penetration_high_end", "lq_food", "hotspot", "balance_fen"} <= inside
    for name in inside:
        assert set(measures[name]["values"]) == {None}
        assert set(measures[name]["reasons"]) == {"internal"}


def test_head_office_and_consumer_never_share_an_answer(service: Client) -> None:
    inside, outside = columns(service, local_actor()), columns(service, CONSUMER)
    again = columns(service, local_actor())
    assert inside == again
    assert inside["measures"]["customers"]["values"] != outside["measures"]["customers"]["values"]
    assert inside["measures"]["customers"]["reasons"] is None


def test_the_auditor_finds_nothing_in_what_the_service_gives(service: Client, store: sa.Engine, truth: Truth) -> None:
    body = columns(service, CONSUMER)
    with reading(store) as connection:
        public = live(connection, "publication").id
        sums = read_frame(connection, "public_sum", version_id=public)
    for measure in PUBLIC_COUNTS:
        numbers = cells_from_strings(body["cells"]).tolist()
        shown = dict(zip(numbers, body["measures"][measure]["values"], strict=True))
        part = sums.filter(pl.col("measure") == measure)
        knowledge = Knowledge()
        learn(knowledge, Shown(shown, dict(zip(part["cell"].to_list(), part["value"].to_list(), strict=True))))
        counts = {(0, cell): float(truth.counts[measure][f"{cell:x}"]) for cell in numbers}
        cells = Claim(counts, THRESHOLD)
        ends = knowledge.intervals()
        assert [name for name in counts if name in ends and not cells.holds(name, *ends[name])] == []


def test_totals_of_branches_and_territories_are_sums_of_shown_cells(service: Client) -> None:
    body = columns(service, CONSUMER)
    branches = {row["id"]: row for row in service.get("/api/v1/branches").json()["branches"]}
    plan = service.get("/api/v1/territories").json()
    for measure in PUBLIC_COUNTS:
        values = [value or 0.0 for value in body["measures"][measure]["values"]]
        for at, branch in enumerate(body["branches"]):
            mine = [value for value, owner in zip(values, body["branch_index"], strict=True) if owner == at]
            assert (branches[branch][measure] or 0.0) == pytest.approx(sum(mine))
        shown = dict(zip(body["cells"], values, strict=True))
        for at, territory in enumerate(plan["territories"]):
            held = [c for c, owner in zip(plan["cells"], plan["territory_index"], strict=True) if owner == at]
            assert (territory["loads"][measure] or 0.0) == pytest.approx(sum(shown[cell] for cell in held))
    assert plan["certificates"] == {}
    assert all(not territory["targets"] and not territory["imbalance_percent"] for territory in plan["territories"])


def test_one_cell_says_why_a_figure_is_hidden(service: Client, truth: Truth) -> None:
    cell = sorted(truth.small("customers"))[0]
    service.act_as(CONSUMER)
    body = service.get(f"/api/v1/cells/{cell}").json()
    customers = body["measures"]["customers"]
    assert (customers["value"], customers["reason"]) == (None, "small_count")
    assert "small" in customers["reason_en"]
    assert "隐藏" in customers["reason_zh"]
    assert body["measures"]["penetration"]["reason"] == "hidden_count"
    assert body["explain"]["measures"]["penetration"]["numerator"] is None
    assert body["explain"]["measures"]["penetration"]["raw"] is None


def test_tiles_of_cells_and_of_their_parents_hold_shown_counts_only(service: Client, store: sa.Engine) -> None:
    body = columns(service, CONSUMER)
    shown = dict(zip(body["cells"], body["measures"]["customers"]["values"], strict=True))
    with reading(store) as connection:
        sums = read_frame(connection, "public_sum", version_id=live(connection, "publication").id)
    public = sums.filter(pl.col("measure") == "customers")
    shown |= dict(zip(cell_strings(public["cell"].to_numpy()), public["value"].to_list(), strict=True))
    west, south, east, north = service.get("/api/v1/session").json()["bounds"]
    for zoom in (0, 6, 10, 12, 15):
        x, y = tile_of((west + east) / 2, (south + north) / 2, zoom)
        raw = service.get(f"/tiles/cells/{zoom}/{x}/{y}.mvt", params={"measure": "customers"}).content
        features = mapbox_vector_tile.decode(raw).get("cells", {"features": []})["features"]
        assert features
        for feature in features:
            cell = feature["properties"]["cell"]
            assert feature["properties"].get("customers") == shown[cell]


def tile_of(lng: float, lat: float, zoom: int) -> tuple[int, int]:
    """Return column and row of the tile that holds a point."""
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2
    return int((lng + 180) / 360 * 2**zoom), int(y * 2**zoom)


def test_an_export_and_an_explanation_hold_shown_figures_only(store: sa.Engine, truth: Truth, tmp_path: Path) -> None:
    with reading(store) as connection:
        export_publication(connection, CONSUMER, "csv", tmp_path / "out")
        cell = sorted(truth.small("customers"))[0]
        body = explain_cell(connection, CONSUMER, cell)
        for kind, end in (("html", "html"), ("png", "png"), ("geopackage", "gpkg"), ("geoparquet", "parquet")):
            export_publication(connection, CONSUMER, kind, tmp_path / f"map.{end}", measure="workload")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "cells.csv").read_text("utf-8-sig"))))
    for row in rows:
        true = truth.counts["customers"][row["cell"]]
        assert (row["customers"], row["customers_hidden"]) in ((f"{float(true)}", ""), ("", "small_count"))
        assert row["workload"] == ""
    assert body["measures"]["customers"]["value"] is None
    assert body["measures"]["customers"]["reason"] == "small_count"
    assert not {"prior", "neighbours", "ring"} & set(body)


def test_what_is_made_of_true_sums_is_closed(store: sa.Engine) -> None:
    with reading(store) as connection, pytest.raises(NotAllowedError, match="published figures only"):
        summary(connection, CONSUMER)


def test_a_publication_made_before_there_were_public_figures_shows_none(client: Client) -> None:
    client.act_as(CONSUMER)
    try:
        measures = client.get("/api/v1/cells").json()["measures"]
        cell = client.get("/api/v1/cells").json()["cells"][0]
        detail = client.get(f"/api/v1/cells/{cell}").json()["measures"]
        territories = client.get("/api/v1/territories").json()["territories"]
    finally:
        client.act_as(local_actor())
    for name, column in measures.items():
        assert set(column["values"]) == {None}
        assert set(column["reasons"]) == {"not_prepared" if name in (*PUBLIC_COUNTS, *PUBLIC_FIGURES) else "internal"}
        assert detail[name]["value"] is None
    assert all(load is None for territory in territories for load in territory["loads"].values())


def test_publishing_the_same_again_shows_the_same(demo_url: str) -> None:
    engine = open_engine(demo_url)
    with engine.begin() as connection:
        first = live(connection, "publication").id
        second = run_one(connection, local_actor(), "publication", {}, datetime.now(UTC)).version_id
        for table in ("public_score", "public_sum"):
            one, other = (read_frame(connection, table, version_id=version) for version in (first, second))
            assert one.equals(other)
    engine.dispose()


def test_public_figures_depend_on_shown_counts_alone(demo_url: str) -> None:
    """Hidden counts are changed in the store; as long as the same ones are hidden, nothing public changes."""
    engine = open_engine(demo_url)
    with engine.begin() as connection:
        record = live(connection, "publication")
        inputs = Inputs(**{kind: int(record.params[kind]) for kind in Inputs(0, 0).__dataclass_fields__})
        before = read_frame(connection, "public_score", version_id=record.id)
        hidden = before.filter((pl.col("measure") == "customers") & (pl.col("reason") == "small_count"))
        scores = sa.table(
            "cell_score", sa.column("version_id"), sa.column("measure"), sa.column("cell"), sa.column("value")
        )
        moved = 0
        for cell in hidden["cell"].to_list()[:200]:
            row = (scores.c.version_id == inputs.score) & (scores.c.measure == "customers") & (scores.c.cell == cell)
            value = connection.scalar(sa.select(scores.c.value).where(row))
            if value is not None and 2 <= value < 8:
                connection.execute(sa.update(scores).where(row).values(value=value + 1))
                moved += 1
        assert moved > 5
        version = run_one(connection, local_actor(), "publication", {}, datetime.now(UTC)).version_id
        after = read_frame(connection, "public_score", version_id=version)
        same = pl.col("measure").is_in(["penetration", "gap", "potential", "customers"])
        joined = before.filter(same).join(after.filter(same), on=["branch_id", "measure", "cell"], suffix="_after")
        both = joined.filter(pl.col("value").is_not_null() | pl.col("value_after").is_not_null())
        assert both.height > 100
        assert both.filter(pl.col("value").ne_missing(pl.col("value_after"))).height == 0
    engine.dispose()


def test_parts_of_a_count_are_suppressed_with_it(demo_url: str) -> None:
    engine = open_engine(demo_url)
    with engine.begin() as connection:
        version = live(connection, "publication").id
        public = read_frame(connection, "public_score", version_id=version)
        again = run_one(connection, local_actor(), "publication", {}, datetime.now(UTC)).version_id
        assert read_frame(connection, "public_score", version_id=again).equals(public)
    tiers = FAMILIES["customers"]["tier"]
    wide = public.pivot("measure", index="cell", values="value").select("cell", "customers", *tiers)
    parts = [pl.col(name) for name in tiers]
    whole = wide.filter(pl.all_horizontal(part.is_not_null() for part in parts))
    assert whole.select((pl.sum_horizontal(parts) == pl.col("customers")).all()).item()
    assert (
        wide.filter(pl.col("customers").is_null())
        .select(pl.all_horizontal(part.is_null().all() for part in parts))
        .item()
    )
    alone = wide.filter(pl.col("customers").is_not_null()).select(sum(part.is_null().cast(pl.Int64) for part in parts))
    assert set(alone.to_series()) <= {0, 2, 3}, "one hidden part alone is the count less the others"
    assert wide.select(pl.any_horizontal(part.is_between(1, 9).any() for part in parts)).item() is False
    engine.dispose()


def test_the_threshold_is_never_under_three(demo_url: str) -> None:
    from gridgeo.errors import InvalidInputError

    engine = open_engine(demo_url)
    with engine.begin() as connection:
        record = live(connection, "publication")
        inputs = Inputs(**{kind: int(record.params[kind]) for kind in Inputs(0, 0).__dataclass_fields__})
        with pytest.raises(InvalidInputError, match="threshold"):
            write_public(connection, record.id, inputs, 2)
        with pytest.raises(InvalidInputError, match="threshold must be 3 to 1000"):
            run_one(connection, local_actor(), "publication", {"threshold": 2}, datetime.now(UTC))
        assert len(list_versions(connection, "publication")) == 1
        set_live(connection, local_actor(), "publication", record.id, datetime.now(UTC))
    engine.dispose()
