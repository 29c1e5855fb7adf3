"""A catchment's method in words, in both languages: a straight line is called a straight line."""

from __future__ import annotations

from dataclasses import replace

from gridgeo.i18n import Language, translate
from gridgeo.pipeline.catchments.specs import CatchmentSpec

WORDS = {
    ("drive_time", "drive"): "nearest branch by drive time",
    ("drive_time", "walk"): "nearest branch by walking time",
    ("straight_line", "drive"): "nearest branch in a straight line",
    ("straight_line", "walk"): "nearest branch in a straight line",
    ("municipality", "drive"): "municipalities of the nearest branch by drive time",
    ("municipality", "walk"): "municipalities of the nearest branch by walking time",
    ("isochrone", "drive"): "within {minutes} min by car",
    ("isochrone", "walk"): "within {minutes} min on foot",
}
"""(method, travel mode) -> template."""
COMBINED = {
    "union": "{first} together with {second}",
    "difference": "{first} without {second}",
    "intersection": "{first} only where {second}",
}

NAMED = {
    "administrative": "administrative units: {names}",
    "places": "villages, communities, streets: {names}",
    "between": "between {names}",
}
MOST_NAMED = 6
"""A pasted list may be long; a label says how many more names there are."""


def label_of(spec: CatchmentSpec, mode: str, language: Language = "en") -> str:
    """Return the method in words; mode: how customers reach a branch on this ground (drive or walk)."""
    if spec.title is not None:
        label = label_of(replace(spec, title=None), mode, language)
        return translate("{title}: {label}", language, title=spec.title, label=label)
    if spec.point is not None:
        lng, lat = (f"{at:.5f}" for at in spec.point)
        label = label_of(replace(spec, point=None), mode, language)
        return translate("{label} of {lng}, {lat}", language, label=label, lng=lng, lat=lat)
    by_mode = WORDS.get((spec.method, spec.mode or mode))
    if by_mode:
        return translate(by_mode, language, minutes=_number(spec.minutes))
    if spec.method == "combined":
        return _combined(spec, mode, language)
    if spec.method in NAMED:
        return _named(spec, language)
    if spec.method == "customers":
        return translate("cells that hold {share} % of its own customers", language, share=_percent(spec))
    if spec.method == "buffer":
        return translate("within {radius} m in a straight line", language, radius=_number(spec.radius_m))
    return translate("drawn polygon", language)


def _named(spec: CatchmentSpec, language: Language) -> str:
    names = spec.units or spec.places or spec.roads
    if not names:
        return translate("the {kind} that the branch stands in", language, kind=translate(str(spec.kind), language))
    more = f" (+{len(names) - MOST_NAMED})" if len(names) > MOST_NAMED else ""
    return translate(NAMED[spec.method], language, names=translate(", ", language).join(names[:MOST_NAMED]) + more)


def _combined(spec: CatchmentSpec, mode: str, language: Language) -> str:
    words = [label_of(part, mode, language) for part in spec.of]
    inner = [f"({text})" if part.method == "combined" else text for text, part in zip(words, spec.of, strict=True)]
    first = inner[0]
    for second in inner[1:]:
        first = translate(COMBINED[str(spec.operation)], language, first=first, second=second)
    return first


def _number(value: float | None) -> str:
    return f"{value or 0:g}"


def _percent(spec: CatchmentSpec) -> str:
    return f"{100 * (spec.share or 0):g}"
