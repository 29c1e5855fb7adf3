"""The files of the fictional county, as a bank would deliver them: samples for imports, datums and addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gridgeo.demo.county.files import Delivery, PartsDone, no_parts, write_county
from gridgeo.errors import InvalidInputError
from gridgeo.maps.files import written
from gridgeo.pipeline.demo import county_spec


def write_demo_files(
    folder: Path,
    ground_name: str,
    seed: int,
    households: int | None,
    how: Delivery,
    progress: PartsDone = no_parts,
) -> dict[str, Any]:
    """Write the county's files to a new folder, all of them or none, and return their manifest.

    The hidden truth beside them is in WGS 84. The same arguments give the same bytes.
    Raises InvalidInputError for a ground that is not made up, or a folder with content.
    """
    spec = county_spec(ground_name, seed, households)
    if spec is None:
        raise InvalidInputError("only ground county has files of its own, not {ground}", ground=ground_name)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidInputError("{path} is there already and not an empty folder: name a new one", path=folder)
    with written(folder) as fresh:
        fresh.mkdir()
        return write_county(spec, how, fresh, progress)
