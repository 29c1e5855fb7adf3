"""The negative binomial regression against statsmodels, which solves the same equations another way."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.genmod.families import NegativeBinomial
from statsmodels.genmod.generalized_linear_model import GLM

from gridgeo.scoring.glm import fit_negative_binomial


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_coefficients_and_covariance_are_those_of_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 500
    design = np.column_stack([np.ones(n), rng.standard_normal((n, 3))])
    exposure = rng.normal(3.0, 0.5, n)
    mean = np.exp(design @ np.array([-1.0, 0.5, -0.3, 0.0]) + exposure)
    counts = rng.poisson(mean * rng.gamma(2.0, 0.5, n)).astype(np.float64)
    ours = fit_negative_binomial(design, counts, exposure)
    theirs = GLM(counts, design, family=NegativeBinomial(alpha=ours.dispersion), offset=exposure).fit()
    assert ours.converged
    assert ours.dispersion == pytest.approx(0.5, abs=0.12)
    assert ours.coefficients == pytest.approx(np.asarray(theirs.params), abs=1e-7)
    assert ours.covariance == pytest.approx(np.asarray(theirs.cov_params()), rel=1e-4, abs=1e-9)


def test_a_column_that_others_give_in_full_shares_their_weight_and_counts_of_zero_do_not_converge() -> None:
    rng = np.random.default_rng(4)
    column = rng.standard_normal(300)
    design = np.column_stack([np.ones(300), column, column])
    counts = rng.poisson(np.exp(1.0 + 0.4 * column)).astype(np.float64)
    found = fit_negative_binomial(design, counts, np.zeros(300))
    assert found.coefficients[1] == pytest.approx(found.coefficients[2], abs=1e-6)
    assert not fit_negative_binomial(design, np.zeros(300), np.zeros(300)).converged
