"""A problem file is read as it says, or refused with the place and value that are wrong."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridgeo.errors import InvalidInputError
from gridgeo.territory import Params, Rounds, request_from_json, result_to_json, solve

LINE: dict[str, Any] = {
    "nodes": ["a", "b", "c", "d", "e", "f"],
    "xy_km": [[i, 0] for i in range(6)],
    "weights": [[1, 2]] * 6,
    "edges": [[i, i + 1] for i in range(5)],
    "k": 2,
    "tolerance": [0.05, None],
}
QUICK = Params(sweeps=200, bound_steps=60, rescue_runs=3)


def line(**changes: Any) -> dict[str, Any]:
    """The line of six nodes with some fields changed."""
    return copy.deepcopy(LINE) | changes


def test_an_edge_without_cost_has_the_straight_km_and_of_two_the_lower_counts() -> None:
    edges = [[0, 1], [1, 2, 7.5], [2, 1, 2.5], [3, 2], [3, 4], [4, 5, 0]]
    problem = request_from_json(line(edges=edges)).problem
    cost = dict(zip(zip(np.repeat(np.arange(6), np.diff(problem.indptr)), problem.indices, strict=True),
                    problem.costs.tolist(), strict=True))  # fmt: skip
    assert cost == {
        (0, 1): 1.0, (1, 0): 1.0, (1, 2): 2.5, (2, 1): 2.5, (2, 3): 1.0, (3, 2): 1.0,
        (3, 4): 1.0, (4, 3): 1.0, (4, 5): 0.0, (5, 4): 0.0,
    }  # fmt: skip


def test_every_field_reaches_the_problem() -> None:
    request = request_from_json(
        line(
            homes=[0, 5], target_shares=[[0.25, 0.5], [0.75, 0.5]], locks={"1": 0}, previous=[0, 0, None, 1, 1, 1],
            change_cost=2, objective="travel", seed=7, starts=4, max_cpu_s=2.5, about="a line",
        )
    )  # fmt: skip
    problem = request.problem
    assert problem.homes is not None
    assert problem.previous is not None
    assert problem.homes.tolist() == [0, 5]
    assert problem.targets.tolist() == [[0.25, 0.5], [0.75, 0.5]]
    assert problem.locked.tolist() == [-1, 0, -1, -1, -1, -1]
    assert problem.previous.tolist() == [0, 0, -1, 1, 1, 1]
    assert (problem.change_cost, problem.objective) == (2.0, "travel")
    assert problem.balanced.tolist() == [0]
    assert (request.seed, request.starts, request.max_cpu_s) == (7, 4, 2.5)
    assert request.unused == ("about",)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "more territories than nodes": ({"k": 7}, "k must be a whole number from 1 to 6, got 7"),
    "part of a territory": ({"k": 2.5}, "k must be a whole number"),
    "no tolerance": ({"tolerance": [0, None]}, "tolerance[0] is 0"),
    "one tolerance too few": ({"tolerance": [0.05]}, "tolerance must have 2 rows, got 1"),
    "a negative weight": ({"weights": [[1, 2]] * 5 + [[-1, 2]]}, "got -1.0 at [5, 0]"),
    "a weight that is null": ({"weights": [[1, 2]] * 5 + [[None, 2]]}, "weights[5] is [None, 2]"),
    "a row of another length": ({"weights": [[1, 2]] * 5 + [[1]]}, "weights[5] is [1]; it must be 2 numbers"),
    "no weight anywhere": ({"weights": [[0, 1]] * 6}, "zero everywhere"),
    "a home outside": ({"homes": [0, 9]}, "homes[1] is 9"),
    "two homes in one place": ({"homes": [0, 0]}, "the same home"),
    "an edge to itself": ({"edges": [[0, 0]]}, "edges[0] is [0, 0]"),
    "an edge to nowhere": ({"edges": [[0, 1], [1, 6]]}, "edges[1] is [1, 6]"),
    "a cost that is text": ({"edges": [[0, 1, "x"]]}, "edges[0] is [0, 1, 'x']"),
    "a negative cost": ({"edges": [[0, 1, -1]]}, "edges[0]"),
    "more parts than territories": ({"edges": [[0, 1], [1, 2], [3, 4]]}, "3 separate parts and only 2"),
    "a part without a home": ({"edges": [[0, 1], [1, 2], [3, 4], [4, 5]], "homes": [0, 1]}, "node 3"),
    "a lock outside": ({"locks": {"9": 0}}, "locks[9]"),
    "a lock to nobody": ({"locks": {"1": 5}}, "locks[1] is 5"),
    "locks as a list": ({"locks": [0, 1]}, "locks must be an object"),
    "a previous plan of another ground": ({"previous": [0]}, "previous must have 6 rows, got 1"),
    "an unknown objective": ({"objective": "short"}, "median or travel"),
    "no starts": ({"starts": 0}, "starts must be a whole number"),
    "a negative budget": ({"max_cpu_s": -1}, "max_cpu_s"),
    "shares that do not add up": ({"target_shares": [[0.3, 0.5], [0.3, 0.5]]}, "sum to 1"),
    "a name twice": ({"nodes": [1, 2, 3, 4, 5, 2]}, "nodes[5] is 2"),
    "no nodes": ({"nodes": [], "xy_km": [], "weights": [], "edges": []}, "at least one node"),
    "no edges at all": ({"edges": None}, "edges is missing"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_place(name: str) -> None:
    changes, words = WRONG[name]
    with pytest.raises(InvalidInputError) as caught:
        request_from_json(line(**changes))
    assert words in str(caught.value)


@pytest.mark.parametrize("body", [[], "problem", None, 3])
def test_anything_but_an_object_is_refused(body: object) -> None:
    with pytest.raises(InvalidInputError, match="one JSON object"):
        request_from_json(body)


def test_a_plan_with_one_node_a_territory_is_found() -> None:
    body = result_to_json(solve(request_from_json(line(k=6, tolerance=[None, None])).problem, Rounds(1), 1, QUICK))
    assert sorted(body["labels"]) == [0, 1, 2, 3, 4, 5]
    assert body["feasible"]


def test_what_cannot_be_balanced_is_answered_with_the_least_violating_plan() -> None:
    problem = request_from_json(line(weights=[[1, 1]] * 3 + [[10, 1]] + [[1, 1]] * 2)).problem
    body = result_to_json(solve(problem, Rounds(1), 1, QUICK))
    assert not body["feasible"]
    assert {found["measure"] for found in body["violations"]} == {0}
    assert any("smallest tolerance" in words for words in body["findings"])


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """A connected graph of 4 to 30 nodes: a random tree and a few edges more."""
    n = draw(st.integers(4, 30))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    tree = [[int(rng.integers(i)), i] for i in range(1, n)]
    more = [[int(a), int(b)] for a, b in rng.integers(0, n, (n, 2)) if a != b]
    k = draw(st.integers(1, min(n, 5)))
    locks = {str(j): int(j) for j in range(draw(st.integers(0, k)))}
    return {
        "nodes": list(range(n)), "xy_km": rng.normal(size=(n, 2)).tolist(),
        "weights": rng.uniform(0.5, 2, (n, 2)).tolist(), "edges": tree + more, "k": k,
        "tolerance": [draw(st.sampled_from([0.05, 0.3, 1.0])), None], "locks": locks,
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_of_any_graph_the_answer_is_true(body: dict[str, Any]) -> None:
    answer = result_to_json(solve(request_from_json(body).problem, Rounds(1), 3, QUICK))
    labels = np.array(answer["labels"])
    n, k = len(body["nodes"]), body["k"]
    assert {int(node): int(labels[int(node)]) for node in body["locks"]} == {
        int(node): owner for node, owner in body["locks"].items()
    }
    ends = np.array(body["edges"])
    inside = ends[labels[ends[:, 0]] == labels[ends[:, 1]]]
    graph = coo_array((np.ones(len(inside)), inside.T), shape=(n, n))
    part = connected_components(graph, directed=False)[1]
    pieces = [len(set(part[labels == j].tolist())) for j in range(k)]
    weight = np.array(body["weights"])[:, 0]
    load = np.bincount(labels, weight, minlength=k)
    off = np.abs(load / (weight.sum() / k) - 1.0).max()
    assert answer["certificate"]["pieces"] == pieces
    assert answer["feasible"] == (off <= body["tolerance"][0] + 1e-9 and pieces == [1] * k)
    assert np.allclose(np.array(answer["certificate"]["loads"])[:, 0], load)
