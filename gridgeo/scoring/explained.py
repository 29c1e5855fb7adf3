"""Take a score apart: every number that went into it, the formula, and what it gives when it is worked out again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from scipy import special

from gridgeo.domain.words import TIERS
from gridgeo.scoring.basis import FEATURE, PRIOR, TIER
from gridgeo.scoring.checks import NOBODY
from gridgeo.scoring.explained_potential import explain_potential
from gridgeo.scoring.gap import GapRule
from gridgeo.scoring.notes import Note, note
from gridgeo.scoring.parts import Explained, Part, Row, number
from gridgeo.scoring.penetration import BAND, EvidenceRule, wilson_band
from gridgeo.scoring.prior import LocalPrior
from gridgeo.scoring.score_model import ScoreModel, pool_of
from gridgeo.scoring.workload import PERIODS_A_YEAR

LARGE_PART = 0.5
"""Customers at one address are the likely reason of an odd share from this part of the cell's on."""


def explain_penetration(row: Row, model: ScoreModel, at_one_address: int | None = None, tier: str = "") -> Explained:
    """Return how a cell's customers and people became a penetration with its band.

    row: of `basis_frame`. at_one_address: most customers that share an address in the cell, where known. tier: of the
    customers, all without it.
    """
    k, people, share = row[f"{TIER}{tier}" if tier else "customers"], row["people"], row["placed_share"]
    prior, total = (model.rates[tier].prior, model.rates[tier].customers) if tier else (model.prior, model.customers)
    mean_name, strength_name, people_name, customers_name = (f"{each}_{tier}" if tier else each for each in PRIOR)
    exposed = 0.0 if people * share < NOBODY else people * share
    strength, mean = row[strength_name], row[mean_name]
    pool = float(pool_of(model, np.array([k]), np.array([exposed]), total)[0])
    value = (k + strength * mean) / (exposed + strength) if exposed > 0 else None
    low, high = _beta_band(k, exposed, mean, strength)
    (wilson_low,), (wilson_high,) = wilson_band([k], [exposed])
    parts = (
        Part("k", k, note("customers placed in this cell, expected count"), "customers", "location"),
        Part("people", people, note("people who live here"), "people", "ground"),
        Part("share", share, note("part of the customers around that has a place"), "share", "location"),
        Part("N", exposed, note("people times that part: what penetration divides by"), "people", "score"),
        Part("m", mean, note("mean that the cells around suggest"), "share", "score"),
        Part("S", strength, note("people that the prior counts for"), "people", "score"),
        Part("ring_customers", row[customers_name], note("customers around, weighted"), "customers", "score"),
        Part("ring_people", row[people_name], note("people around, weighted"), "people", "score"),
        Part("pool", number(pool), note("share of all other cells"), "share", "score"),
        Part("anchor", prior.anchor, note("people that the share of all other cells counts for"), "people", "score"),
        Part("strength", prior.strength, note("people that a cell around counts for"), "people", "score"),
        Part("raw", k / exposed if exposed > 0 else None, note("customers a person as counted"), "share", "score"),
        Part("low", low, note("lower end of the 90 % band"), "share", "score"),
        Part("high", high, note("upper end of the 90 % band"), "share", "score"),
        Part("wilson_low", number(wilson_low), note("lower end of Wilson's band of the raw share"), "share", "score"),
        Part("wilson_high", number(wilson_high), note("upper end of Wilson's band of the raw share"), "share", "score"),
    )
    notes = (*_over(row, k > exposed, at_one_address), _penetration_rule(), *_assumed(prior))
    return Explained("(k + S * m) / (N + S)", value, parts, notes)


def explain_gap(row: Row, model: ScoreModel) -> Explained:  # noqa: ARG001 - every explainer is called alike
    """Return what a cell was compared with and what it lacks."""
    customers = row["customers"] / row["placed_share"]
    target, median = row["target_rate"], row["median_rate"]
    known = target is not None and np.isfinite(target)
    people = row["people"]
    parts = (
        Part("cluster", row["cluster"], note("make-up cluster of this cell"), "", "score"),
        Part("comparable", row["comparable"], note("cells of this cluster at other branches"), "cells", "score"),
        Part("q75", target if known else None, note("share that the best quarter of them exceeds"), "share", "score"),
        Part("median", median if known else None, note("share that half of them exceeds"), "share", "score"),
        Part("people", people, note("people who live here"), "people", "ground"),
        Part("target", target * people if known else None, note("customers at the best quarter's share"), "customers"),
        Part("typical", median * people if known else None, note("customers that cells like this have"), "customers"),
        Part("customers", customers, note("customers here, those without a place shared out"), "customers", "location"),
    )
    rule = GapRule()
    notes = [
        note(
            "compared with cells of the same cluster at other branches with {people} people or more; a gap needs "
            "{least} of them, a firm one {firm} and a band below the target",
            people=f"{rule.least_people:.0f}",
            least=rule.least_comparable,
            firm=rule.firm_comparable,
        )
    ]
    if known:
        words = note(
            "cells like this have {typical} customers, this one {customers}",
            typical=f"{median * people:.0f}",
            customers=f"{customers:.0f}",
        )
        notes.insert(0, words)
    return Explained(
        "max(0, q75 * people - customers)",
        max(target * people - customers, 0.0) if known else None,
        parts,
        tuple(notes),
    )


