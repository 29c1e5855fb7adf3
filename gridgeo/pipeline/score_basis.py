"""Fit what the scores of a resolution rest on, and keep it with the score version."""

from __future__ import annotations

import numpy as np
import polars as pl
import sqlalchemy as sa

from gridgeo.domain import FloatArray
from gridgeo.pipeline.cell_inputs import CellInputs
from gridgeo.pipeline.steps import Inputs
from gridgeo.scoring import (
    Validation,
    fit_potential,
    placed_correction,
    shrink_penetration,
    validate_potential,
    with_ring_sums,
)
from gridgeo.scoring.basis import Fits, basis_frame, compare, settled_potential
from gridgeo.scoring.makeup import RING_FEATURES
from gridgeo.scoring.score_model import score_model_bytes
from gridgeo.storage.score_basis import write_basis, write_score_models


def fit(given: CellInputs, *, validated: bool = True) -> tuple[Fits, Validation | None]:
    """Fit penetration, potential and comparison on the cells of one resolution, and validate where branches allow.

    validated: leave the validation out where false; nothing of potential is firm then.
    """
    corrected = placed_correction(
        given.customers, given.people, given.zone, given.unplaced_by_zone, unplaced_elsewhere=given.unplaced_elsewhere
    )
    shrunk = shrink_penetration(given.customers, corrected.people, given.pairs)
    features = with_ring_sums(given.features, given.pairs, RING_FEATURES)
    validation = _validation(given, features, corrected.customers) if validated else None
    proven = validation is not None and validation.verdict == "predictive"
    fitted = fit_potential(features, corrected.customers, given.people, groups=given.branch_index)
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
    connection: sa.Connection, version_id: int, inputs: Inputs, parts: list[CellInputs], fits: list[Fits]
) -> None:
    """Store under an unfinished score version the models, and by branch what each cell's figures follow from."""
    frames: dict[str, pl.DataFrame] = {}
    models: dict[int, bytes] = {}
    for given, fitted in zip(parts, fits, strict=True):
        record = fitted.record(given.resolution, given.customers, inputs.as_dict(), {})
        models[given.resolution] = score_model_bytes(record)
        whole = basis_frame(fitted, given.cells, given.by_tier, given.people, given.travel_s, given.pairs)
        branch = np.array(given.branch_ids)[given.branch_index]
        by_branch = whole.with_columns(branch=pl.Series(branch)).partition_by("branch", as_dict=True, include_key=False)
        frames |= {str(key[0]): frame for key, frame in by_branch.items()}
    write_score_models(connection, version_id, models)
    write_basis(connection, version_id, frames)


def _validation(given: CellInputs, features: pl.DataFrame, customers: FloatArray) -> Validation | None:
    """Leave one catchment out at a time; None with a single branch, where there is no other area to learn from."""
    if len(given.branch_ids) < 2:
        return None
    areas = np.array(given.branch_ids)[given.branch_index]
    return validate_potential(features, customers, given.people, areas, given.pairs)
