"""What is hidden, what is shown, and that it is the same each time."""

from __future__ import annotations

import h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import children
from gridgeo.domain import CellArray
from gridgeo.errors import InvalidInputError
from gridgeo.scoring.cell_tree import NO_PARENT, cell_tree
from gridgeo.scoring.suppression import SuppressionRule, protect_counts, told_by, whole_counts
from gridgeo.scoring.suppression_parts import protect_family, whole_parts

PARENT = np.array([h3.str_to_int("871f8e709ffffff")], dtype=np.uint64)


def family(count: int) -> CellArray:
    """Return cells of resolution 9, the first ones of one cell of resolution 7."""
    return children(PARENT, 9)[0][:count]


def hidden(counts: list[int], **options: object) -> list[bool]:
    protected = protect_counts(family(len(counts)), counts, **options)  # type: ignore[arg-type]
    return protected.hidden[: len(counts)].tolist()


def test_expected_counts_are_rounded_first() -> None:
    assert whole_counts([0.49, 0.5, 9.5, 9.49]).tolist() == [0, 1, 10, 9]


def test_zeros_are_shown_and_small_counts_are_not() -> None:
    assert hidden([0, 1, 9, 10, 200, 0, 300]) == [False, True, True, False, False, False, False]


def test_one_small_count_takes_the_smallest_other_one_with_it() -> None:
    assert hidden([3, 40, 20, 30, 50, 0, 60]) == [True, False, True, False, False, False, False]


def test_counts_that_cannot_reach_far_enough_take_another_one() -> None:
    assert hidden([2, 2, 40, 30, 0, 0, 0]) == [True, True, False, True, False, False, False]
    assert hidden([5, 5, 40, 30, 0, 0, 0]) == [True, True, False, False, False, False, False]


def test_where_no_cell_is_left_the_sum_is_hidden_and_its_neighbours_help() -> None:
    protected = protect_counts(family(49), [4, *[0] * 6, *[50] * 42])
    n = protected.tree.n_leaves
    assert protected.hidden[:7].tolist() == [True] + [False] * 6
    level_8 = np.flatnonzero(protected.tree.resolution == 8)
    assert protected.hidden[level_8].sum() == 2, "the small sum and one other"
    assert protected.hidden[7:n].sum() == 1, "with a cell of it, else it could be added up"
    assert not protected.hidden[protected.tree.resolution < 8].any()


def test_a_lone_cell_hides_all_its_ancestors() -> None:
    protected = protect_counts(family(1), [4])
    assert protected.hidden.all()
    assert protect_counts(family(1), [12]).hidden.sum() == 0


def test_the_least_threshold_is_three() -> None:
    with pytest.raises(InvalidInputError, match="threshold must be at least 3"):
        SuppressionRule(2)
    assert hidden([2, 3, 40], rule=SuppressionRule(3)) == [True, True, False]


@pytest.mark.parametrize("bad", [[-1, 2], [1.5, 2], [np.nan, 2]])
def test_what_is_no_count_is_refused(bad: list[float]) -> None:
    with pytest.raises(InvalidInputError):
        protect_counts(family(2), bad)


def test_cells_within_cells_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="holds another cell"):
        protect_counts(np.concatenate([PARENT, family(2)]), [1, 2, 3])
    with pytest.raises(InvalidInputError, match="stands twice"):
        protect_counts(family(1).repeat(2), [1, 2])


def test_no_cells_are_no_counts() -> None:
    assert protect_counts(family(0), []).shown.shape == (0,)


def test_cells_of_two_resolutions_are_one_tree() -> None:
    coarse = children(PARENT, 8)[0]
    mixed = np.concatenate([coarse[:3], children(coarse[3:4], 9)[0]])
    tree = cell_tree(mixed)
    assert tree.sums(np.ones(len(mixed)))[tree.parent == NO_PARENT].tolist() == [10]
    assert int((tree.nodes == PARENT[0]).sum()) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=49, max_size=49), st.integers(3, 12))
