"""Addresses taken apart without knowing a single place."""

from __future__ import annotations

import polars as pl
import pytest

from gridgeo.locate import parse_addresses
from gridgeo.locate.normalise import area_key, name_key, number_columns, postcode_key

FIELDS = ("number", "unit", "house_name", "street", "locality", "city", "postcode")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 Main Street, Town", ("12", None, None, "Main Street", None, "Town", None)),
        ("Landstrasse 12, 9490 Vaduz", ("12", None, None, "Landstrasse", None, "Vaduz", "9490")),
        ("Landstrasse Nr. 12a, FL-9490 Vaduz", ("12a", None, None, "Landstrasse", None, "Vaduz", "FL-9490")),
        ("12 Landstrasse Vaduz", ("12", None, None, "Landstrasse", None, "Vaduz", None)),
        ("Landstrasse, Vaduz", (None, None, None, "Landstrasse", None, "Vaduz", None)),
        ("12-14 Hope St, Douglas IM1 1AA", ("12-14", None, None, "Hope St", None, "Douglas", "IM1 1AA")),
        ("22 and 24 Bridge Road, Douglas", ("22 and 24", None, None, "Bridge Road", None, "Douglas", None)),
        ("Flat 4, Kensington House, Queens Promenade, Ramsey, IM8 1BH",
         (None, "Flat 4", "Kensington House", "Queens Promenade", None, "Ramsey", "IM8 1BH")),
        ("Flat 4 Kensington House 12 Main Road, Douglas",
         ("12", "Flat 4", "Kensington House", "Main Road", None, "Douglas", None)),
        ("Rose Cottage, Main Road, Gansey, Port St Mary",
         (None, None, "Rose Cottage", "Main Road", "Gansey", "Port St Mary", None)),
        ("12, Main Street, Douglas", ("12", None, None, "Main Street", None, "Douglas", None)),
        ("1 Y Vaarney Yiarg, Castletown", ("1", None, None, "Y Vaarney Yiarg", None, "Castletown", None)),
        ("2nd Avenue 5, Onchan", ("5", None, None, "2nd Avenue", None, "Onchan", None)),
        ("Mannerheimintie 12 A 5, 00100 Helsinki", ("12 A", "5", None, "Mannerheimintie", None, "Helsinki", "00100")),
        ("Rua Augusta, 123 - Centro, Porto Alegre", ("123", None, None, "Rua Augusta", "Centro", "Porto Alegre", None)),
        ("ул. Ленина 5, Москва", ("5", None, None, "ул. Ленина", None, "Москва", None)),
        ("ул. Ленина д. 5 к. 2 кв. 14", ("5к2", "кв 14", None, "ул. Ленина", None, None, None)),
        ("г. Москва, ул. Тверская, д. 12 стр. 1", ("12с1", None, None, "ул. Тверская", None, "Москва", None)),
        ("Московская обл., г. Химки, ул. Мира, 7", ("7", None, None, "ул. Мира", None, "Химки", None)),
        ("вул. Хрещатик, 22, Київ, 01001", ("22", None, None, "вул. Хрещатик", None, "Київ", "01001")),
        ("ul. Marszałkowska 10/12 m. 5, 00-590 Warszawa",
         ("10/12", "m 5", None, "ul. Marszałkowska", None, "Warszawa", "00-590")),
        ("Rua da Praia, 123 - apto 45 - Centro, Porto Alegre",
         ("123", "apto 45", None, "Rua da Praia", "Centro", "Porto Alegre", None)),
        ("Calle Mayor 5, 3º B, 28013 Madrid", ("5", "3o B", None, "Calle Mayor", None, "Madrid", "28013")),
        ("12 bis rue de la Paix, 75002 Paris", ("12 bis", None, None, "rue de la Paix", None, "Paris", "75002")),
        ("Storgatan 5 lgh 1203, 111 23 Stockholm", ("5", "lgh 1203", None, "Storgatan", None, "Stockholm", "111 23")),
        ("1600 Pennsylvania Ave NW, Washington, DC 20500",
         ("1600", None, None, "Pennsylvania Ave NW", None, "Washington", "20500")),
        ("9490 Vaduz", (None, None, None, None, None, "Vaduz", "9490")),
        ("Rosemount, IM4 3EZ, Laxey", (None, None, None, "Rosemount", None, "Laxey", "IM4 3EZ")),
    ],
)  # fmt: skip
def test_each_form_is_taken_apart(text: str, expected: tuple[str | None, ...]) -> None:
    row = parse_addresses(pl.Series([text])).row(0, named=True)
    assert tuple(row[name] for name in FIELDS) == expected
    assert row["problem"] is None


