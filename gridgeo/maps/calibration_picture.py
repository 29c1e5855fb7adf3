"""The calibration of a geocoder's confidence as a picture: what was stated against what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from gridgeo.i18n import Language, translate
from gridgeo.maps.files import written
from gridgeo.maps.picture import cjk_font
from gridgeo.maps.validation_picture import MODEL_COLOUR, TRUTH_COLOUR


def calibration_png(bins: Sequence[Mapping[str, Any]], origin: str, path: Path, language: Language = "en") -> Path:
    """Draw a calibration table (stated, observed, count); in English where no Chinese font is installed.

    Returns the path. Raises InvalidInputError when the folder does not exist.
    """
    font = cjk_font()
    tongue: Language = language if font else "en"
    stated, observed, count = (
        np.array([part[name] for part in bins], float) for name in ("stated", "observed", "count")
    )
    with mpl.rc_context({"font.family": [font, "DejaVu Sans"] if font else ["DejaVu Sans"]}):
        figure = Figure(figsize=(6.0, 6.0), dpi=120, layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=TRUTH_COLOUR, linestyle="--", label=translate("as stated", tongue))
        axes.plot(stated, observed, color=MODEL_COLOUR)
        axes.scatter(
            stated, observed, s=20 + 300 * np.sqrt(count / count.max()), color=MODEL_COLOUR, alpha=0.5,
            label=translate("addresses, by tenths of the confidence", tongue),
        )  # fmt: skip
        for x, y, number in zip(stated, observed, count, strict=True):
            axes.annotate(f"{int(number):,}", (x, y), textcoords="offset points", xytext=(10, -12), fontsize=8)
        axes.set_xlabel(translate("confidence stated", tongue))
        axes.set_ylabel(translate("share within 100 m of the truth", tongue))
        axes.set_title(origin, fontsize=9, wrap=True)
        axes.legend(frameon=False, loc="upper left")
        with written(path) as fresh:
            figure.savefig(fresh, format="png", metadata={"Software": "gridgeo", "Title": origin})
    return path
