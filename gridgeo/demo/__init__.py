"""Demo grounds and the seeded synthetic bank over them."""

from gridgeo.demo.bank import Truth, synthetic_bank
from gridgeo.demo.bank_spec import BANKS, DEFAULT_AS_OF, BankSpec, BranchPlan
from gridgeo.demo.grounds import DEFAULT_GROUND, GROUNDS, ground_path, ground_spec, population_path

__all__ = [
    "BANKS",
    "DEFAULT_AS_OF",
    "DEFAULT_GROUND",
    "GROUNDS",
    "BankSpec",
    "BranchPlan",
    "Truth",
    "ground_path",
    "ground_spec",
    "population_path",
    "synthetic_bank",
]
