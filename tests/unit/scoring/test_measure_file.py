"""A file of measures is taken whole or not at all, and what is wrong in it is named with its remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.domain.measures import MEASURES
from gridgeo.domain.public import FAMILIES, PUBLIC_COUNTS, PUBLIC_FIGURES
from gridgeo.domain.user_measures import Part, UserMeasure, user_measure_from_dict
from gridgeo.errors import ConflictError, GridgeoError, InvalidInputError
from gridgeo.i18n import error_text
from gridgeo.scoring.measure_file import MOST_MEASURES, measures_from_toml
from gridgeo.scoring.measure_names import ENDINGS, KnownNames, computing_order, with_added, without

SAMPLE = Path(__file__).parents[3] / "docs/samples/measures.toml"
KNOWN = KnownNames({measure.id: measure.kind for measure in MEASURES}, frozenset({"travel_s", "street_m", "人口"}))
START = """
[[measure]]
id = "mine"
name_zh = "我的"
name_en = "Mine"
unit = "people"
kind = "count"
direction = "up"
"""
PLAIN = START + 'formula = "people * 2"\n'
COMPOSITE = PLAIN.replace('"count"', '"index"').replace(
    'formula = "people * 2"', 'component = [{measure = "gap", weight = 1}]'
)
SHARE = PLAIN.replace('"count"', '"share"').replace('unit = "people"\n', "")
SHARE = SHARE.replace('formula = "people * 2"', 'numerator = "customers"\ndenominator = "people"')


def named(name: str, formula: str, version: int = 1) -> UserMeasure:
    return UserMeasure(name, "名", "Name", "people", "index", "up", version, formula)


def test_the_sample_of_the_docs_is_taken() -> None:
    found = measures_from_toml(SAMPLE.read_text(encoding="utf-8"))
    assert list(with_added(found, {}, KNOWN)) == [
        "shops_per_thousand",
        "people_around",
        "near_customers",
        "near_share",
        "visit_first",
    ]
    composite = found[-1]
    assert composite.components[2] == Part("travel_s", 2.0, "down")
    assert [made.id for made in composite.measures()] == ["visit_first", "visit_first_rank"]
    assert [each.method for each in found] == [
        "formula-1",
        "formula-1",
        "formula-1",
        "beta-binomial-share-1",
        "composite-1",
    ]
    assert all(made.origin == "user" and made.formula for each in found for made in each.measures())
    assert [user_measure_from_dict(each.as_dict()) for each in found] == list(found)


def test_a_share_needs_no_unit_and_is_plain_unless_it_is_to_be_shrunk() -> None:
    (share,) = measures_from_toml(SHARE)
    assert (share.unit, share.shrink, share.method, share.text) == (
        "share",
        False,
        "plain-share-1",
        "customers / people",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[measure", "the file is no TOML: "),
        (PLAIN + "version = " + "9" * 5000, "the file is no TOML: "),
        ("a = " + "[" * 3000, "the file is no TOML: "),
        ("", "at least one table [[measure]]"),
        ("measure = 3", "at least one table [[measure]]"),
        ("measure = []", "at least one table [[measure]]"),
        ('[measure]\nid = "a"', "at least one table [[measure]]"),
        (PLAIN + "[other]", "measure TOML: there is no field other; did you mean measure?"),
        (PLAIN * (MOST_MEASURES + 1), "the file holds 101 measures; at most 100"),
        (PLAIN + PLAIN, "measure mine stands twice in the file"),
        (PLAIN.replace('id = "mine"', ""), "measure [[measure]] 1, field id: it is missing"),
        (PLAIN.replace('"mine"', "7"), "measure [[measure]] 1, field id: got 7"),
        (PLAIN.replace('"mine"', '"Mine"'), "field id: got Mine; an id is a small letter"),
        (PLAIN.replace('"mine"', '"a-b"'), "field id: got a-b; an id is a small letter"),
        (PLAIN.replace("name_zh", "names_zh"), "measure mine: there is no field names_zh; did you mean name_zh?"),
        (PLAIN.replace('name_zh = "我的"', ""), "measure mine, field name_zh: it is missing"),
        (PLAIN.replace('"Mine"', '"  "'), "measure mine, field name_en: got   ; a text of 1 to 60"),
        (PLAIN.replace('"Mine"', '"a\\u0007b"'), "measure mine, field name_en: "),
        (PLAIN.replace('"Mine"', '"' + "x" * 61 + '"'), "measure mine, field name_en: "),
        (PLAIN.replace('unit = "people"', "unit = 1"), "measure mine, field unit: got 1; a text of 1 to 30"),
        (PLAIN.replace('"count"', '"counts"'), "measure mine, field kind: got counts; it must be one of count, share"),
        (PLAIN.replace('"up"', '"higher"'), "measure mine, field direction: got higher; it must be one of up, down"),
        (PLAIN + "version = 0", "measure mine, field version: got 0; a whole number from 1 to 9999"),
        (PLAIN + "version = true", "measure mine, field version: got True"),
        (PLAIN + "version = 1.0", "measure mine, field version: got 1.0"),
        (START, "measure mine, field formula: it is missing"),
        (START + 'formula = ""', "measure mine, field formula: got ; a text of 1 to 2000"),
        (PLAIN + 'numerator = "people"', "field numerator: a measure of kind count has none; it takes formula"),
        (SHARE + 'formula = "1"', "a measure of kind share has none; it takes numerator, denominator, shrink"),
        (SHARE.replace('numerator = "customers"', ""), "measure mine, field numerator: it is missing"),
        (SHARE.replace('denominator = "people"', ""), "measure mine, field denominator: it is missing"),
        (SHARE + 'shrink = "yes"', "measure mine, field shrink: got yes; it must be true or false"),
        (SHARE + 'unit = "%"', "measure mine, field unit: got %; a share runs from 0 to 1"),
        (COMPOSITE + 'formula = "1"', "measure mine: it has a formula and components"),
        (PLAIN.replace('"count"', '"index"') + "draws = 5", "measure mine, field draws: it belongs to a composite"),
        (COMPOSITE.replace('"up"', '"down"'), "measure mine, field direction: got down; the score of a composite"),
        (COMPOSITE + "draws = 0", "measure mine, field draws: got 0; a whole number from 1 to 5000"),
        (COMPOSITE + "top = 10001", "measure mine, field top: got 10001"),
        (COMPOSITE.replace("[{measure", "{measure").replace("}]", "}"), "field component: 1 to 20 tables"),
        (COMPOSITE.replace('[{measure = "gap", weight = 1}]', "[]"), "field component: 1 to 20 tables"),
        (COMPOSITE.replace("weight = 1", "weight = -1"), "mine [[measure.component]] 1, field weight: got -1"),
        (COMPOSITE.replace("weight = 1", "weight = inf"), "field weight: got inf"),
        (COMPOSITE.replace("weight = 1", "weight = 1" + "0" * 400), "field weight: got 1000"),
        (COMPOSITE.replace("weight = 1", "weight = nan"), "field weight: got nan"),
        (COMPOSITE.replace("weight = 1", "weight = true"), "field weight: got True"),
        (COMPOSITE.replace("weight = 1", "weight = 0"), "measure mine: all weights are 0"),
        (COMPOSITE.replace(", weight = 1", ""), "field weight: it is missing"),
        (COMPOSITE.replace("weight = 1", 'weight = 1, direction = "none"'), "got none; it must be one of up, down"),
        (COMPOSITE.replace("weight = 1", "weight = 1, share = 2"), "there is no field share"),
        (COMPOSITE.replace("1}]", '1}, {measure = "gap", weight = 2}]'), "measure mine: component gap stands twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_named(text: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=re.escape(words)) as caught:
        measures_from_toml(text)
    assert re.search("[\u4e00-\u9fff]", error_text(caught.value, "zh"))


FIELDS = {
    "id": ['"mine"', '"people"', "[]", '""'],
    "name_zh": ['"名"', "7", '"\\u0000"'],
    "name_en": ['"Name"', "{}", "nan"],
    "unit": ['"people"', '"share"', "1979-05-27"],
    "kind": ['"count"', '"share"', '"index"', "[1]", "{}"],
    "direction": ['"up"', '"down"', '"none"', "true"],
    "version": ["1", "2", "9" * 400, "-1", "1.0", "07:32:00"],
    "formula": ['"people"', '"people +"', '"peopel"', '"mine + 1"', "3", '"`\\u0000`"'],
    "numerator": ['"customers"', '"mine"', '"nobody"', "0"],
    "denominator": ['"people"', "[[]]"],
    "shrink": ["true", "false", '"yes"', "1"],
    "component": ['[{measure = "gap", weight = 1}]', "[]", "[{}]", "[1]", '[{measure = "mine", weight = 1e999}]'],
    "top": ["1", "0", "inf"],
    "draws": ["200", "-0", '"many"'],
    "colour": ['"red"'],
}


ALWAYS = ("id", "name_zh", "name_en", "kind", "direction")


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries(
        {name: st.sampled_from(FIELDS[name]) for name in ALWAYS},
        optional={name: st.sampled_from(values) for name, values in FIELDS.items() if name not in ALWAYS},
    )
)
def test_any_table_is_taken_or_refused_by_name(table: dict[str, str]) -> None:
    text = "[[measure]]\n" + "".join(f"{name} = {value}\n" for name, value in table.items())
    try:
        found = with_added(measures_from_toml(text), {}, KNOWN)
    except InvalidInputError:
        return
    assert [each.id for each in computing_order(found)] == ["mine"]


def refused(new: list[UserMeasure], kept: dict[str, UserMeasure], words: str, kind: type[GridgeoError]) -> None:
    before = dict(kept)
    with pytest.raises(kind, match=re.escape(words)) as caught:
        with_added(new, kept, KNOWN)
    assert kept == before
    assert re.search("[\u4e00-\u9fff]", error_text(caught.value, "zh"))


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    words = "measure mine, formula, character 5: there is no column peopel; did you mean people?"
    refused([named("mine", "1 + peopel")], {}, words, InvalidInputError)
    share = UserMeasure("mine", "名", "Name", "share", "share", "up", numerator="customer", denominator="people")
    refused([share], {}, "there is no column customer; did you mean customers?", InvalidInputError)
    index = UserMeasure("mine", "名", "N", "points", "index", "up", components=(Part("gaps", 1.0, "up"),))
    refused([index], {}, "measure mine, component, character 1: there is no column gaps", InvalidInputError)
    assert list(with_added([named("mine", "人口 + `人口` + street_m")], {}, KNOWN)) == ["mine"]


def test_a_share_is_a_count_divided_by_a_count() -> None:
    share = UserMeasure("mine", "名", "Name", "share", "share", "up", numerator="penetration", denominator="people")
    refused([share], {}, "field numerator: penetration is of kind share", InvalidInputError)


@pytest.mark.parametrize(
    "name", [*PUBLIC_COUNTS, *PUBLIC_FIGURES, *(n for w in FAMILIES.values() for v in w.values() for n in v)]
)
def test_no_user_measure_takes_the_name_of_a_figure_that_consumers_see(name: str) -> None:
    words = f"measure {name}, field id: a measure of this release has this id"
    refused([named(name, "1")], {}, words, InvalidInputError)
    # Not even where this release computes none of that name.
    with pytest.raises(InvalidInputError, match="has this id"):
        with_added([named(name, "1")], {}, KnownNames({}))


@pytest.mark.parametrize("name", ["travel_s", "where", "and", "cell", "branch_id", "geometry"])
def test_no_user_measure_takes_the_name_of_a_column_or_word(name: str) -> None:
    refused([named(name, "1")], {}, "a column or a word of the formula language", InvalidInputError)


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_user_measure_is_named_like_a_column_beside_a_measure(ending: str) -> None:
    refused([named(f"mine{ending}", "1")], {}, f"an id must not end in {ending}", InvalidInputError)


def test_a_circle_is_named() -> None:
    circle = [named("a", "b + 1"), named("b", "c * 2"), named("c", "a - people"), named("d", "a")]
    words = "measures are computed from each other in a circle: a -> b -> c -> a"
    refused(circle, {}, words, InvalidInputError)
    refused([named("a", "a + 1")], {}, "in a circle: a -> a", InvalidInputError)


def test_each_measure_comes_after_those_it_is_computed_from() -> None:
    merged = with_added([named("c", "b + a"), named("b", "a"), named("a", "people")], {}, KNOWN)
    assert [each.id for each in computing_order(merged)] == ["a", "b", "c"]


def test_a_changed_measure_needs_a_higher_version_and_the_same_one_changes_nothing() -> None:
    kept = {"mine": named("mine", "people", 3)}
    assert with_added([named("mine", "people", 3)], kept, KNOWN) == kept
    words = "it is there as version 3 and reads otherwise; raise version to 4"
    refused([named("mine", "people + 1", 3)], kept, words, ConflictError)
    refused([named("mine", "people + 1", 2)], kept, words, ConflictError)
    assert with_added([named("mine", "people + 1", 4)], kept, KNOWN)["mine"].version == 4


def test_nothing_that_another_measure_needs_is_taken_away() -> None:
    composite = UserMeasure("top", "名", "N", "points", "index", "up", components=(Part("gap", 1.0, "up"),))
    kept = {"top": composite, "uses": named("uses", "top_rank + 1")}
    with pytest.raises(ConflictError, match="measure uses is computed from top_rank"):
        without("top", kept)
    refused([named("top", "people", 2)], kept, "measure uses is computed from top_rank", ConflictError)
    assert list(without("uses", kept)) == ["top"]


def test_there_is_an_end_to_the_measures_of_a_store() -> None:
    kept = {f"m{number}": named(f"m{number}", "1") for number in range(MOST_MEASURES)}
    refused([named("more", "1")], kept, "there would be 101 measures of users", InvalidInputError)
