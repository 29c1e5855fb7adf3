"""The demo on both stores, against what its synthetic bank hides from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from gridgeo.cells import metres_between, neighbour_graph
from gridgeo.demo.bank import Truth

from .conftest import Finished

PLACED = pl.col("outcome") == "placed"


def located(finished: Finished, truth: Truth) -> pl.DataFrame:
    """Customers with where they were put and where they live, and the distance between."""
    rows = finished.table("location", "location").filter(pl.col("party_kind") == "customer")
    both = rows.join(truth.customers.select(party_id="id", true_lng="lng", true_lat="lat", form="form"), on="party_id")
    points = (both[name].fill_null(0.0).to_numpy() for name in ("lng", "lat", "true_lng", "true_lat"))
    return both.with_columns(error_m=pl.Series(metres_between(*points)))


def scores(finished: Finished) -> pl.DataFrame:
    return finished.table("cell_score", "score")


def measure(finished: Finished, name: str) -> pl.DataFrame:
    return scores(finished).filter(pl.col("measure") == name).sort("cell")


def test_every_party_is_accounted_for(finished: Finished) -> None:
    for kind in ("customers", "merchants"):
        counts = finished.report[kind]
        assert counts["in"] == counts["placed"] + counts["unplaced"] + counts["rejected"]
        assert counts["in"] == sum(counts["by_tier"].values())
    customers = finished.report["customers"]
    assert customers["in"] == finished.table("customer", "bank").height
    assert customers["placed"] >= 0.7 * customers["in"]


def test_customers_in_cells_add_up_to_the_placed_ones(finished: Finished) -> None:
    total = measure(finished, "customers")["value"].sum()
    assert total == pytest.approx(finished.report["customers"]["placed"], abs=1e-6)
    assert measure(finished, "customers_hard")["value"].sum() == finished.report["customers"]["placed"]


def test_no_centroid_is_put_into_a_cell(finished: Finished) -> None:
    rows = finished.table("location", "location")
    unplaced = rows.filter(pl.col("tier").is_in(["street", "community", "town", "none"]))
    assert unplaced.height > 0
    assert unplaced.filter(PLACED).is_empty()
    placed = finished.table("location_cell", "location").select("party_kind", "party_id").unique()
    assert placed.join(unplaced, on=["party_kind", "party_id"], how="inner").is_empty()


def test_positions_are_near_the_truth(finished: Finished, truth: Truth) -> None:
    rows = located(finished, truth).filter(PLACED)
    assert rows["error_m"].median() <= 35
    exact = rows.filter(pl.col("tier") == "exact")
    assert exact["error_m"].quantile(0.9) <= 60


def test_accuracy_holds_the_true_position_as_often_as_it_says(finished: Finished, truth: Truth) -> None:
    rows = located(finished, truth).filter(PLACED)
    inside = (rows["error_m"] <= rows["accuracy_m"]).mean()
    assert 0.85 <= inside <= 1.0


def test_confidence_is_calibrated_on_the_demo(finished: Finished, truth: Truth) -> None:
    rows = located(finished, truth).filter(PLACED)
    near = rows["error_m"] <= 100
    assert abs(float(near.mean()) - float(rows["confidence"].mean())) <= 0.08


def test_an_address_in_the_wrong_town_is_not_trusted_like_a_clean_one(finished: Finished, truth: Truth) -> None:
    rows = located(finished, truth)
    clean = rows.filter(pl.col("form") == "clean").filter(PLACED)
    empty = rows.filter(pl.col("form") == "empty")
    assert clean.height > 0
    assert empty.filter(PLACED).is_empty()


def test_people_are_kept_in_total_and_by_municipality(finished: Finished) -> None:
    given = finished.table("denominator", "ground")["people"].sum()
    assert measure(finished, "people")["value"].sum() == pytest.approx(given, rel=1e-9)
    assert finished.report["people"]["spread"] == pytest.approx(finished.report["people"]["in"], rel=1e-9)


def test_penetration_bands_hold_the_true_rate(finished: Finished, truth: Truth) -> None:
    """People are only assumed to live where buildings are, so judge where the assumption is close to the truth."""
    rows = (
        measure(finished, "penetration")
        .join(measure(finished, "people").select("cell", assumed="value"), on="cell")
        .join(truth.cells.select("cell", "people", "rate"), on="cell")
    )
    fair = rows.filter(
        (pl.col("people") >= 20)
        & ((pl.col("assumed") / pl.col("people")).is_between(0.8, 1.25))
        & pl.col("low").is_not_null()
    )
    assert fair.height >= 30
    inside = ((fair["low"] <= fair["rate"]) & (fair["rate"] <= fair["high"])).mean()
    assert inside >= 0.75


def test_every_cell_has_every_measure_exactly_once(finished: Finished) -> None:
    rows = scores(finished)
    n_cells = finished.report["cells"]
    assert rows.group_by("measure").len()["len"].unique().to_list() == [n_cells]
    assert rows.select("measure", "cell").is_duplicated().sum() == 0
    assert finished.table("catchment_cell", "catchment")["cell"].n_unique() == n_cells == 1570


def test_territories_partition_the_cells_in_one_piece_each(finished: Finished) -> None:
    cells = finished.table("territory_cell", "plan")
    assert cells["cell"].n_unique() == cells.height == finished.report["cells"]
    assert finished.report["territories"]["pieces_max"] == 1
    for (_, name), part in cells.group_by("branch_id", "territory_id"):
        assert pieces(part["cell"].to_numpy()) == 1, name


def pieces(cells: np.ndarray) -> int:
    """Connected parts, counted by the graph library and not by the solver."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    graph = neighbour_graph(cells)
    matrix = csr_array((np.ones(len(graph.indices)), graph.indices, graph.indptr), shape=(len(cells), len(cells)))
    return int(connected_components(matrix, directed=False)[0])


