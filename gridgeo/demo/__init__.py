"""Demo grounds and the seeded synthetic bank over them."""

from gridgeo.demo.bank import Truth, synthetic_bank
from gridgeo.demo.bank_spec import BANKS, DEFAULT_AS_OF, BankSpec, BranchPlan
from gridgeo.demo.county.spec import COUNTY
from gridgeo.demo.grounds import DEFAULT_GROUND, GROUNDS, ground_path, ground_spec, population_path

DEMO_GROUNDS = (*GROUNDS, COUNTY)
"""Two real ones, and the fictional county."""

__all__ = [
    "BANKS",
    "COUNTY",
    "DEFAULT_AS_OF",
    "DEFAULT_GROUND",
    "DEMO_GROUNDS",
    "GROUNDS",
    "BankSpec",
    "BranchPlan",
    "Truth",
    "ground_path",
    "ground_spec",
    "population_path",
    "synthetic_bank",
]
