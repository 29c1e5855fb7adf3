"""Groups of subcommands that several modules add to."""

from __future__ import annotations

import typer


def _group(words: str) -> typer.Typer:
    return typer.Typer(help=words, no_args_is_help=True, rich_markup_mode=None)


CATCHMENT = _group("The branches' catchments.")
GRID = _group("Area grids: the named duty areas that divide a catchment.")
LOCATE = _group("Positions of customers and merchants.")
SCORE = _group("Scores of cells.")
TERRITORY = _group("Territories of relationship managers.")


def register(app: typer.Typer) -> None:
    """Add the groups."""
    groups = {"catchment": CATCHMENT, "grid": GRID, "locate": LOCATE, "score": SCORE, "territory": TERRITORY}
    for name, group in groups.items():
        app.add_typer(group, name=name)