def explain_workload(row: Row, model: ScoreModel) -> Explained:
    """Return the contacts a year by tier, their minutes and their travel."""
    policy = model.cadence
    travel_s = row["travel_s"]
    known = travel_s is not None and np.isfinite(travel_s)
    used_s = float(travel_s if known else policy.unknown_travel_s or 0.0)
    trip_s = 2 * used_s / policy.visits_a_trip + policy.between_visits_s
    parts: list[Part] = []
    talk_minutes = visits = 0.0
    for tier in TIERS:
        found = row[f"{TIER}{tier}"]
        parts.append(Part(f"customers_{tier}", found, note("customers of tier {tier}", tier=tier), "customers", "bank"))
        for entry in (each for each in policy.rows if each.tier == tier):
            times = entry.times * PERIODS_A_YEAR[entry.period]
            talk_minutes += found * times * entry.minutes
            visits += found * times if entry.channel == "visit" else 0.0
            words = note("contacts a year with each of tier {tier}", tier=tier)
            parts.append(Part(f"times_{tier}", times, words, "contacts a year", "policy"))
            minutes = note("minutes of each contact with tier {tier}", tier=tier)
            parts.append(Part(f"minutes_{tier}", entry.minutes, minutes, "minutes", "policy"))
    parts += [
        Part("talk_minutes", talk_minutes, note("minutes of talk a year"), "minutes", "score"),
        Part("visits", visits, note("visits a year"), "visits", "score"),
        Part(
            "travel_s", used_s, note("seconds from the branch one way"), "seconds", "catchment" if known else "policy"
        ),
        Part("visits_a_trip", policy.visits_a_trip, note("visits that share a trip"), "visits", "policy"),
        Part(
            "between_s", policy.between_visits_s, note("seconds from door to door within a trip"), "seconds", "policy"
        ),
        Part("moving_s", trip_s, note("seconds on the way for each visit"), "seconds", "score"),
    ]
    notes = [note("the cadence is an example, not a decision")] if policy.example else []
    return Explained(
        "talk_minutes / 60 + visits * moving_s / 3600",
        talk_minutes / 60 + visits * trip_s / 3600,
        tuple(parts),
        tuple(notes),
    )


def explain_customers(row: Row, model: ScoreModel) -> Explained:  # noqa: ARG001
    """Return the expected customers of a cell by tier."""
    parts = tuple(
        Part(
            f"customers_{tier}", row[f"{TIER}{tier}"], note("customers of tier {tier}", tier=tier), "customers", "bank"
        )
        for tier in TIERS
    )
    words = note("a customer whose place is not exact is shared among cells by probability")
    return Explained(
        " + ".join(part.symbol for part in parts), float(sum(row[f"{TIER}{tier}"] for tier in TIERS)), parts, (words,)
    )


def _of_tier(row: Row, model: ScoreModel, tier: str) -> Explained:  # noqa: ARG001 - every explainer is called alike
    words = note("customers of tier {tier}", tier=tier)
    found = float(row[f"{TIER}{tier}"])
    shared = note("a customer whose place is not exact is shared among cells by probability")
    return Explained("customers", found, (Part("customers", found, words, "customers", "bank"),), (shared,))


EXPLAINERS: Mapping[str, Callable[[Row, ScoreModel], Explained]] = {
    "customers": explain_customers,
    "penetration": explain_penetration,
    "potential": lambda row, model: explain_potential(_features(row), row["people"], model),
    "gap": explain_gap,
    "workload": explain_workload,
    **{f"customers_{tier}": partial(_of_tier, tier=tier) for tier in TIERS},
    **{f"penetration_{tier}": partial(explain_penetration, tier=tier) for tier in TIERS},
}
"""Measure -> what takes it apart; other measures are counts or quotients of what is stored."""


def _features(row: Row) -> dict[str, float]:
    return {name.removeprefix(FEATURE): value for name, value in row.items() if name.startswith(FEATURE)}


def _beta_band(k: float, exposed: float, mean: float, strength: float) -> tuple[float | None, float | None]:
    if exposed <= 0 or k > exposed:
        return None, None
    a, b = k + strength * mean, exposed - k + strength * (1 - mean)
    return float(special.betaincinv(a, b, (1 - BAND) / 2)), float(special.betaincinv(a, b, (1 + BAND) / 2))


def _over(row: Row, over: bool, at_one_address: int | None) -> tuple[Note, ...]:
    """Say why there may be more customers than people."""
    if not over:
        return ()
    flag = note(
        "more customers than people: {customers} against {people}",
        customers=_told(row["customers"]),
        people=_told(row["people"]),
    )
    if at_one_address is not None and at_one_address > max(1.0, LARGE_PART * row["customers"]):
        return flag, note("likely reason: {count} customers are registered at one address", count=at_one_address)
    if row["ring_people"] > row["people"]:
        return flag, note("likely reason: the people of this cell were spread to the cells around it")
    return flag, note("likely reason: the people are out of date")


def _told(value: float) -> str:
    """Return three figures: one place after the point would show a small count as nothing."""
    return f"{value:.3g}" if value < 100 else f"{value:.1f}"


def _penetration_rule() -> Note:
    rule = EvidenceRule()
    return note(
        "firm from {people} people on where the band is at most {width} wide, or {part} of the value",
        people=f"{rule.min_people:.0f}",
        width=f"{rule.max_width:g}",
        part=f"{rule.max_relative_width:g}",
    )


def _assumed(prior: LocalPrior) -> tuple[Note, ...]:
    if prior.estimated:
        return ()
    return (note("too few cells to estimate the prior: it is assumed, and no penetration has evidence"),)
