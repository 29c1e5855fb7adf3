"""Run in the peers' own environment: reads a ground, prints the version and the territories that one library gives."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

TOLERANCE = 0.05
Ground = dict[str, Any]
Labels = list[int] | np.ndarray


def by_pymetis(ground: Ground) -> Labels:
    """Cut the graph into parts of equal weight, each in one piece; the fewest cut edges."""
    import pymetis

    load = np.maximum(1, np.round(1000 * ground["weights"][:, 0])).astype(int)
    _, labels = pymetis.part_graph(
        int(ground["k"]),
        xadj=ground["indptr"].tolist(),
        adjncy=ground["indices"].tolist(),
        vweights=load.tolist(),
        recursive=False,
        options=pymetis.Options(contig=1, ufactor=int(1000 * TOLERANCE), seed=1),
    )
    return np.asarray(labels)


def by_gerrychain(ground: Ground) -> Labels:
    """Cut spanning trees into districts of equal population."""
    import networkx as nx
    from gerrychain import Graph
    from gerrychain.tree import recursive_tree_part

    drawn = nx.Graph()
    load = ground["weights"][:, 0]
    drawn.add_nodes_from((i, {"load": float(load[i])}) for i in range(len(load)))
    source = np.repeat(np.arange(len(load)), np.diff(ground["indptr"]))
    drawn.add_edges_from(zip(source.tolist(), ground["indices"].tolist(), strict=True))
    k = int(ground["k"])
    found = recursive_tree_part(Graph.from_networkx(drawn), range(k), load.sum() / k, "load", TOLERANCE)
    return [found[i] for i in range(len(load))]


def by_spopt(ground: Ground) -> Labels:
    """Grow regions around k means; contiguous, not balanced."""
    from libpysal.weights import W
    from spopt.region import RegionKMeansHeuristic

    parts = np.split(ground["indices"], ground["indptr"][1:-1])
    solver = RegionKMeansHeuristic(ground["xy_km"], int(ground["k"]), W(dict(enumerate(map(list, parts)))))
    solver.solve()
    return np.asarray(solver.labels_)


def by_k_means_constrained(ground: Ground) -> Labels:
    """Make clusters of equal numbers of cells; weights and contiguity are not known to it."""
    from k_means_constrained import KMeansConstrained

    mean = len(ground["xy_km"]) / int(ground["k"])
    low, high = int(np.floor(mean * (1 - TOLERANCE))), int(np.ceil(mean * (1 + TOLERANCE)))
    solver = KMeansConstrained(int(ground["k"]), size_min=low, size_max=high, random_state=1)
    return np.asarray(solver.fit_predict(ground["xy_km"]))


PEERS = {
    "pymetis": by_pymetis,
    "gerrychain": by_gerrychain,
    "spopt": by_spopt,
    "k-means-constrained": by_k_means_constrained,
}


def main(peer: str, file: str) -> None:
    """Print version and labels."""
    with np.load(Path(file)) as given:
        labels = np.asarray(PEERS[peer](dict(given)))
    print(json.dumps({"version": version(peer), "labels": labels.astype(int).tolist()}))  # noqa: T201 - its answer


if __name__ == "__main__":
    main(*sys.argv[1:])
