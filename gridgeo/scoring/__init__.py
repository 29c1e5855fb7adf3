"""Cell scores with uncertainty: denominators, penetration, potential, gap, workload."""

from gridgeo.scoring.accessibility import Accessibility, accessibility
from gridgeo.scoring.composite import Component, Composite, composite
from gridgeo.scoring.concentration import Concentration, location_quotient
from gridgeo.scoring.denominators import (
    roll_up_counts,
    roll_up_measure,
    roll_up_shares,
    spread_people,
    spread_units,
)
from gridgeo.scoring.gap import Gap, GapRule, customer_gap
from gridgeo.scoring.glm import OverdispersionTest, overdispersion
from gridgeo.scoring.hotspots import HotSpots, hot_spots
from gridgeo.scoring.makeup import makeup_clusters, merchant_features, with_ring_sums
from gridgeo.scoring.notes import Note
from gridgeo.scoring.penetration import EvidenceRule, Shrunk, shrink_penetration, wilson_band
from gridgeo.scoring.placed import PlacedCorrection, placed_correction
from gridgeo.scoring.potential import fit_potential, model_bytes, predict_potential
from gridgeo.scoring.potential_model import Potential, PotentialModel, PotentialOptions
from gridgeo.scoring.prior import LocalPrior
from gridgeo.scoring.validate import Validation, validate_potential
from gridgeo.scoring.where_next import CellFacts, next_cells, reasons
from gridgeo.scoring.workload import EXAMPLE_POLICY, CadencePolicy, CadenceRow, workload_hours

__all__ = [
    "EXAMPLE_POLICY",
    "Accessibility",
    "CadencePolicy",
    "CadenceRow",
    "CellFacts",
    "Component",
    "Composite",
    "Concentration",
    "EvidenceRule",
    "Gap",
    "GapRule",
    "HotSpots",
    "LocalPrior",
    "Note",
    "OverdispersionTest",
    "PlacedCorrection",
    "Potential",
    "PotentialModel",
    "PotentialOptions",
    "Shrunk",
    "Validation",
    "accessibility",
    "composite",
    "customer_gap",
    "fit_potential",
    "hot_spots",
    "location_quotient",
    "makeup_clusters",
    "merchant_features",
    "model_bytes",
    "next_cells",
    "overdispersion",
    "placed_correction",
    "predict_potential",
    "reasons",
    "roll_up_counts",
    "roll_up_measure",
    "roll_up_shares",
    "shrink_penetration",
    "spread_people",
    "spread_units",
    "validate_potential",
    "wilson_band",
    "with_ring_sums",
    "workload_hours",
]
