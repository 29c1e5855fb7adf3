"""Chinese addresses found in a gazetteer by street, lane, village and name, within their own district or town."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from gridgeo.domain.tables import GAZETTEER
from gridgeo.locate import Gazetteer, gazetteer_from_table, locate_addresses, with_lines_read
from gridgeo.locate.chinese_aliases import ALIASES, with_aliases
from gridgeo.locate.chinese_table import Units, packaged_units


def rows_of(street: str, city: str, locality: str, numbers: str, lng: float) -> list[dict[str, Any]]:
    """Houses of one street, the id of each its street and number."""
    return [
        {"id": f"{street}{number}", "street": street, "number": number, "locality": locality, "city": city,
         "lng": lng + 0.001 * step, "lat": 30.0}
        for step, number in enumerate(numbers.split())
    ]  # fmt: skip


def gazetteer_of(rows: list[dict[str, Any]]) -> Gazetteer:
    given = {"source": "synthetic", "kind": "address", "precision_m": 5.0}
    full = [dict.fromkeys([*GAZETTEER, "address"]) | given | row for row in rows]
    return gazetteer_from_table(with_lines_read(pl.DataFrame(full, schema=GAZETTEER | {"address": pl.String})))


COLUMNS = [
    *rows_of("中关村大街", "北京市", "海淀区", "1 3 27 29", 116.3),
    *rows_of("知春路", "北京市", "海淀区", "15甲 17", 116.4),
    *rows_of("南京西路1025弄", "上海市", "静安区", "108 110", 121.4),
    *rows_of("大旺村14队", "博白县", "三滩镇", "7 9", 109.9),
    *rows_of("昕和路", "曦浦镇", "栀塘社区", "12 14", 105.9),
    {"id": "garden", "street": "昕和路", "name": "锦绣花园", "kind": "place", "locality": "栀塘社区", "city": "曦浦镇",
     "lng": 105.95, "lat": 30.0},
]  # fmt: skip
LINES = [
    {"id": "中关村大街27", "address": "北京市海淀区中关村大街27号", "lng": 116.31, "lat": 30.0},
    {"id": "中关村大街29", "address": "北京市海淀区中关村大街二十九号", "lng": 116.312, "lat": 30.0},
    {"id": "南京西路1025弄108", "address": "上海市静安区南京西路1025弄108号", "lng": 121.4, "lat": 30.0},
    {"id": "大旺村14队7", "address": "广西玉林市博白县三滩镇大旺村14队7号", "lng": 109.9, "lat": 30.0},
]


@pytest.fixture(scope="module", params=[COLUMNS, LINES], ids=["columns", "one line"])
def points(request: pytest.FixtureRequest) -> Gazetteer:
    return gazetteer_of(request.param)


@pytest.fixture(scope="module")
def columns() -> Gazetteer:
    return gazetteer_of(COLUMNS)


def located(text: str, gazetteer: Gazetteer, units: Units | None = None) -> tuple[str, str | None]:
    frame = pl.DataFrame({"id": ["1"], "address": [text], "locality": [None]}, schema_overrides={"locality": pl.String})
    row = locate_addresses(frame, gazetteer, units=units).row(0, named=True)
    return row["tier"], row["gazetteer_id"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("北京市海淀区中关村大街２７号", "中关村大街27"),
        ("北京市海淀區中關村大街二十七號", "中关村大街27"),
        ("北京市海淀区中关村街道中关村大街27号3号楼2单元501室", "中关村大街27"),
        ("中关村大街29号，海淀区，北京市", "中关村大街29"),
        ("上海静安南京西路1025弄108号", "南京西路1025弄108"),
        ("广西玉林市博白县三滩镇大旺村14队7号", "大旺村14队7"),
    ],
)
def test_a_house_is_found_however_its_address_is_written(points: Gazetteer, text: str, expected: str) -> None:
    assert located(text, points) == ("exact", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("北京市海淀区知春路甲15号", ("exact", "知春路15甲")),
        ("澜岫省霁州市昙溪县曦浦镇昕和路12号", ("exact", "昕和路12")),
        ("曦浦镇栀塘社区昕和路十二号3栋2单元501", ("exact", "昕和路12")),
        ("曦浦镇锦绣花园3栋", ("place", "garden")),
    ],
)
def test_units_that_only_the_bank_knows_and_places_are_found(
    columns: Gazetteer, text: str, expected: tuple[str, str]
) -> None:
    assert located(text, columns) == expected


def test_a_street_is_not_looked_for_in_another_district(points: Gazetteer) -> None:
    assert located("北京市朝阳区中关村大街27号", points) == ("none", None)


def test_a_house_that_is_not_known_is_estimated_on_its_street(columns: Gazetteer) -> None:
    assert located("北京市海淀区中关村大街28号", columns)[0] in {"interpolated", "nearest"}


def test_a_wrong_character_is_read_but_another_side_of_the_town_is_another_street(columns: Gazetteer) -> None:
    assert located("北京市海淀区中关材大街27号", columns) == ("typo", "中关村大街27")
    assert located("北京市海淀区中关村北大街27号", columns)[0] not in {"exact", "typo"}


def test_an_alias_of_the_bank_leads_to_its_district(columns: Gazetteer) -> None:
    rows = [("中关村园区", "北京市", "北京市", "海淀区", None, None)]
    own = with_aliases(packaged_units(), pl.DataFrame(rows, schema=ALIASES, orient="row"))
    assert located("中关村园区知春路17号", columns, own) == ("exact", "知春路17")


@pytest.mark.parametrize("building", ["2栋", "2幢", "2号楼", "2座", "2#楼"])
def test_a_building_is_the_same_whatever_it_is_called(building: str) -> None:
    street = {"street": "昕和路", "number": "20", "locality": "栀塘社区", "city": "曦浦镇", "lat": 30.0}
    houses = [street | {"id": f"b{unit}", "unit": f"{unit}栋", "lng": 105.9 + 0.001 * unit} for unit in (1, 2, 3)]
    asked = pl.DataFrame({"id": ["q"], "address": [f"曦浦镇昕和路20号{building}3单元101室"], "locality": [None]},
                         schema_overrides={"locality": pl.String})  # fmt: skip
    found = locate_addresses(asked, gazetteer_of([*COLUMNS, *houses]))
    assert found["gazetteer_id"].to_list() == ["b2"]


def test_what_stands_before_a_known_town_does_not_hide_it() -> None:
    asked = pl.DataFrame({"id": ["q", "r"], "address": ["澜岫霁州曦浦镇昕和路12号", "澜岫霁州驰浦镇昕和路12号"],
                          "locality": [None, None]}, schema_overrides={"locality": pl.String})  # fmt: skip
    found = locate_addresses(asked, gazetteer_of(COLUMNS))
    assert found["gazetteer_id"].to_list() == ["昕和路12", None]
