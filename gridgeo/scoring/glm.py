"""A negative binomial regression with its dispersion estimated.

Written here and not taken from statsmodels, which a test holds it against: that solves every step by a singular value
decomposition of all rows, twenty times the work for the same coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy
from scipy import optimize, special

from gridgeo.domain import FloatArray

ROUNDS, STEPS = 50, 100
SETTLED = 1e-9
"""Coefficients stand still when none moves further."""
LOG_DISPERSION_BOUNDS = (-12.0, 4.0)
LINEAR_LIMIT = 30.0
"""The linear predictor is held inside plus or minus this; exp(30) customers are not a forecast."""
ERROR_LIMIT = 4.0
"""A standard error of the log beyond this says "anything" already."""


@dataclass(frozen=True)
class OverdispersionTest:
    """pearson_ratio: Pearson chi-square of the Poisson fit over its degrees of freedom; 1 when Poisson holds.

    p_value: one-sided, small when the counts scatter more than Poisson.
    """

    pearson_ratio: float
    p_value: float


@dataclass(frozen=True)
class GlmFit:
    """coefficients (p,), covariance (p, p), dispersion of the negative binomial, and the test against Poisson."""

    coefficients: FloatArray
    covariance: FloatArray
    dispersion: float
    poisson: OverdispersionTest
    converged: bool


def fit_negative_binomial(design: FloatArray, counts: FloatArray, log_exposure: FloatArray) -> GlmFit:
    """Fit counts on the design, shape (n, p) with its constant, by turns of coefficients and dispersion.

    counts may be fractional. The variance is mean + dispersion * mean^2.
    Source: Hilbe 2011, Negative Binomial Regression, section 8; Cameron and Trivedi 1990 for the test.
    """
    try:
        with np.errstate(all="ignore"):
            # What is not finite is looked for below.
            return _alternate(design, counts, log_exposure)
    except (ValueError, np.linalg.LinAlgError):
        # Counts so odd that a step left the numbers; the caller falls back and says so.
        n = design.shape[1]
        return GlmFit(np.zeros(n), np.eye(n), 0.0, OverdispersionTest(0.0, 1.0), converged=False)


def _alternate(design: FloatArray, counts: FloatArray, log_exposure: FloatArray) -> GlmFit:
    """Take turns between coefficients and dispersion until both stand still."""
    common = np.zeros(design.shape[1])
    common[0] = np.log(counts.sum() / np.exp(log_exposure).sum())
    data = (design, counts, log_exposure)
    plain = _reweighted(data, 0.0, common)
    poisson = overdispersion(counts, plain.mean, design.shape[1])
    # Where the Poisson steps ran away, the common rate is the better place to start from.
    found = plain if plain.settled else replace(plain, coefficients=common)
    dispersion, settled = 0.1, False
    for _ in range(ROUNDS):
        found = _reweighted(data, dispersion, found.coefficients)
        updated = dispersion_of(counts, found.mean)
        settled = abs(np.log(updated / dispersion)) < 1e-5
        dispersion = updated
        if settled:
            break
    covariance = np.asarray(np.linalg.pinv(found.information), dtype=np.float64)
    sound = bool(found.settled and np.isfinite(covariance).all())
    return GlmFit(found.coefficients, covariance, float(dispersion), poisson, converged=sound and settled)


@dataclass(frozen=True)
class _Reweighted:
    """Where the steps of reweighted least squares ended; mean: of each row under the coefficients before the last."""

    coefficients: FloatArray
    information: FloatArray
    mean: FloatArray
    settled: bool


def _reweighted(data: tuple[FloatArray, FloatArray, FloatArray], dispersion: float, start: FloatArray) -> _Reweighted:
    """Fit the coefficients at a given dispersion, 0 for Poisson, by Fisher's scoring over the normal equations.

    Source: Nelder and Wedderburn 1972, Journal of the Royal Statistical Society A 135(3).
    """
    design, counts, log_exposure = data
    coefficients, settled = start, False
    information, mean = np.eye(design.shape[1]), predicted_mean(design, start, log_exposure)
    for _ in range(STEPS):
        weight = mean / (1 + dispersion * mean)
        weighted = design.T * weight
        information = weighted @ design
        target = weighted @ (design @ coefficients + (counts - mean) / mean)
        # Least squares over the few columns: a column that others give in full then shares their weight.
        updated = np.asarray(np.linalg.lstsq(information, target, rcond=None)[0], dtype=np.float64)
        if not np.isfinite(updated).all():
            return _Reweighted(coefficients, information, mean, settled=False)
        settled = bool(np.abs(updated - coefficients).max() < SETTLED)
        coefficients, mean = updated, predicted_mean(design, updated, log_exposure)
        if settled:
            break
    return _Reweighted(coefficients, information, mean, settled)


def shrunk_fit(
    fit: GlmFit, design: FloatArray, counts: FloatArray, log_exposure: FloatArray, penalty: FloatArray
) -> GlmFit:
    """Shrink the coefficients of a fit towards 0 by a ridge; penalty: shape (p,), 0 leaves a coefficient free.

    statsmodels' own ridge for such models returns no covariance, so the few steps of reweighted least squares are done
    here. The covariance is that of the posterior under normal priors of precision `penalty`; the dispersion is found
    anew around the shrunk means.
    Source: le Cessie and van Houwelingen 1992, Applied Statistics 41(1).
    """
    coefficients, settled = fit.coefficients, False
    information = np.diag(penalty)
    for _ in range(ROUNDS):
        mean = predicted_mean(design, coefficients, log_exposure)
        weight = mean / (1 + fit.dispersion * mean)
        working = design @ coefficients + (counts - mean) / mean
        information = (design.T * weight) @ design + np.diag(penalty)
        updated: FloatArray = np.asarray(np.linalg.solve(information, (design.T * weight) @ working), dtype=np.float64)
        settled = bool(np.abs(updated - coefficients).max() < 1e-9)
        coefficients = updated
        if settled:
            break
    dispersion = dispersion_of(counts, predicted_mean(design, coefficients, log_exposure))
    return GlmFit(
        coefficients,
        np.asarray(np.linalg.inv(information), dtype=np.float64),
        dispersion,
        fit.poisson,
        converged=settled,
    )


def dispersion_of(counts: FloatArray, mean: FloatArray) -> float:
    """Return the dispersion that makes the counts most likely around their means."""
    safe = np.maximum(mean, 1e-9)

    def loss(log_dispersion: float) -> float:
        return -negative_binomial_log_likelihood(counts, safe, float(np.exp(log_dispersion)))

    best = optimize.minimize_scalar(loss, bounds=LOG_DISPERSION_BOUNDS, method="bounded", options={"xatol": 1e-7})
    return float(np.exp(best.x))


def negative_binomial_log_likelihood(counts: FloatArray, mean: FloatArray, dispersion: float) -> float:
    """Return the log-likelihood of the counts, up to the part that depends on the counts alone."""
    size = 1 / dispersion
    terms = special.gammaln(counts + size) - special.gammaln(size)
    terms += counts * np.log(mean / (mean + size)) - size * np.log1p(mean / size)
    return float(terms.sum())


def overdispersion(counts: FloatArray, mean: FloatArray, n_coefficients: int) -> OverdispersionTest:
    """Test whether counts scatter more around their Poisson means than Poisson allows.

    counts, mean: shape (n,). The regression of ((y - m)^2 - y) / m on m through the origin has slope 0 under Poisson.
    Source: Cameron and Trivedi 1990, Journal of Econometrics 46(3).
    """
    safe = np.maximum(mean, 1e-9)
    ratio = float(((counts - safe) ** 2 / safe).sum() / max(len(counts) - n_coefficients, 1))
    response = ((counts - safe) ** 2 - counts) / safe
    slope = float((safe * response).sum() / (safe**2).sum())
    residual = response - slope * safe
    # White's variance: the response is anything but equally spread.
    spread = float(np.sqrt(((safe * residual) ** 2).sum()) / (safe**2).sum())
    statistic = slope / spread if spread > 0 else 0.0
    return OverdispersionTest(ratio, float(scipy.stats.norm.sf(statistic)))


def predicted_mean(design: FloatArray, coefficients: FloatArray, log_exposure: FloatArray) -> FloatArray:
    """Return the expected counts, shape (n,)."""
    mean: FloatArray = np.exp(np.clip(design @ coefficients + log_exposure, -LINEAR_LIMIT, LINEAR_LIMIT))
    return mean


def linear_error(design: FloatArray, covariance: FloatArray) -> FloatArray:
    """Return the standard error of the linear predictor, shape (n,)."""
    variance = np.einsum("ij,ij->i", design @ covariance, design)
    error: FloatArray = np.minimum(np.sqrt(np.maximum(variance, 0.0)), ERROR_LIMIT)
    return error
