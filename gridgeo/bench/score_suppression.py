"""The case suppression-audit: small counts that a consumer could work out, over twenty made-up banks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import h3
import numpy as np
import numpy.typing as npt

from gridgeo.bench.audit import Claim, Knowledge, Number, Shown, learn
from gridgeo.bench.report import Case
from gridgeo.cells import ring_pairs
from gridgeo.domain import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.scoring.rings import ring_matrix
from gridgeo.scoring.suppression import ProtectedCounts, SuppressionRule, told_by
from gridgeo.scoring.suppression_parts import ProtectedParts, ToldParts, protect_family

SEEDS = 20
QUICK_SEEDS = 3
RULE = SuppressionRule()
CHANGED = 0.2
"""Part of the cells whose customers come or go between two versions."""
Guard = Literal["on", "small only", "off"]


@dataclass(frozen=True)
class Bank:
    """Cells of one branch: expected customers, and by tier, shape (n_cells, 3); territory: 0 to 3."""

    cells: CellArray
    customers: FloatArray
    tiers: FloatArray
    territory: IntArray

    @property
    def families(self) -> list[FloatArray]:
        """Ways to divide the customers: by tier; in a cohort, and not."""
        return [self.tiers, np.floor(self.tiers[:, :1] + 0.4 * self.tiers[:, 1:2])]


def cases(quick: bool) -> list[Case]:
    """Return suppression-audit: hidden counts that a linear program finds, with the guard on; none may be.

    quick: fewer seeds, the same checks. Beside it what is found where the guard hides the small counts only, and how
    many of 36 counts a shrunk rate over the true neighbours gives away.
    """
    seeds = range(QUICK_SEEDS if quick else SEEDS)
    found = sum(found_in_one(seed) + found_in_two(seed) for seed in seeds)
    small_only, off = (sum(found_in_one(seed, guard) for seed in seeds) for guard in ("small only", "off"))
    unit = "counts found"
    return [
        Case("suppression-audit", unit, float(found), "lower", 0.0, "small counts hidden, sums shown", "", small_only),
        Case("suppression-guard-off", unit, float(off), "higher", floor=100.0),
        Case("suppression-naive-rate", "counts found of 36", float(found_by_naive_rate(1)), "higher", floor=36.0),
    ]


def made_up(seed: int, rings: int = 4) -> Bank:
    """Make up a branch of about 50 cells with tiers, most of them small."""
    rng = np.random.default_rng(seed)
    middle = h3.latlng_to_cell(rng.uniform(25.0, 40.0), rng.uniform(100.0, 120.0), 9)
    cells = np.array(sorted(h3.str_to_int(cell) for cell in h3.grid_disk(middle, rings)), dtype=np.uint64)
    cells = cells[rng.random(len(cells)) < 0.85]
    tiers = rng.multinomial(rng.poisson(rng.gamma(0.7, 30.0, len(cells))), [0.1, 0.3, 0.6]).astype(np.float64)
    # Some customers are spread over cells by the likelihood of their address: counts are not whole.
    tiers = tiers * rng.choice([1.0, 0.93], size=(len(cells), 1))
    return Bank(cells, tiers.sum(axis=1), tiers, rng.integers(0, 4, len(cells)))


def later(bank: Bank, seed: int) -> Bank:
    """Return the bank some time later: customers have come and gone in some cells, some cells have changed hands."""
    rng = np.random.default_rng(seed + 1000)
    tiers = bank.tiers.copy()
    at = np.flatnonzero(rng.random(len(tiers)) < CHANGED)
    tiers[at, rng.integers(0, 3, len(at))] += rng.integers(1, 9, len(at))
    kept = rng.random(len(tiers)) < 0.95
    return Bank(bank.cells[kept], tiers.sum(axis=1)[kept], tiers[kept], bank.territory[kept])


def found_in_one(seed: int, guard: Guard = "on") -> int:
    """Return how many hidden counts of one version are not protected, all that is shown taken together."""
    bank = made_up(seed)
    counts, parts = _guarded(bank, guard)
    knowledge = Knowledge()
    learn(knowledge, _shown(counts, parts))
    _tell_totals(knowledge, bank, counts)
    return _found(knowledge, _truth(counts, parts), _inside(counts))


def found_in_two(seed: int, *, remember: bool = True) -> int:
    """Return how many hidden counts of two versions are not protected from a reader who compares them.

    The reader is told which cells have the same count and parts in both. remember: the second version takes the first
    into account; off only to show what is lost without it.
    """
    before = made_up(seed, rings=3)
    after = later(before, seed)
    first = protect_family(before.cells, before.customers, before.families, RULE)
    at = np.searchsorted(before.cells, after.cells)
    told = told_by(first[0]), [ToldParts(part.count[at], part.hidden[at]) for part in first[1]]
    second = protect_family(after.cells, after.customers, after.families, RULE, told if remember else None)
    same = _same_rows(first, second, at)
    knowledge = Knowledge()
    truth: dict[Number, float] = {}
    inside: dict[Number, int] = {}
    for version, (counts, parts) in enumerate((first, second)):
        learn(knowledge, _shown(counts, parts, version, same))
        truth |= _truth(counts, parts, version, same)
        inside |= _inside(counts, version)
    return _found(knowledge, truth, inside)


def found_by_naive_rate(seed: int) -> int:
    """Return how many of 36 hidden counts are found out exactly from rates shrunk towards the true neighbours.

    Nothing but people, which are shown, and the rates with their formula is given.
    """
    rng = np.random.default_rng(seed)
    middle = h3.latlng_to_cell(47.1, 9.5, 9)
    cells = np.array(sorted(h3.str_to_int(cell) for cell in h3.grid_disk(middle, 4)), dtype=np.uint64)
    customers, people = rng.integers(10, 60, len(cells)).astype(np.float64), rng.integers(100, 400, len(cells))
    hidden = rng.permutation(len(cells))[:36]
    customers[hidden] = rng.integers(1, RULE.threshold, len(hidden))
    ring, strength = ring_matrix(ring_pairs(cells, 2), len(cells)), 25.0
    rate = (customers + strength * (ring @ customers) / (ring @ people)) / (people + strength)
    knowledge = Knowledge()
    for at, count in enumerate(customers):
        knowledge.number(at, None if at in hidden else float(count), 1.0)
    for at in range(len(cells)):
        around = ring[[at]].indices
        terms = [(1.0, at), *((strength / float(people[around].sum()), int(other)) for other in around)]
        knowledge.adds_up(terms, float(rate[at] * (people[at] + strength)))
    return sum(high - low < 0.5 for low, high in knowledge.intervals().values())


def _guarded(bank: Bank, guard: Guard) -> tuple[ProtectedCounts, list[ProtectedParts]]:
    """Return what is hidden with the guard, with the small counts hidden and nothing else, or with nothing hidden."""
    counts, parts = protect_family(bank.cells, bank.customers, bank.families, RULE)
    if guard == "on":
        return counts, parts
    small = guard == "small only"

    def hide(count: IntArray) -> BoolArray:
        return (count > 0) & (count < RULE.threshold) & small

    bare = ProtectedCounts(counts.tree, counts.count, hide(counts.count), hide(counts.count))
    return bare, [ProtectedParts(part.count, hide(part.count), hide(part.count)) for part in parts]


def _shown(
    counts: ProtectedCounts, parts: Sequence[ProtectedParts], version: int = 0, same: frozenset[int] = frozenset()
) -> Shown:
    n = counts.tree.n_leaves
    cells = counts.cells.tolist()
    return Shown(
        cells=dict(zip(cells, _values(counts.shown[:n]), strict=True)),
        sums=dict(zip(counts.tree.nodes[n:].tolist(), _values(counts.shown[n:]), strict=True)),
        parts={
            str(at): dict(zip(cells, (_values(row) for row in part.shown[:n]), strict=True))
            for at, part in enumerate(parts)
        },
        version=version,
        unchanged=same,
    )


def _values(shown: FloatArray) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in shown]


def _tell_totals(knowledge: Knowledge, bank: Bank, counts: ProtectedCounts) -> None:
    """Enter the totals of territories, which are sums of shown cells."""
    shown = counts.shown[: len(bank.cells)]
    for territory in np.unique(bank.territory):
        members = np.flatnonzero((bank.territory == territory) & np.isfinite(shown))
        terms: list[tuple[float, Number]] = [(1.0, (0, int(bank.cells[at]))) for at in members]
        knowledge.adds_up(terms, float(shown[members].sum()))


def _truth(
    counts: ProtectedCounts, parts: Sequence[ProtectedParts], version: int = 0, same: frozenset[int] = frozenset()
) -> dict[Number, float]:
    told = _shown(counts, parts, version, same)
    truth: dict[Number, float] = {
        told.name(cell): float(count) for cell, count in zip(counts.tree.nodes.tolist(), counts.count, strict=True)
    }
    for at, part in enumerate(parts):
        for row, cell in enumerate(counts.cells.tolist()):
            truth |= {told.name(cell, str(at), column): float(value) for column, value in enumerate(part.count[row])}
    return truth


def _inside(counts: ProtectedCounts, version: int = 0) -> dict[Number, int]:
    """Return for each sum how many hidden cells lie in it."""
    number = counts.tree.sums(counts.hidden[: counts.tree.n_leaves])
    n = counts.tree.n_leaves
    return {(version, int(cell)): int(held) for cell, held in zip(counts.tree.nodes[n:], number[n:], strict=True)}


def _same_rows(
    first: tuple[ProtectedCounts, list[ProtectedParts]],
    second: tuple[ProtectedCounts, list[ProtectedParts]],
    at: npt.NDArray[np.int64],
) -> frozenset[int]:
    """Return the cells whose count and all parts are the same in both versions."""
    same = first[0].count[at] == second[0].count[: len(at)]
    for old, new in zip(first[1], second[1], strict=True):
        same &= (old.count[at] == new.count[: len(at)]).all(axis=1)
    return frozenset(second[0].cells[same].tolist())


def _found(knowledge: Knowledge, truth: dict[Number, float], inside: dict[Number, int]) -> int:
    """Return the counts that are not protected; those shown although they are small are found without any work."""
    small = [name for name in knowledge.shown if 0 < truth[name] < RULE.threshold]
    return len(small) + len(Claim(truth, RULE.threshold, inside).broken(knowledge))
