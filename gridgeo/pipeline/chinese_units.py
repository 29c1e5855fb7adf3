"""The table of Chinese units with a bank's own names, as of a year."""

from __future__ import annotations

from pathlib import Path

from gridgeo.errors import InvalidInputError
from gridgeo.locate.chinese_aliases import ALIASES, units_as_of, with_aliases
from gridgeo.locate.chinese_table import Units, packaged_units
from gridgeo.sources.alias_file import aliases_from_file
from gridgeo.sources.files import ReadOptions

FIRST_YEAR = 1980
"""The table of units follows them from then on."""


def chinese_units(aliases: Path | None, year: int | None, how: ReadOptions) -> Units:
    """Return the packaged table of Chinese units with a bank's own names, as of a year.

    Raises InvalidInputError for a year before the table begins, or aliases that cannot be read.
    """
    if year is not None and year < FIRST_YEAR:
        raise InvalidInputError("year must be {first} or later, got {given}", first=FIRST_YEAR, given=year)
    units = packaged_units()
    if aliases is not None:
        units = with_aliases(units, aliases_from_file(aliases, how).select(list(ALIASES)))
    return units_as_of(units, year)
