"""A validation as a page of Markdown for people who decide whether to trust a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridgeo.i18n import Language, translate
from gridgeo.maps.notes import MARKETING_ONLY
from gridgeo.maps.validation_picture import SHOWN_NAMES

MOST_AREAS = 60


def validation_markdown(body: dict[str, Any], notes: Sequence[str], language: Language = "en") -> str:
    """Return the report; body: the validation's JSON; notes: its remarks in the language."""

    def say(text: str, **values: object) -> str:
        return translate(text, language, **values)

    parts = [
        f"# {say('Validation on areas left out')}: {body['target']}",
        MARKETING_ONLY[language],
        _verdict(body, say),
        f"## {say('Rank correlation (Spearman)')}",
        _table(*_ranks(body, say)),
        say(
            "Every forecast is of an area whose target the model has not seen. The interval comes from drawing whole "
            "areas again; wins is the part of the draws in which the model ranks better than the naive rule."
        ),
        f"## {say('Calibration')}",
        _table([say(text) for text in ("cells", "mean forecast", "mean seen")], _bins(body)),
        "![](validation.png)",
        f"## {say('By area')}",
        _table(*_areas(body, say)),
        f"## {say('What it rests on')}",
        _model(body, say),
        *([f"## {say('Remarks')}", "\n".join(f"- {text}" for text in notes)] if notes else []),
    ]
    return "\n\n".join(parts) + "\n"


def _verdict(body: dict[str, Any], say: Any) -> str:  # noqa: ANN401 - a closure over the language
    words = {
        "predictive": "The model ranks unseen areas better than both naive rules.",
        "not predictive": "The model does not rank unseen areas better than the naive rules: do not rely on it there.",
    }
    figures = say(
        "Rank correlation {model} on {cells} cells of unseen areas; the best tenth of the forecasts holds {lift} times "
        "the mean. Evidence: {evidence}.",
        model=_number(body["spearman"]["model"]),
        cells=body["n"],
        lift=_number(body["lift_top_decile"]),
        evidence=say(body["evidence"]),
    )
    return f"{say(words[body['verdict']])} {figures}"


def _ranks(body: dict[str, Any], say: Any) -> tuple[list[str], list[list[str]]]:  # noqa: ANN401
    head = [
        "what is left out",
        "folds",
        "cells",
        "model",
        "90 % interval",
        "people only",
        "wins",
        "mean of the ring around",
        "wins",
        "within areas",
        "R2",
        "lift of the best tenth",
        "evidence",
    ]
    rows = []
    for fold in body["folds"]:
        base, wins = fold["spearman"]["baselines"], fold["wins"]
        band = "" if fold["interval_90"] is None else " - ".join(_number(end) for end in fold["interval_90"])
        figures = [
            fold["spearman"]["model"],
            base["people_only"],
            wins["people_only"],
            base["ring_mean"],
            wins["ring_mean"],
        ]
        model, *others = map(_number, figures)
        last = [fold["spearman_within_areas"]["model"], fold["r2"], fold["lift_top_decile"]]
        counts = [_scheme(fold, say), str(fold["folds"]), str(fold["n"])]
        rows.append([*counts, model, band, *others, *map(_number, last), say(fold["evidence"])])
    return [say(text) for text in head], rows


def _scheme(fold: dict[str, Any], say: Any) -> str:  # noqa: ANN401
    if fold["scheme"] == "group":
        return str(say("one of {areas} groups of {column}", areas=fold["areas"], column=fold["column"]))
    text = "one of {areas} H3 parents of resolution {resolution}"
    return str(say(text, areas=fold["areas"], resolution=fold["resolution"]))


def _bins(body: dict[str, Any]) -> list[list[str]]:
    return [[str(part["cells"]), _number(part["forecast"]), _number(part["observed"])] for part in body["calibration"]]


def _areas(body: dict[str, Any], say: Any) -> tuple[list[str], list[list[str]]]:  # noqa: ANN401
    names = ("model", "people_only", "ring_mean")
    head = [say("area"), say("cells"), *(say(SHOWN_NAMES[name]) for name in names)]
    rows = [
        [group["group"], str(group["cells"]), *(_number(group["spearman"][name]) for name in names)]
        for group in body["groups"][:MOST_AREAS]
    ]
    left = len(body["groups"]) - len(rows)
    return head, rows + ([[say("{count} more in validation.json", count=left), "", "", "", ""]] if left else [])


def _model(body: dict[str, Any], say: Any) -> str:  # noqa: ANN401
    model = body["model"]
    kinds = {"regression": "{family} regression", "boosting": "gradient-boosted trees"}
    lines = [
        say("Model: {kind}", kind=say(kinds[model["kind"]], family=say(model["family"]))),
        say("Features: {features}", features=", ".join(body["features"])),
    ]
    if "boosting_gain_inside" in model:
        gain = _number(model["boosting_gain_inside"])
        lines.append(
            say("Boosted trees changed the rank correlation inside by {gain}; 0.01 or more takes them.", gain=gain)
        )
    return "\n".join(f"- {line}" for line in lines)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
