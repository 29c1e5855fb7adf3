"""Industry grids, cohort grids and target groups as rules: checked, said in words, worked out on tables."""

from gridgeo.features.cohort_masks import cohort_mask
from gridgeo.features.cohort_rules import CohortRule, Condition, cohort_from_json, products_of
from gridgeo.features.cohort_words import cohort_words
from gridgeo.features.expressions import AllOf, AnyOf, Is, Limits, Not, leaves
from gridgeo.features.industry_rules import (
    IndustryRule,
    classified,
    descendants,
    industry_from_json,
    industry_words,
    merged_codes,
    of_rule,
)
from gridgeo.features.overlap import Overlap, overlap_of
from gridgeo.features.refused import require_no_refused_words
from gridgeo.features.target_rules import (
    AreaLeaf,
    CohortLeaf,
    IndustryLeaf,
    TargetRule,
    column_of,
    target_from_json,
    target_mask,
    target_words,
)

__all__ = [
    "AllOf",
    "AnyOf",
    "AreaLeaf",
    "CohortLeaf",
    "CohortRule",
    "Condition",
    "IndustryLeaf",
    "IndustryRule",
    "Is",
    "Limits",
    "Not",
    "Overlap",
    "TargetRule",
    "classified",
    "cohort_from_json",
    "cohort_mask",
    "cohort_words",
    "column_of",
    "descendants",
    "industry_from_json",
    "industry_words",
    "leaves",
    "merged_codes",
    "of_rule",
    "overlap_of",
    "products_of",
    "require_no_refused_words",
    "target_from_json",
    "target_mask",
    "target_words",
]