def test_a_plain_chinese_address_gives_street_and_number() -> None:
    row = parse_addresses(pl.Series(["北京市海淀区中关村大街２７号"])).row(0, named=True)
    assert (row["street"], row["number"]) == ("中关村大街", "27")


def test_known_towns_cut_a_line_where_no_street_word_does() -> None:
    text = pl.Series(["Im Rossfeld 12 Vaduz", "12 Im Rossfeld Vaduz", "9490 Vaduz"])
    rows = parse_addresses(text, pl.Series(["Vaduz"]))
    assert rows["street"].to_list() == ["Im Rossfeld", "Im Rossfeld", None]
    assert rows["city"].to_list() == ["Vaduz"] * 3
    assert parse_addresses(text)["street"].to_list()[1] == "Im Rossfeld Vaduz"


def test_every_address_keeps_its_place() -> None:
    text = pl.Series(["", "12 Main Street, Town", None, "x" * 1_000, "Town"])
    rows = parse_addresses(text)
    assert rows["problem"].to_list() == ["empty", None, "empty", "too long", None]
    assert rows["city"].to_list() == [None, "Town", None, None, "Town"]


def keys(*texts: str | None) -> list[str | None]:
    return pl.DataFrame({"text": texts}).select(name_key(pl.col("text"))).to_series().to_list()


@pytest.mark.parametrize(
    "spellings",
    [
        ("Landstrasse", "Landstr.", "Landstraße", "LANDSTRASSE", "Land-Strasse", "landstr"),
        ("St. John's Road", "Saint Johns Rd", "st johns road"),
        ("Hope Street", "Hope St", "Hope St.", "ｈｏｐｅ ｓｔｒｅｅｔ"),
        ("Hämeentie", "Haemeentie", "Hameentie"),
        ("Queen's Promenade", "Queens Prom", "Queen’s Prom."),
        ("Port-e-Chee Avenue", "Port e Chee Ave"),
    ],
)
def test_spellings_of_one_name_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len(set(keys(*spellings))) == 1


def test_different_names_have_different_keys() -> None:
    names = (
        "Hope Street",
        "Hope Road",
        "Hop Street",
        "St Hope",
        "Landstrasse",
        "Landgasse",
        "Im Rossfeld",
        "Am Rossfeld",
    )
    assert len(set(keys(*names))) == len(names)


def test_empty_text_has_no_key() -> None:
    assert keys("", None, " . ", "'") == [None] * 4


def test_a_town_called_saint_is_no_street() -> None:
    frame = pl.DataFrame({"text": ["Port St Mary", "Port Saint Mary", "St Johns", "St John's"]})
    assert frame.select(area_key(pl.col("text"))).to_series().to_list() == ["port saint mary"] * 2 + ["saint johns"] * 2


def test_postcodes_lose_country_and_spaces() -> None:
    frame = pl.DataFrame({"text": ["FL-9490", "9490", "IM1 1AA", "im11aa", "none", None]})
    assert frame.select(postcode_key(pl.col("text"))).to_series().to_list() == [
        "9490",
        "9490",
        "im11aa",
        "im11aa",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", (12, "", None, "12")),
        ("12 A", (12, "a", None, "12a")),
        ("12-14", (12, "", 14, "12-14")),
        ("12;14", (12, "", 14, "1214")),
        ("Unit 7", (7, "", None, "7")),
        ("Part of 55", (55, "", None, "partof55")),
        ("Rose Cottage", (None, "", None, None)),
    ],
)
def test_house_numbers_are_split(text: str, expected: tuple[object, ...]) -> None:
    assert pl.DataFrame({"text": [text]}).select(number_columns(pl.col("text"))).row(0) == expected
