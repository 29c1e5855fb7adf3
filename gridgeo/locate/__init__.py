"""Offline structured geocoding: parsing, gazetteer, matching, confidence, shares over cells."""

from gridgeo.locate.audit import AUDIT_REASONS, RowFacts, audit_counts, audit_positions
from gridgeo.locate.confidence import (
    CalibrationBin,
    ConfidenceModel,
    Curve,
    calibration_bins,
    calibration_error,
    confidence_columns,
    fit_confidence,
    model_from_json,
    model_to_json,
)
from gridgeo.locate.default_model import DEFAULT_MODEL
from gridgeo.locate.gazetteer import Gazetteer, gazetteer_from_table
from gridgeo.locate.houses import house_keys, town_keys
from gridgeo.locate.locate import (
    CANDIDATES,
    COMPONENTS,
    LOCATED,
    QUERIES,
    candidate_answers,
    locate_addresses,
    placeable,
)
from gridgeo.locate.one_line import with_lines_read
from gridgeo.locate.parse import parse_addresses
from gridgeo.locate.provided import judged_answers
from gridgeo.locate.shares import cell_shares

__all__ = [
    "AUDIT_REASONS",
    "CANDIDATES",
    "COMPONENTS",
    "DEFAULT_MODEL",
    "LOCATED",
    "QUERIES",
    "CalibrationBin",
    "ConfidenceModel",
    "Curve",
    "Gazetteer",
    "RowFacts",
    "audit_counts",
    "audit_positions",
    "calibration_bins",
    "calibration_error",
    "candidate_answers",
    "cell_shares",
    "confidence_columns",
    "fit_confidence",
    "gazetteer_from_table",
    "house_keys",
    "judged_answers",
    "locate_addresses",
    "model_from_json",
    "model_to_json",
    "parse_addresses",
    "placeable",
    "town_keys",
    "with_lines_read",
]
