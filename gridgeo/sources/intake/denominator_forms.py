"""Files of denominators: by zones of the ground, by areas of their own, by points, or by cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl
import shapely

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import RawTable
from gridgeo.sources.files.raw import GEOMETRY
from gridgeo.sources.intake.cell_tables import CellTable, understand_cells
from gridgeo.sources.intake.fields import Field, ImportKind
from gridgeo.sources.intake.kinds_ground import (
    AREAS_KIND,
    CELLS_KIND,
    DENOMINATORS_KIND,
    MEASURES,
    NOTHING_COUNTED,
    POINTS_KIND,
)
from gridgeo.sources.intake.mapping import propose_mapping
from gridgeo.sources.intake.options import ImportOptions, Known
from gridgeo.sources.intake.understand import Understanding, understand

NAME = re.compile(r"[^\W\d][\w+.\-]*")
"""A denominator's name: letters, digits and _ + . -, a letter first."""
KINDS_OF_FORMS = {"zones": DENOMINATORS_KIND, "polygons": AREAS_KIND, "points": POINTS_KIND}
FORM_OF_KIND = {kind.name: form for form, kind in KINDS_OF_FORMS.items()}
NOT_COUNTS = ("id", "code", "year", "area", "lng", "lon", "lat", "x", "y", "density", "share", "percent", "rate")
"""Words of headers that `all` passes over: what they hold does not add up."""


@dataclass(frozen=True)
class FoundForm:
    """form: one of FORMS. sure: False where names of zones stand beside own positions, and the ground has to say."""

    form: str
    sure: bool = True


def extra_counts(raw: RawTable, options: ImportOptions) -> dict[str, str]:
    """Return name -> column of the counts besides people, households and businesses.

    They are the names that `options.mapping` gives columns and no field has, and the columns of `options.figures` under
    their own names, blanks as ``_``. Raises InvalidInputError for a name that cannot be one or a column there is not.
    """
    fields = {*AREAS_KIND.field_names, *POINTS_KIND.field_names, "cell"}
    found = {name: column for name, column in options.mapping.items() if name not in fields and column != "-"}
    for column in _all_counts(raw, options) if options.figures == ("all",) else options.figures:
        found.setdefault(re.sub(r"\s+", "_", column.strip()), column)
    for name, column in found.items():
        if column not in raw.columns:
            raise InvalidInputError(
                "the file has no column {given} for field {field}; it has {known}",
                given=column,
                field=name,
                known=", ".join(raw.columns),
            )
        if not NAME.fullmatch(name):
            raise InvalidInputError(
                "{name} cannot be the name of a denominator: letters, digits and _ + . - make one, a letter first; "
                "name it with --map NAME=COLUMN",
                name=name,
            )
    return found


def found_form(raw: RawTable, options: ImportOptions) -> FoundForm:
    """Return what the rows of a file of denominators are, as declared or by their columns."""
    if options.form is not None:
        return FoundForm(options.form)
    if options.cell_column is not None:
        return FoundForm("cells")
    known = _known_columns(raw, DENOMINATORS_KIND, options)
    named = bool({"zone", "code"} & {*known, *options.constants})
    own = _own_positions(raw, options)
    if own is None:
        cells = not named and "cell" in _known_columns(raw, CELLS_KIND, options)
        return FoundForm("cells" if cells else "zones")
    undeclared = options.datum is None and options.crs is None and raw.crs is None
    if named and (undeclared or not raw.has_geometry):
        return FoundForm("zones")
    return FoundForm(own, sure=not named)


def zone_texts(raw: RawTable, options: ImportOptions) -> pl.DataFrame:
    """Return zone and code of every row of a file, as it writes them."""
    known = _known_columns(raw, DENOMINATORS_KIND, options)
    texts = [
        pl.col(known[name]).alias(name) if name in known else pl.lit(None, pl.String).alias(name)
        for name in ("zone", "code")
    ]
    return pl.concat(
        [pl.DataFrame(schema={"zone": pl.String, "code": pl.String}), *(b.select(texts) for b in raw.batches())]
    )


