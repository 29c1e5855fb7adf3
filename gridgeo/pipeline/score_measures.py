"""The users' measures of a score version, and what all its measures mean: it is read after either has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa

from gridgeo.cells import ring_pairs
from gridgeo.domain.measures import MEASURE_BY_ID, MEASURES, Measure
from gridgeo.domain.user_measures import UserMeasure
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import LANGUAGES, translate
from gridgeo.pipeline.cell_inputs import CellInputs
from gridgeo.pipeline.columns.column import Column
from gridgeo.pipeline.columns.registry import Computed
from gridgeo.pipeline.stored_columns import stored_columns
from gridgeo.scoring import Note
from gridgeo.scoring.composite import FIRM_SHARE, WEIGHT_SPREAD
from gridgeo.scoring.formula_values import Cells
from gridgeo.scoring.user_figures import user_figures
from gridgeo.storage import user_measures, write_score_measures


@dataclass(frozen=True)
class UserColumns:
    """The users' measures over every set of cells.

    definitions: id -> definition. columns: one mapping a set of cells, measure -> column. notes: what was not there.
    """

    definitions: dict[str, UserMeasure]
    columns: tuple[dict[str, Column], ...]
    notes: tuple[Note, ...]

    def report(self) -> dict[str, Any]:
        """Return what the score version says about them: how each was computed, and remarks in both languages."""
        said = dict.fromkeys(self.notes)
        return {
            "measures": {name: _computed(each) for name, each in self.definitions.items()},
            "notes": [
                {language: translate(each.template, language, **dict(each.values)) for language in LANGUAGES}
                for each in said
            ],
        }


def user_columns(
    connection: sa.Connection, ground_id: int, parts: Sequence[CellInputs], scored: Sequence[Computed]
) -> UserColumns:
    """Compute the measures that users added over each set of cells, from its measures and its other columns.

    Raises InvalidInputError when this release has got a measure of a user's id.
    """
    definitions = user_measures(connection)
    _require_free(definitions, {measure.id for made in scored for measure in made.measures})
    if not definitions:
        return UserColumns({}, tuple({} for _ in parts), ())
    columns, notes = [], list[Note]()
    for given, made in zip(parts, scored, strict=True):
        known = stored_columns(connection, ground_id, given)
        known |= {name: column.value for name, column in made.columns.items()}
        figures, said = user_figures(definitions, known, Cells(given.branch_index, partial(ring_pairs, given.cells)))
        columns.append({name: Column(each.value, each.low, each.high, each.evidence) for name, each in figures.items()})
        notes += said
    return UserColumns(definitions, tuple(columns), tuple(notes))


def note_measures(
    connection: sa.Connection,
    version_id: int,
    held: Iterable[str],
    users: UserColumns,
    more: Iterable[Measure] = (),
) -> None:
    """Write the meaning of the measures that an unfinished score version holds, in the order they are shown.

    more: measures that are not of this release and not of a user, such as those of the bank's products; they stand in
    place of the release's of the same id.
    """
    names = set(held)
    own = [(made, each) for each in users.definitions.values() for made in each.measures()]
    built_in = {measure.id: measure for measure in (*MEASURES, *more)}
    shown = [*(measure for measure in built_in.values() if measure.id in names), *(made for made, _ in own)]
    write_score_measures(connection, version_id, shown, {made.id: each for made, each in own})


def _require_free(definitions: dict[str, UserMeasure], more: set[str]) -> None:
    made = [measure.id for each in definitions.values() for measure in each.measures()]
    taken = [name for name in made if name in MEASURE_BY_ID or name in more]
    if taken:
        raise InvalidInputError(
            "measure {measure} of a user has the id of a measure of this release: add it under another id, and remove "
            "it with gridgeo score remove-measure",
            measure=taken[0],
        )


def _computed(measure: UserMeasure) -> dict[str, Any]:
    """Return how a measure was computed; of a composite, all that its places hang on."""
    said: dict[str, Any] = {"method": measure.method, "formula": measure.text}
    if measure.components:
        said |= {
            "components": [asdict(part) for part in measure.components],
            "standardisation": "percentile place among all cells of one resolution",
            "top": measure.top,
            "draws": measure.draws,
            "weight_spread": WEIGHT_SPREAD,
            "firm_share": FIRM_SHARE,
        }
    return said