def test_reported_imbalance_is_that_of_the_stored_plan(finished: Finished) -> None:
    cells = finished.table("territory_cell", "plan")
    for branch, figures in finished.report["territories"]["branches"].items():
        for name, worst in figures["imbalance_percent"].items():
            own = cells.filter(pl.col("branch_id") == branch).join(
                measure(finished, name).select("cell", "value"), on="cell"
            )
            loads = dict(own.group_by("territory_id").agg(pl.col("value").sum()).iter_rows())
            targets = {f"T-{rm}": row[name] for rm, row in figures["targets"].items()}
            off = max(abs(100 * (loads[key] / target - 1)) for key, target in targets.items())
            assert off == pytest.approx(worst, abs=0.05)
            if name in ("customers", "workload") and figures["feasible"]:
                assert off <= 5.0 + 1e-6


def test_a_branch_that_misses_the_tolerance_names_who_and_by_how_much(finished: Finished) -> None:
    for figures in finished.report["territories"]["branches"].values():
        assert figures["feasible"] == (figures["violations"] == [])
        assert figures["feasible"] or figures["bound_gap_percent"] is None
        for violation in figures["violations"]:
            assert abs(violation["value"]) > violation["limit"]


def test_both_stores_give_the_same_figures(demo_on: Callable[[str], Finished]) -> None:
    keys = ("cells", "customers", "merchants", "people", "scores", "territories")
    sqlite, postgis = demo_on("sqlite").report, demo_on("postgis").report
    assert {key: sqlite[key] for key in keys} == {key: postgis[key] for key in keys}


def test_the_truth_is_not_in_the_store(finished: Finished, truth: Truth) -> None:
    stored = finished.table("location", "location").filter(pl.col("party_kind") == "customer")
    both = stored.join(truth.customers, left_on="party_id", right_on="id", how="inner")
    same = both.filter((pl.col("lng") == pl.col("lng_right")) & (pl.col("lat") == pl.col("lat_right")))
    assert same.height <= 0.01 * both.height


def test_a_certificate_that_is_not_true_is_never_written(finished: Finished) -> None:
    from gridgeo.pipeline.assign import require_true
    from gridgeo.territory import Rounds, problem_from_cells, solve

    cells = finished.table("catchment_cell", "catchment").filter(pl.col("branch_id") == "B4")["cell"].to_numpy()
    problem = problem_from_cells(cells, np.ones((len(cells), 1)), 2, [0.05])
    result = solve(problem, Rounds(1), seed=1)
    certificate = result.certificate.as_json()
    require_true("B4", problem, result.labels, certificate)
    with pytest.raises(RuntimeError, match="J_km"):
        require_true("B4", problem, result.labels, certificate | {"J_km": certificate["J_km"] * 0.9})
