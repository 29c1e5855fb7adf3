"""Names, kinds, owners, status and stages of grids: what may follow what."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gridgeo.errors import InvalidInputError, NotFoundError
from gridgeo.grids import (
    GridSetState,
    apply,
    assign_owner,
    patch_from_json,
    rename,
    set_code,
    set_kind,
    set_note,
    set_stage,
    set_status,
)

TODAY = date(2026, 3, 2)
GRID = "B1-1-1"


def test_every_field_is_set_and_taken_back(whole: GridSetState) -> None:
    changes = [
        rename(whole, GRID, "  Old   town "),
        set_kind(whole, [GRID], "market"),
        set_code(whole, GRID, "420106"),
        set_note(whole, GRID, "部分待核"),
        assign_owner(whole, [GRID], "S1"),
        set_status(whole, [GRID], "review"),
    ]
    for patch in changes:
        again = patch_from_json(patch.as_json())
        after = apply(whole, again)
        assert after.digest() != whole.digest()
        assert apply(after, again.inverse()).digest() == whole.digest()
    assert apply(whole, changes[0]).grid(GRID).name == "Old town"


@pytest.mark.parametrize(
    ("way", "allowed"),
    [
        (["review", "live", "draft"], True),
        (["review", "draft", "review"], True),
        (["live"], False),
        (["review", "live", "review"], False),
        (["published"], False),
    ],
)
def test_status_goes_along_draft_review_live(whole: GridSetState, way: list[str], allowed: bool) -> None:
    def walk(state: GridSetState) -> None:
        for status in way:
            state = apply(state, set_status(state, [GRID], status))

    if allowed:
        walk(whole)
        return
    with pytest.raises(InvalidInputError, match=r"status must be one of|cannot become"):
        walk(whole)


def test_stages_follow_each_other_with_their_days(whole: GridSetState) -> None:
    state = apply(
        whole,
        set_stage(whole, [GRID], TODAY, "develop", {"survey_done_on": TODAY, "develop_planned_on": date(2026, 9, 1)}),
    )
    state = apply(state, set_stage(state, [GRID], TODAY, "maintain", {"develop_done_on": TODAY}))
    assert state.grid(GRID).stage == "maintain"
    back = apply(state, set_stage(state, [GRID], TODAY, "develop", {}))
    assert back.grid(GRID).develop_done_on is None
    assert back.grid(GRID).survey_done_on == TODAY


@pytest.mark.parametrize(
    ("stage", "dates", "words"),
    [
        ("maintain", {"survey_done_on": TODAY}, "comes after develop"),
        ("develop", {}, "give the day on which survey was done"),
        (None, {"develop_done_on": TODAY}, "cannot be done yet"),
        (None, {"survey_done_on": date(2026, 3, 9)}, "not over yet"),
        (None, {"survey_planned_on": date(1900, 1, 1)}, "must lie between"),
        (None, {"survey_planned_on": date(2026, 9, 1), "develop_planned_on": date(2026, 8, 1)}, "follow each other"),
        (None, {"sowing_done_on": TODAY}, "date must be one of"),
        ("sowing", {}, "stage must be one of"),
    ],
)
def test_stages_out_of_order_are_refused(
    whole: GridSetState, stage: str | None, dates: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words):
        set_stage(whole, [GRID], TODAY, stage, dates)


def test_unknown_grids_words_and_names_are_refused(whole: GridSetState) -> None:
    with pytest.raises(NotFoundError):
        rename(whole, "B1-7-1", "x")
    with pytest.raises(InvalidInputError, match="kind must be one of"):
        set_kind(whole, [GRID], "hexagon")
    with pytest.raises(InvalidInputError, match="1 to 120 characters"):
        rename(whole, GRID, "x" * 121)