def understand_denominators(
    raw: RawTable, options: ImportOptions, known: Known, form: str
) -> Understanding | CellTable:
    """Return a file of denominators as its form is understood; raises as `understand` and `understand_cells` do."""
    extras = extra_counts(raw, options)
    if form == "cells":
        return _cells(raw, options, known, extras)
    mapping = {name: column for name, column in options.mapping.items() if name not in extras} | extras
    kind = _with_extras(KINDS_OF_FORMS[form], tuple(extras))
    if form == "polygons" and "code" not in _known_columns(raw, DENOMINATORS_KIND, options):
        kind = replace(kind, instead={"id": "zone"})
    return understand(raw, replace(options, mapping=mapping), known, kind)


def form_of_file(file: Understanding | CellTable) -> str:
    """Return the form in which a file of denominators was understood."""
    return "cells" if isinstance(file, CellTable) else FORM_OF_KIND[file.kind.name]


def names_in(columns: list[str]) -> list[str]:
    """Return which columns of rows of denominators are counts: people, households, businesses and the extra ones."""
    fixed = {*DENOMINATORS_KIND.contract, *AREAS_KIND.contract} - set(MEASURES)
    return [name for name in columns if name not in fixed]


def _with_extras(kind: ImportKind, extras: tuple[str, ...]) -> ImportKind:
    if not extras:
        return kind
    fields = tuple(Field(name, "number", "core", low=0) for name in extras)
    counted = pl.any_horizontal(pl.col(name).is_not_null() for name in extras)
    rules = tuple(
        ((bad & ~counted) if reason == NOTHING_COUNTED else bad, name, reason) for bad, name, reason in kind.rules
    )
    return replace(
        kind,
        fields=(*kind.fields, *fields),
        contract={**kind.contract, **dict.fromkeys(extras, pl.Float64)},
        sums=(*kind.sums, *extras),
        rules=rules,
    )


def _cells(raw: RawTable, options: ImportOptions, known: Known, extras: Mapping[str, str]) -> CellTable:
    found = _known_columns(raw, DENOMINATORS_KIND, options)
    chosen = {name: found[name] for name in MEASURES if name in found} | dict(extras)
    if not chosen:
        raise InvalidInputError(
            "{path}: no column of people, households or businesses beside the cells; name one with --map "
            "people=COLUMN, or other counts with --figures",
            path=raw.path.name,
        )
    table = understand_cells(raw, replace(options, mapping=chosen), known)
    return replace(table, names={column: name for name, column in chosen.items()}, counts=True)


def _known_columns(raw: RawTable, kind: ImportKind, options: ImportOptions) -> dict[str, str]:
    declared = {name: column for name, column in options.mapping.items() if name in kind.field_names}
    fixed = {name: text for name, text in options.constants.items() if name in kind.field_names}
    return propose_mapping(raw.columns, kind, declared, fixed).columns


def _own_positions(raw: RawTable, options: ImportOptions) -> str | None:
    """Return polygons or points where rows have them, None where they have neither."""
    if not raw.has_geometry:
        return "points" if {"lng", "lat"} <= set(_known_columns(raw, POINTS_KIND, options)) else None
    first = next((shape for batch in raw.batches() for shape in batch[GEOMETRY].drop_nulls().head(1)), None)
    shape = None if first is None else shapely.from_wkb(first, on_invalid="ignore")
    return None if shape is None else "points" if shapely.get_dimensions(shape) == 0 else "polygons"


def _all_counts(raw: RawTable, options: ImportOptions) -> tuple[str, ...]:
    """Return every column of numbers of 0 or more in the first rows that no field takes and that may add up."""
    first = next(raw.batches(), None)
    if first is None:
        return ()
    taken = {*_known_columns(raw, POINTS_KIND, options).values(), *_known_columns(raw, CELLS_KIND, options).values()}
    rest = [name for name in raw.columns if name not in (*taken, *options.mapping.values())]
    rest = [name for name in rest if not {part.casefold() for part in re.split(r"[\W_]+", name)} & set(NOT_COUNTS)]
    numbers = first.select(pl.col(rest).cast(pl.Float64, strict=False))
    return tuple(
        name
        for name in rest
        if numbers[name].null_count() == first[name].null_count() < first.height and (numbers[name].min() or 0) >= 0  # type: ignore[operator]
    )