def test_every_shown_sum_binds_counts_that_can_move(counts: list[int], threshold: int) -> None:
    """Each group under a shown sum holds two hidden counts with room to threshold - 1; zeros are never hidden."""
    protected = protect_counts(family(49), counts, SuppressionRule(threshold))
    tree, out = protected.tree, protected.hidden
    assert not out[protected.count == 0].any()
    assert out[(protected.count > 0) & (protected.count < threshold)].all()
    bound: dict[int, list[int]] = {}
    for leaf in np.flatnonzero(out[: tree.n_leaves]).tolist():
        above = leaf
        while above != NO_PARENT and out[above]:
            above = int(tree.parent[above])
        bound.setdefault(above, []).append(int(protected.count[leaf]))
    for sum_node, members in bound.items():
        if sum_node != NO_PARENT:
            assert len(members) >= 2
            assert sum(members) - len(members) + 1 >= max(threshold - 1, 4)
    for node in range(tree.n_leaves, len(out)):
        below = tree.child[tree.start[node - tree.n_leaves] : tree.start[node - tree.n_leaves + 1]]
        assert out[below].sum() != 1 or out[node], "one hidden child alone is the sum less the others"
        assert not out[node] or out[below].any(), "a hidden sum of shown cells is no secret"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=49, max_size=49), st.permutations(range(49)))
def test_the_order_of_the_cells_changes_nothing_that_is_small(counts: list[int], order: list[int]) -> None:
    straight = protect_counts(family(49), counts)
    shuffled = protect_counts(family(49)[order], np.array(counts)[order])
    assert straight.small[:49][order].tolist() == shuffled.small[:49].tolist()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=49, max_size=49))
def test_publishing_the_same_again_hides_the_same(counts: list[int]) -> None:
    first = protect_counts(family(49), counts)
    again = protect_counts(family(49), counts, told=told_by(first))
    assert (again.hidden == first.hidden).all()


def test_what_was_hidden_and_has_not_changed_stays_hidden() -> None:
    first = protect_counts(family(7), [3, 20, 30, 40, 50, 60, 70])
    assert first.hidden[:7].tolist() == [True, True] + [False] * 5
    # The small count has grown: by itself the second version would show everything.
    later = protect_counts(family(7), [13, 20, 30, 40, 50, 60, 70], told=told_by(first))
    assert later.hidden[1], "else it would be known in the first version, and the small count with it"
    assert protect_counts(family(7), [13, 20, 30, 40, 50, 60, 70]).hidden.sum() == 0


def test_no_sum_tells_the_change_of_a_single_cell() -> None:
    first = protect_counts(family(7), [8, 20, 30, 40, 50, 60, 70])
    later = protect_counts(family(7), [3, 20, 30, 40, 50, 60, 70], told=told_by(first))
    assert later.hidden[7:].all(), "8 to 3 would show as the difference of two sums"
    assert not first.hidden[7:].any()


def test_parts_add_up_to_the_rounded_count() -> None:
    rows = whole_parts(whole_counts([10.4, 7.5, 3.0]), [[5.2, 5.2], [2.5, 2.5], [1.0, 0.0]])
    assert rows.sum(axis=1).tolist() == [10, 8, 3]
    assert rows.tolist() == [[5, 5, 0], [3, 2, 3], [1, 0, 2]]


def test_parts_beyond_their_count_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="position 1 exceed its count"):
        whole_parts(whole_counts([10.0, 3.0]), [[5.0, 5.0], [4.0, 2.0]])
    with pytest.raises(InvalidInputError, match="a row a cell"):
        whole_parts(whole_counts([10.0, 3.0]), [[5.0, 5.0]])


def test_a_small_part_takes_another_part_with_it() -> None:
    _, (parts,) = protect_family(family(1), [60.0], [[[4.0, 36.0, 20.0]]])
    assert parts.hidden[0].tolist() == [True, False, True, False]


def test_parts_that_are_all_small_take_the_count_with_them() -> None:
    counts, (parts,) = protect_family(family(2), [11.0, 90.0], [[[4.0, 3.0, 3.0, 1.0], [30.0, 30.0, 20.0, 10.0]]])
    assert counts.hidden[0]
    assert parts.hidden[0].all(), "the empty rest too: it would bound the count"


def test_a_sum_of_parts_is_shown_only_where_every_cell_shows_the_part() -> None:
    counts, (parts,) = protect_family(family(2), [90.0, 90.0], [[[30.0, 60.0], [90.0, 0.0]]])
    assert not parts.hidden.any()
    _, (parts,) = protect_family(family(2), [90.0, 90.0], [[[30.0, 60.0], [85.0, 5.0]]])
    n = counts.tree.n_leaves
    assert parts.hidden[n, :2].all()
