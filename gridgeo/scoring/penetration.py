"""Customers per person with the uncertainty that small counts carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray
from scipy import special

from gridgeo.domain import BoolArray, FloatArray
from gridgeo.domain.words import EVIDENCE
from gridgeo.scoring.checks import NOBODY, RingPairs, counts
from gridgeo.scoring.notes import Note, note
from gridgeo.scoring.prior import MIN_CELLS, LocalPrior, fit_prior, prior_of_cells
from gridgeo.scoring.rings import ring_matrix

BAND = 0.90
"""Probability content of every band."""


@dataclass(frozen=True)
class EvidenceRule:
    """When a share may be called firm.

    firm: at least min_people people, and a band no wider than max_relative_width of the share or than max_width.
    none: no people, more customers than people, or nothing to learn the prior from. weak: the rest.
    """

    min_people: float = 20.0
    max_relative_width: float = 0.5
    max_width: float = 0.05


DEFAULT_RULE = EvidenceRule()


@dataclass(frozen=True)
class Shrunk:
    """Penetration of each cell; every array has shape (n_cells,), shares run from 0 to 1.

    value, low, high: shrunk share and its 90 % band, not-a-number where people are zero; the band is also left out
    where customers exceed people. raw, wilson_low, wilson_high: customers / people as it is, with its own band.
    prior_mean, prior_strength: what the neighbours say, in people; given for empty cells too. over: more customers than
    people, flagged and not clipped. evidence: firm, weak, none. prior: what was estimated for all cells together.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    evidence: NDArray[np.str_]
    raw: FloatArray
    wilson_low: FloatArray
    wilson_high: FloatArray
    prior_mean: FloatArray
    prior_strength: FloatArray
    over: BoolArray
    prior: LocalPrior
    notes: tuple[Note, ...]


def shrink_penetration(
    customers: ArrayLike,
    people: ArrayLike,
    pairs: RingPairs,
    *,
    prior: LocalPrior | None = None,
    widen: bool = True,
    rule: EvidenceRule = DEFAULT_RULE,
) -> Shrunk:
    """Shrink each cell's customers per person towards the share of the ring around it.

    customers, people: shape (n_cells,); both may be fractional (expected counts, area-weighted people). pairs: ring
    of k = 2. prior: an estimate from other cells to use instead of an own one. widen: count the uncertainty of the
    local mean into the band; off only to show what is lost without it.
    Raises InvalidInputError when a count is negative or missing.
    Source: beta-binomial empirical Bayes, after Clayton and Kaldor 1987, Biometrics 43(3); the local mean's own
    variance adds to that of the cells around it, and the weight of a neighbour is its people after overdispersion.
    """
    given = counts(people, "people")
    exposed = np.where(given < NOBODY, 0.0, given)
    found = counts(customers, "customers", len(exposed))
    ring = ring_matrix(pairs, len(exposed))
    chosen = fit_prior(found, exposed, ring, widen=widen) if prior is None else prior
    return shrunk_towards(found, exposed, prior_of_cells(chosen, found, exposed, ring, widen=widen), chosen, rule)


def shrunk_towards(
    found: FloatArray,
    exposed: FloatArray,
    local: tuple[FloatArray, FloatArray, BoolArray],
    chosen: LocalPrior,
    rule: EvidenceRule = DEFAULT_RULE,
) -> Shrunk:
    """Return penetration under a prior that is known for each cell.

    found, exposed: customers and people, checked, shape (n_cells,). local: mean, strength and whether anybody else
    informs it, as `prior_of_cells` gives them. chosen: the prior's own strength and anchor.
    """
    mean, strength, informed = local
    some, over = exposed > 0, found > exposed
    value = np.where(some, (found + strength * mean) / (exposed + strength), np.nan)
    low, high = _beta_band(found, exposed, mean, strength)
    raw = np.divide(found, exposed, out=np.full(len(exposed), np.nan), where=some)
    wilson_low, wilson_high = wilson_band(found, exposed)
    band = (value, low, high)
    return Shrunk(
        value=value,
        low=low,
        high=high,
        evidence=evidence_classes(band, exposed, informed & ~over & chosen.estimated, rule),
        raw=raw,
        wilson_low=wilson_low,
        wilson_high=wilson_high,
        prior_mean=mean,
        prior_strength=strength,
        over=over,
        prior=chosen,
        notes=_notes(chosen, over, some),
    )


def wilson_band(customers: ArrayLike, people: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the 90 % Wilson band of customers / people, not-a-number where undefined or customers exceed people.

    Source: Wilson 1927, JASA 22(158).
    """
    n = counts(people, "people")
    k = counts(customers, "customers", len(n))
    z = float(scipy.stats.norm.ppf(0.5 + BAND / 2))
    valid = (n > 0) & (k <= n)
    n_safe, k_safe = np.where(valid, n, 1.0), np.where(valid, k, 0.0)
    middle = (k_safe + z * z / 2) / (n_safe + z * z)
    half = z * np.sqrt(k_safe / n_safe * (n_safe - k_safe) + z * z / 4) / (n_safe + z * z)
    low, high = np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)
    return np.where(valid, low, np.nan), np.where(valid, high, np.nan)


def _beta_band(
    found: FloatArray, exposed: FloatArray, mean: FloatArray, strength: FloatArray
) -> tuple[FloatArray, FloatArray]:
    valid = np.flatnonzero((exposed > 0) & (found <= exposed))
    prior = strength[valid]
    a = found[valid] + prior * mean[valid]
    b = exposed[valid] - found[valid] + prior * (1 - mean[valid])
    low, high = np.full(len(exposed), np.nan), np.full(len(exposed), np.nan)
    low[valid], high[valid] = special.betaincinv(a, b, (1 - BAND) / 2), special.betaincinv(a, b, (1 + BAND) / 2)
    return low, high


def evidence_classes(
    band: tuple[FloatArray, FloatArray, FloatArray], exposed: FloatArray, usable: BoolArray, rule: EvidenceRule
) -> NDArray[np.str_]:
    """Class shares by a rule: firm, weak or none, shape (n_cells,).

    band: value, low, high of each. exposed: people behind each. usable: where a share may be more than none at all.
    """
    value, low, high = band
    narrow = (high - low <= rule.max_width) | (high - low <= rule.max_relative_width * value)
    firm, weak, none = EVIDENCE
    shown = np.where(narrow & (exposed >= rule.min_people), firm, weak)
    return np.where(usable & (exposed > 0), shown, none)


def _notes(prior: LocalPrior, over: BoolArray, some: BoolArray) -> tuple[Note, ...]:
    found = []
    if not prior.estimated:
        found.append(note("fewer than {least} cells with people: the prior is assumed, not estimated", least=MIN_CELLS))
    if over.any():
        found.append(
            note(
                "{cells} cells have more customers than people: the people are out of date or spread to other cells, "
                "or customers are registered at one address",
                cells=int(over.sum()),
            )
        )
    if not some.all():
        found.append(note("{cells} cells have no people: their penetration is undefined", cells=int((~some).sum())))
    return tuple(found)
