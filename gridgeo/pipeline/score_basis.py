"""Fit what the scores of a resolution rest on, and keep it with the score version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import FloatArray
from gridgeo.domain.words import INDUSTRIES
from gridgeo.pipeline.cell_inputs import CellInputs
from gridgeo.pipeline.steps import Inputs
from gridgeo.scoring import (
    PotentialOptions,
    Validation,
    fit_potential,
    placed_correction,
    shrink_penetration,
    validate_potential,
    with_ring_sums,
)
from gridgeo.scoring.basis import Fits, Rate, basis_frame, compare, rate_columns, settled_potential
from gridgeo.scoring.groups import counts_by_group
from gridgeo.scoring.leaks import given_away
from gridgeo.scoring.makeup import RING_FEATURES, feature_matrix
from gridgeo.scoring.notes import note
from gridgeo.scoring.score_model import score_model_bytes
from gridgeo.storage.score_basis import write_basis, write_score_models

LEAKS = "feature {feature} was left out: it tells the customers themselves, which proves nothing"
Kept = tuple[Fits, Mapping[str, Rate]]


def fit(given: CellInputs, *, validated: bool = True, boosting: bool = False) -> tuple[Fits, Validation | None]:
    """Fit penetration, potential and comparison on the cells of one resolution, and validate where branches allow.

    validated: leave the validation out where false; nothing of potential is firm then. boosting: let boosted trees
    take the place of the regression of potential where they forecast areas left out better.
    """
    corrected = placed_correction(
        given.customers, given.people, given.zone, given.unplaced_by_zone, unplaced_elsewhere=given.unplaced_elsewhere
    )
    shrunk = shrink_penetration(given.customers, corrected.people, given.pairs)
    features = with_ring_sums(given.features, given.pairs, RING_FEATURES)
    told = given_away(tuple(features.columns), feature_matrix(features), corrected.customers, "people")
    made_of = features.drop(told)
    options = PotentialOptions(boosting=boosting)
    validation = _validation(given, made_of, corrected.customers, options) if validated else None
    proven = validation is not None and validation.verdict == "predictive"
    fitted = fit_potential(made_of, corrected.customers, given.people, groups=given.branch_index, options=options)
    fitted = replace(fitted, notes=(*(note(LEAKS, feature=name) for name in told), *fitted.notes))
    model, potential = settled_potential(fitted, features, given.people, proven=proven)
    compared = compare(given.features, given.people, corrected, shrunk, (given.branch_index, given.branch_ids))
    return (
        Fits(
            corrected=corrected,
            shrunk=shrunk,
            features=features,
            model=model,
            potential=potential,
            proven=proven,
            clusters=compared.clusters,
            cluster=compared.cluster,
            gap=compared.gap,
            targets=compared.targets,
        ),
        validation,
    )


def keep_basis(
    connection: sa.Connection, version_id: int, inputs: Inputs, parts: list[CellInputs], fits: list[Kept]
) -> None:
    """Store under an unfinished score version the models, and by branch what each cell's figures follow from.

    fits: for each part what was fitted on it, and tier -> how its penetration was shrunk.
    """
    frames: dict[str, pl.DataFrame] = {}
    models: dict[int, bytes] = {}
    for given, (fitted, rates) in zip(parts, fits, strict=True):
        record = fitted.record(given.resolution, given.customers, inputs.as_dict(), rates)
        record = replace(record, cadence=given.cadence)
        models[given.resolution] = score_model_bytes(record)
        whole = basis_frame(fitted, given.cells, given.by_tier, given.people, given.travel_s, given.pairs)
        whole = whole.hstack(rate_columns(fitted, rates, given.pairs)).hstack(_counts(given))
        branch = np.array(given.branch_ids)[given.branch_index]
        by_branch = whole.with_columns(branch=pl.Series(branch)).partition_by("branch", as_dict=True, include_key=False)
        frames |= {str(key[0]): frame for key, frame in by_branch.items()}
    write_score_models(connection, version_id, models)
    write_basis(connection, version_id, frames)


def _counts(given: CellInputs) -> pl.DataFrame:
    """Return the counts by point of each cell: what of a branch has changed is told by them."""
    shops = given.merchant_rows
    by_industry = counts_by_group(shops["at"].to_numpy(), shops["industry"].to_list(), INDUSTRIES, len(given.cells))
    industries = {f"merchants_{name}": by_industry[:, at] for at, name in enumerate(INDUSTRIES)}
    return pl.DataFrame({"customers_hard": given.customers_hard} | industries)


def _validation(
    given: CellInputs, features: pl.DataFrame, customers: FloatArray, options: PotentialOptions
) -> Validation | None:
    """Leave one catchment out at a time; None with a single branch, where there is no other area to learn from."""
    if len(given.branch_ids) < 2:
        return None
    areas = np.array(given.branch_ids)[given.branch_index]
    return validate_potential(features, customers, given.people, areas, given.pairs, options)
