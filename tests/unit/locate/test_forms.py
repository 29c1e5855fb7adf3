"""What a customer may write, and what the small gazetteer must answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from gridgeo.domain.words import LOCATION_TIERS, PLACED_TIERS
from gridgeo.locate import Gazetteer, locate_addresses

Answer = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    "text",
    [
        "Landstrasse 12, Vaduz",
        "Landstr. 12 Vaduz",
        "12 Landstrasse Vaduz",
        "Landstrasse 12, 9490 Vaduz",
        "Landstraße Nr. 12, FL-9490 Vaduz",
        "Landstrasse 12 9490 Vaduz",
        "LANDSTRASSE 12, VADUZ",
        "Ｌａｎｄｓｔｒａｓｓｅ　１２， Ｖａｄｕｚ",
        "Land-Strasse 12\n9490 Vaduz",
        "12, Landstrasse, Vaduz",
        "Vaduz, Landstrasse 12",
        "Wohnung 3, Landstrasse 12, Vaduz",
        "Landstrasse 12, Vaduz, Liechtenstein",
        "Landstrasse 12, 9490 Vaduz (FL)",
    ],
)
def test_a_house_is_found_however_it_is_written(answer: Answer, text: str) -> None:
    found = answer(text)
    assert (found["tier"], found["gazetteer_id"]) == ("exact", "Vaduz/Landstrasse/12")


@pytest.mark.parametrize(
    "text",
    ["Landstrase 12, 9490 Vaduz", "Landstrsase 12, Vaduz", "Lanndstrasse 12 Vaduz", "12 Landstrasze, Vaduz"],
)
def test_a_misspelt_street_is_found_and_said_to_be_misspelt(answer: Answer, text: str) -> None:
    found = answer(text)
    assert (found["tier"], found["gazetteer_id"], found["doubtful"]) == ("typo", "Vaduz/Landstrasse/12", True)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Mannerheimintie 12 A, Helsinki", "Helsinki/Mannerheimintie/12 A"),
        ("Mannerheimintie 12 B 5, 00100 Helsinki", "Helsinki/Mannerheimintie/12 B"),
        ("Mannerheimvägen 3-5, Helsinki", "Helsinki/Mannerheimvägen/3-5"),
        ("Mannerheimvagen 5, Helsinki", "Helsinki/Mannerheimvägen/3-5"),
    ],
)
def test_finnish_and_swedish_forms_are_read(answer: Answer, text: str, row: str) -> None:
    found = answer(text)
    assert (found["tier"], found["gazetteer_id"]) == ("exact", row)


@pytest.mark.parametrize(
    ("text", "row"), [("Herreng. 5, Vaduz", "Vaduz/Herrengasse/5"), ("Im Rossfe. 2, Vaduz", "Vaduz/Im Rossfeld/2"),
                      ("Mannerheimint. 14, Helsinki", "Helsinki/Mannerheimintie/14")]
)  # fmt: skip
def test_a_cut_off_street_name_is_completed(answer: Answer, text: str, row: str) -> None:
    found = answer(text)
    assert (found["tier"], found["gazetteer_id"]) == ("typo", row)


def test_the_town_beside_the_address_serves_when_the_text_names_none(answer: Answer) -> None:
    assert answer("Landstrasse 12", "Balzers")["gazetteer_id"] == "Balzers/Landstrasse/12"


def test_the_town_in_the_text_goes_before_the_town_beside_it(answer: Answer) -> None:
    assert answer("Landstrasse 12, Vaduz", "Balzers")["gazetteer_id"] == "Vaduz/Landstrasse/12"


def test_a_street_of_several_towns_is_not_guessed(answer: Answer) -> None:
    found = answer("Landstrasse 12")
    assert (found["tier"], found["lng"], found["reason"]) == ("none", None, "street in several towns, no town given")


def test_a_street_of_one_town_is_found_without_the_town(answer: Answer) -> None:
    found = answer("Im Rossfeld")
    assert (found["tier"], found["doubtful"], found["reason"]) == ("street", True, None)


def test_an_unknown_town_is_not_replaced_by_a_known_one(answer: Answer) -> None:
    found = answer("Im Rossfeld 2, Zürich")
    assert (found["tier"], found["reason"]) == ("none", "town not in the gazetteer")


def test_a_misspelt_town_is_read(answer: Answer) -> None:
    assert answer("Landstrasse 12, Balzres")["gazetteer_id"] == "Balzers/Landstrasse/12"


@pytest.mark.parametrize(
    "text", ["Landstrasse, Vaduz", "Landstrasse Vaduz", "Bannriet, Vaduz", "Landstrasse 2000, Vaduz"]
)
def test_a_street_without_a_known_house_is_no_place_for_a_cell(answer: Answer, text: str) -> None:
    found = answer(text)
    assert found["tier"] == "street"
    assert found["tier"] not in PLACED_TIERS


def test_a_street_row_says_how_wide_it_is(answer: Answer) -> None:
    assert answer("Bannriet, Vaduz")["accuracy_m"] >= 200.0


@pytest.mark.parametrize("text", ["Vaduz", "9490 Vaduz", "Unbekannter Weg 5, Vaduz"])
def test_a_town_is_all_that_is_known(answer: Answer, text: str) -> None:
    found = answer(text)
    assert (found["tier"], found["matched"], found["gazetteer_id"]) == ("town", "Vaduz", "town/Vaduz")
    assert found["accuracy_m"] >= 1500.0


def test_a_house_between_two_others_is_interpolated_between_them(answer: Answer) -> None:
    found, low, high = answer("Landstrasse 6, Vaduz"), answer("Landstrasse 4, Vaduz"), answer("Landstrasse 8, Vaduz")
    assert found["tier"] == "interpolated"
    assert found["lng"] == pytest.approx((low["lng"] + high["lng"]) / 2)
    assert found["matched"] == "Landstrasse, Vaduz (4-8)"


def test_a_house_beyond_the_last_is_put_at_the_last(answer: Answer) -> None:
    found = answer("Landstrasse 16, Vaduz")
    assert (found["tier"], found["gazetteer_id"]) == ("nearest", "Vaduz/Landstrasse/12")


def test_an_unknown_letter_stays_at_its_number(answer: Answer) -> None:
    found = answer("Landstrasse 12c, Vaduz")
    assert (found["tier"], found["gazetteer_id"]) == ("nearest", "Vaduz/Landstrasse/12")


def test_a_named_place_is_found_by_its_name(answer: Answer) -> None:
    found = answer("Landesmuseum, Vaduz")
    assert (found["tier"], found["gazetteer_id"]) == ("place", "place/museum")


def test_a_terrace_on_a_street_is_not_the_street(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    rows = make_street("Long Road", "Douglas", (-4.48, 54.15), ["2"])
    rows += make_street("Stanley Terrace", "Douglas", (-4.47, 54.16), ["6"])
    query = asked(["6 Stanley Terrace, Long Road, Douglas", "2 Stanly Terrace, Long Road, Douglas"])
    found = locate_addresses(query, make_gazetteer(rows))
    assert found["gazetteer_id"].to_list() == ["Douglas/Stanley Terrace/6"] * 2
    assert found["tier"].to_list() == ["exact", "nearest"]


def test_a_country_in_the_city_column_does_not_join_its_towns(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    rows = make_street("Landstrasse", "Vaduz", (9.5215, 47.1410), ["2", "4"], city="Liechtenstein")
    rows += make_street("Landstrasse", "Balzers", (9.5025, 47.0660), ["6", "8"], city="Liechtenstein")
    found = locate_addresses(asked(["Landstrasse 8, Liechtenstein", "Landstrasse 8, Balzers"]), make_gazetteer(rows))
    assert found["tier"].to_list() == ["town", "exact"]


def test_a_gazetteer_without_towns_is_searched_anywhere(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    rows = [row | {"locality": None} for row in make_street("Keskuskatu", "x", (24.94, 60.17), ["3", "5"])]
    found = locate_addresses(asked(["Keskuskatu 3, Helsinki"]), make_gazetteer(rows))
    assert (found["tier"][0], found["doubtful"][0]) == ("exact", True)


def test_a_postcode_in_the_city_column_is_read_as_one(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    rows = [
        row | {"locality": None, "city": "IM9 2AJ"} for row in make_street("Aalin Court", "x", (-4.63, 54.09), ["1"])
    ]
    gazetteer = make_gazetteer(rows)
    assert not gazetteer.has_towns
    assert locate_addresses(asked(["1 Aalin Court, IM9 2AJ"]), gazetteer)["tier"][0] == "exact"


def test_equal_addresses_answer_with_the_one_in_their_middle(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    rows = make_street("Quay", "Peel", (-4.69, 54.22), ["7", "7", "7"])
    rows = [row | {"id": f"quay-{number}"} for number, row in enumerate(rows)]
    found = locate_addresses(asked(["7 Quay, Peel"]), make_gazetteer(rows))
    assert found["gazetteer_id"][0] == "quay-1"
    assert found["scale_m"][0] > 10.0


def test_equal_addresses_far_apart_are_not_guessed(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    rows = make_street("Quay", "Peel", (-4.69, 54.22), ["7"]) + make_street("Quay", "Peel", (-4.66, 54.22), ["7"])
    rows = [row | {"id": f"quay-{number}"} for number, row in enumerate(rows)]
    found = locate_addresses(asked(["7 Quay, Peel"]), make_gazetteer(rows))
    assert found["tier"][0] not in ("exact", "typo", "interpolated")


def test_every_tier_is_a_word_of_the_domain(answer: Answer) -> None:
    texts = ["Landstrasse 12, Vaduz", "Landstrase 12, Vaduz", "Landstrasse 6, Vaduz", "Vaduz", "Bannriet, Vaduz", ""]
    assert {answer(text)["tier"] for text in texts} <= set(LOCATION_TIERS)


@pytest.mark.parametrize(
    ("text", "tier", "row"),
    [
        ("北京市海淀区中山路１２号", "exact", "海淀区/中山路/12"),
        ("海淀区中山路12号3单元502室", "exact", "海淀区/中山路/12"),
        ("北京市朝阳区中山路12号", "none", None),
        ("上海市黄浦区中山路12号", "none", None),
    ],
)
def test_a_chinese_address_is_found_in_its_own_district_only(
    make_gazetteer: Callable[..., Gazetteer],
    make_street: Callable[..., Any],
    asked: Callable[..., pl.DataFrame],
    text: str,
    tier: str,
    row: str | None,
) -> None:
    gazetteer = make_gazetteer(make_street("中山路", "海淀区", (116.3, 39.9), ["10", "12"], city="北京市"))
    found = locate_addresses(asked([text]), gazetteer).row(0, named=True)
    assert (found["tier"], found["gazetteer_id"]) == (tier, row)


def test_a_street_named_after_a_town_is_not_cut_before_it(
    make_gazetteer: Callable[..., Gazetteer], make_street: Callable[..., Any], asked: Callable[..., pl.DataFrame]
) -> None:
    rows = make_street("Queen Malew", "Castletown", (-4.65, 54.07), ["5"])
    rows += make_street("Green Lane", "Malew", (-4.60, 54.10), ["5"])
    found = locate_addresses(asked(["5 Queen Malew", "5 Green Lane Malew"]), make_gazetteer(rows))
    assert found["gazetteer_id"].to_list() == ["Castletown/Queen Malew/5", "Malew/Green Lane/5"]
