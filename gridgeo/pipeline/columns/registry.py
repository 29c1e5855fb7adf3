"""Every built-in measure of a set of cells, family by family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gridgeo.domain.measures import Measure
from gridgeo.pipeline.cell_inputs import CellInputs
from gridgeo.pipeline.columns import counts, depth, patterns, rates, stages, standing, surroundings, value
from gridgeo.pipeline.columns.column import Basis, Column, Found
from gridgeo.pipeline.score_basis import fit
from gridgeo.scoring import Note
from gridgeo.scoring.basis import Fits, Rate

FAMILIES: tuple[Callable[[Basis], Found], ...] = (
    counts.counted,
    standing.standing,
    rates.rated,
    rates.of_merchants,
    rates.of_products,
    rates.of_cohorts,
    value.valued,
    stages.staged,
    stages.second_sale,
    depth.deepened,
    surroundings.reached,
    surroundings.accessible,
    surroundings.contested,
    patterns.quotients,
    patterns.cohort_quotients,
    patterns.spots,
)
"""In the order in which they are worked out; no two give the same measure."""


@dataclass(frozen=True)
class Computed:
    """The measures of one set of cells.

    columns: measure -> column. report: what is to be said about the models. absent: measure -> what is missing for it.
    fits: the models themselves. measures: meaning of the columns whose measures are not of this release.
    rates: tier -> how its penetration was shrunk.
    """

    columns: dict[str, Column]
    report: dict[str, Any]
    absent: dict[str, Note]
    fits: Fits
    measures: list[Measure]
    rates: dict[str, Rate]


def measure_columns(given: CellInputs, *, validated: bool = True, boosting: bool = False) -> Computed:
    """Compute every built-in measure that the inputs support.

    validated: check the model of potential on each catchment left out, which firm evidence of it needs.
    boosting: let boosted trees try to take the place of its regression.
    Raises InvalidInputError when a count is negative or not a number.
    """
    fits, validation = fit(given, validated=validated, boosting=boosting)
    made = Computed({}, {}, {}, fits, [], {})
    for family in FAMILIES:
        found = family(Basis(given, fits, validation))
        made.columns.update(found.columns)
        made.report.update(found.report)
        made.absent.update(found.absent)
        made.measures.extend(found.measures)
        made.rates.update(found.rates)
    return made
