"""The option that gives single branches finer cells."""

from __future__ import annotations

from typing import Annotated

import typer

from gridgeo.errors import InvalidInputError

BranchResolutionOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="BRANCH=RESOLUTION", help="Finer cells of one branch, such as B1=10. Can be given several times."
    ),
]


def branch_resolutions(given: list[str] | None) -> dict[str, int] | None:
    """Read BRANCH=RESOLUTION texts; None when there are none."""
    if not given:
        return None
    pairs = [text.rpartition("=") for text in given]
    for (branch, _, resolution), text in zip(pairs, given, strict=True):
        if not branch or not resolution.isdecimal():
            raise InvalidInputError("{given} must be BRANCH=RESOLUTION, such as B1=10", given=text)
    return {branch: int(resolution) for branch, _, resolution in pairs}
