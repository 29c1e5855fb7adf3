"""Take a potential apart: coefficient times feature, one by one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gridgeo.scoring.boosting import contributions
from gridgeo.scoring.checks import NOBODY
from gridgeo.scoring.design import Column
from gridgeo.scoring.glm import LINEAR_LIMIT
from gridgeo.scoring.notes import Note, note
from gridgeo.scoring.parts import Explained, Part
from gridgeo.scoring.potential_model import PEOPLE, PotentialModel
from gridgeo.scoring.score_model import ScoreModel


def explain_potential(features: Mapping[str, float], people: float, fitted: ScoreModel) -> Explained:
    """Return how the make-up of a cell became its expected customers.

    features: of the cell by name, ring sums among them.
    """
    model = fitted.potential
    head = Part("people", people, note("people who live here"), "people", "ground")
    if model.form == "rate":
        rate = Part("rate", model.rate, note("customers a person of all cells"), "share", "score")
        return Explained("rate * people", model.rate * people, (head, rate), model.notes)
    if model.forest is not None:
        return _of_trees(features, people, model)
    scaled = [_scaled(column, people if column.name == PEOPLE else features[column.name]) for column in model.columns]
    products = [coefficient * z for coefficient, z in zip(model.coefficients[1:], scaled, strict=True)]
    offset = float(np.log(people)) if model.form == "offset" and people >= NOBODY else 0.0
    linear = model.coefficients[0] + sum(products) + offset
    cap = model.cap * people if model.form == "offset" else model.cap
    mean = float(np.exp(np.clip(linear, -LINEAR_LIMIT, LINEAR_LIMIT))) if people >= NOBODY else 0.0
    parts = [head, Part("constant", model.coefficients[0], note("constant of the regression"))]
    for column, coefficient, z in zip(model.columns, model.coefficients[1:], scaled, strict=True):
        raw = people if column.name == PEOPLE else features[column.name]
        parts += _of_column(column, raw, coefficient, z)
    parts += [
        Part("offset", offset, note("logarithm of the people, where they are the exposure")),
        Part("linear", linear, note("constant, products and offset together")),
        Part("cap", cap, note("largest number that the model may expect"), "customers"),
    ]
    return Explained("min(exp(linear), cap)", min(mean, cap), tuple(parts), (*_tests(model), *model.notes))


def _of_trees(features: Mapping[str, float], people: float, model: PotentialModel) -> Explained:
    """Say what each feature's splits add up to along the way of this cell through the trees.

    Source: Saabas 2014, the path through a tree, feature by feature, adds up to its leaf.
    """
    forest = model.forest
    assert forest is not None  # noqa: S101 - the caller has asked
    row = np.array([[people if name == PEOPLE else features[name] for name in forest.names]])
    start, added = contributions(forest, row)
    logarithm = start + float(added.sum())
    grown = max(float(np.expm1(logarithm)) * forest.factor, 0.0)
    parts = [
        Part("people", people, note("people who live here"), "people", "ground"),
        Part("start", start, note("logarithm that the trees begin from")),
    ]
    for name, part in zip(forest.names, added[0], strict=True):
        if part != 0.0:
            parts.append(Part(f"t_{name}", float(part), note("what the trees add for feature {feature}", feature=name)))
    parts += [
        Part("logarithm", logarithm, note("start and trees together: logarithm of 1 plus customers")),
        Part("factor", forest.factor, note("brings the trees' mean back to the mean of the counts")),
        Part("cap", model.cap, note("largest number that the model may expect"), "customers"),
    ]
    value = min(grown, model.cap) if people >= NOBODY else 0.0
    return Explained("min((exp(logarithm) - 1) * factor, cap)", value, tuple(parts), model.notes)


def _of_column(column: Column, raw: float, coefficient: float, z: float) -> list[Part]:
    name = column.name
    scale = note("feature {feature} on the model's scale", feature=name)
    return [
        Part(f"x_{name}", raw, note("feature {feature} of the cell", feature=name), "", "ground"),
        Part(f"z_{name}", z, scale),
        Part(f"b_{name}", coefficient, note("coefficient of feature {feature}", feature=name)),
        Part(f"bz_{name}", coefficient * z, note("coefficient times feature {feature}", feature=name)),
    ]


def _scaled(column: Column, value: float) -> float:
    """Bring a feature to the model's scale, held inside the range that it was fitted on."""
    tamed = float(np.log1p(max(value, 0.0))) if column.logged else value
    return (min(max(tamed, column.low), column.high) - column.mean) / column.spread


def _tests(model: PotentialModel) -> tuple[Note, ...]:
    return (
        note(
            "counts scatter {ratio} times as much as a Poisson model says (p {p}): dispersion {dispersion}",
            ratio=f"{model.pearson_ratio:.2f}",
            p=f"{model.overdispersion_p:.2g}",
            dispersion=f"{model.dispersion:.3g}",
        ),
    )
