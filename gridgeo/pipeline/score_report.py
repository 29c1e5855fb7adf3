"""The files of a validation: Markdown, picture, JSON and the held-out forecasts themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import polars as pl

from gridgeo.errors import InvalidInputError
from gridgeo.i18n import Language, translate
from gridgeo.maps.files import written
from gridgeo.maps.validation_picture import validation_png
from gridgeo.maps.validation_text import validation_markdown
from gridgeo.pipeline.score_validate import Validated, forecasts_table

NAMES = {
    "markdown": "validation.md",
    "picture": "validation.png",
    "json": "validation.json",
    "forecasts": "forecasts.csv",
}


def write_report(found: Validated, folder: Path, language: Language = "en") -> dict[str, Any]:
    """Write the four files into the folder, which is made where its parent exists; return the JSON with their paths.

    The same validation gives the same bytes.
    Raises InvalidInputError when the folder cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise InvalidInputError("{path} is a file, not a folder", path=folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError(
            "folder {folder} cannot be made: {detail}", folder=folder, detail=error.strerror
        ) from error
    remarks = [translate(each.template, language, **dict(each.values)) for each in found.notes]
    with written(folder / NAMES["json"]) as path:
        path.write_bytes(orjson.dumps(found.body, option=orjson.OPT_INDENT_2) + b"\n")
    with written(folder / NAMES["markdown"]) as path:
        path.write_text(validation_markdown(found.body, remarks, language), encoding="utf-8")
    with written(folder / NAMES["forecasts"]) as path:
        pl.DataFrame(forecasts_table(found)).write_csv(path)
    validation_png(found.body, folder / NAMES["picture"], language)
    return found.body | {"files": {kind: str(folder / name) for kind, name in NAMES.items()}}
