"""Every row of a file is accepted or rejected with its reason, and nothing is guessed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import from_wgs84, metres_between
from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import open_table
from gridgeo.sources.intake import ImportOptions, Known, Understanding, understand
from tests.unit.sources.intake.conftest import table

BRANCHES = Known(ids={"branches": pl.Series("id", ["b1", "b2"])})
ID_CARD = "11010519491231002X"


def customers(folder: Path, rows: list[dict[str, str]], known: Known = BRANCHES, **options: Any) -> Understanding:
    """Write rows as CSV and have them understood as customers."""
    path = folder / "customers.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return understand(open_table(path), ImportOptions("customers", **options), known)


def parts(read: Understanding) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the accepted and the rejected rows of a file."""
    batches = list(read.batches())
    return pl.concat(batch.accepted for batch in batches), pl.concat(batch.rejected for batch in batches)


def row(number: int, **values: str) -> dict[str, str]:
    """Return a customer that is accepted as it is."""
    return {"id": f"C{number}", "branch_id": "b1", "tier": "core"} | values


BAD = [
    ("branch_id", "b9", "unknown branch"),
    ("tier", "golden", "not one of the known words: see gridgeo import fields"),
    ("id", "6.22E+18", "digits lost in Excel (such as 6.22E+18): format the column as text and export it again"),
    ("id", "", "empty: this field is required"),
    ("products", "2.5", "not a whole number"),
    ("products", "-1", "number out of range: see gridgeo import fields"),
    ("last_contact_on", "31/31/2025", "not a date: write YYYY-MM-DD"),
    ("do_not_contact", "maybe", "not yes or no"),
    ("age_band", "121", "not one of the known words: see gridgeo import fields"),
    ("party", "潜客", "a prospect needs its source, basis and expiry"),
]


@pytest.mark.parametrize(("field", "value", "reason"), BAD)
def test_a_bad_value_rejects_its_row_and_is_named(tmp_path: Path, field: str, value: str, reason: str) -> None:
    good = row(1, **({field: ""} if field not in ("id", "branch_id", "tier") else {}))
    accepted, rejected = parts(customers(tmp_path, [good, row(2) | {field: value}]))
    assert accepted["id"].to_list() == ["C1"]
    assert rejected["row"].to_list() == [3]
    assert rejected["reason"].to_list() == [reason]


@pytest.mark.parametrize(
    ("lng", "lat", "reason"),
    [
        ("0", "0", "position 0, 0: unknown positions must be left empty"),
        ("30.5", "104.1", "position looks swapped: longitude comes first, then latitude"),
        ("190", "95", "position off the globe"),
        ("104.1", "", "half a position: both longitude and latitude are needed"),
        ("104,1x", "30.5", "not a number: write digits with a dot"),
    ],
)
def test_a_position_that_cannot_be_is_rejected(tmp_path: Path, lng: str, lat: str, reason: str) -> None:
    rows = [row(1, lng="104.1", lat="30.5"), row(2, lng=lng, lat=lat), row(3, lng="", lat="")]
    accepted, rejected = parts(customers(tmp_path, rows, datum="wgs84"))
    assert accepted["id"].to_list() == ["C1", "C3"]
    assert rejected["reason"].to_list() == [reason]


def test_coordinates_without_a_declared_datum_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="declare their datum as one of wgs84, gcj02, bd09"):
        customers(tmp_path, [row(1, lng="104.1", lat="30.5")])


def test_a_position_comes_in_the_house_datum_and_its_original_is_kept(tmp_path: Path) -> None:
    lng, lat = from_wgs84([104.1], [30.5], "gcj02")
    rows = [row(1, lng=str(lng[0]), lat=str(lat[0]))]
    batch = next(customers(tmp_path, rows, datum="gcj02").batches())
    assert metres_between(batch.accepted["lng"], batch.accepted["lat"], [104.1], [30.5])[0] < 0.01
    assert batch.originals.row(0)[:4] == ("point", "C1", lng[0], lat[0])
    house = Known(house="gcj02", ids=BRANCHES.ids)
    same = next(customers(tmp_path, rows, known=house, datum="gcj02").batches())
    assert same.accepted.select("lng", "lat").row(0) == (lng[0], lat[0])
    assert same.originals.is_empty()


def test_projected_coordinates_come_through_their_system(tmp_path: Path) -> None:
    rows = [row(1, easting="651409.903", northing="313177.270")]
    accepted, _ = parts(customers(tmp_path, rows, crs="EPSG:27700"))
    # The water tower of Caister, the worked example of the Ordnance Survey's transformation guide; without its grid
    # file the shift is good to some metres.
    assert metres_between(accepted["lng"], accepted["lat"], [1.7160740], [52.6580078])[0] < 10


@pytest.mark.parametrize(
    ("unit", "fen"), [("元", 1234500), ("万元", 12345000000), ("亿元", 123450000000000), ("分", 12345)]
)
def test_money_comes_in_fen_exactly(tmp_path: Path, unit: str, fen: int) -> None:
    accepted, _ = parts(customers(tmp_path, [row(1, 余额="12,345")], unit=unit))
    assert accepted["balance_fen"].to_list() == [fen]


def test_money_without_a_unit_is_refused_and_a_header_may_say_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="declare its unit with --unit"):
        customers(tmp_path, [row(1, 存款余额="1")])
    read = customers(tmp_path, [row(1, **{"存款余额(万元)": "1.5"})])
    assert read.notes()["unit"] == "万元"
    assert parts(read)[0]["balance_fen"].to_list() == [1_500_000]


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("存款余额万元", "万元"),
        ("余额/元", "元"),
        ("balance_yuan", "元"),
        ("Balance (CNY)", "元"),
        ("余额(金额单位:亿元)", "亿元"),
    ],
)
def test_a_header_says_its_unit_in_many_ways(tmp_path: Path, header: str, unit: str) -> None:
    assert customers(tmp_path, [row(1, **{header: "1"})]).notes()["unit"] == unit
    with pytest.raises(InvalidInputError, match="leave --unit out"):
        customers(tmp_path, [row(1, **{header: "1"})], unit="千元")


@pytest.mark.parametrize("column", ["name", "身份证号"])
def test_identity_cards_are_refused_unless_meant(tmp_path: Path, column: str) -> None:
    rows = [row(1, **{column: ID_CARD})]
    mapping = {"name": column}
    with pytest.raises(InvalidInputError, match="identity-card or account numbers") as caught:
        customers(tmp_path, rows, mapping=mapping)
    assert ID_CARD not in str(caught.value)
    read = customers(tmp_path, rows, mapping=mapping, on_purpose=("name",))
    assert parts(read)[0]["name"].to_list() == [ID_CARD]


def test_numbers_without_their_check_digit_are_no_identity_cards(tmp_path: Path) -> None:
    accepted, _ = parts(customers(tmp_path, [row(1, name="110105194912310021")]))
    assert accepted.height == 1


def test_rejected_rows_show_no_identity_card(tmp_path: Path) -> None:
    rows = [row(1, 身份证号="x"), row(2, tier="none", 身份证号=ID_CARD, remark=ID_CARD)]
    rows[0]["remark"] = "fine"
    _, rejected = parts(customers(tmp_path, rows))
    assert ID_CARD not in rejected.write_csv()
    assert rejected["remark"].to_list() == ["***"]


def test_rejected_rows_keep_columns_called_like_the_four_in_front(tmp_path: Path) -> None:
    rows = [row(1, tier="none", value="own", reason="why", field="f", row="9"), row(2)]
    _, rejected = parts(customers(tmp_path, rows))
    front = ["row", "field", "value", "reason"]
    assert rejected.select(front).rows() == [
        (2, "tier", "none", "not one of the known words: see gridgeo import fields")
    ]
    assert rejected.select("value_2", "reason_2", "field_2", "row_2").rows() == [("own", "why", "f", "9")]


@pytest.mark.parametrize("text", ["+86(10)6655", "-", "@handle", "+1", "- a (b)", "a=b", "a@b.c|d"])
def test_signs_in_front_alone_make_no_formula(tmp_path: Path, text: str) -> None:
    assert parts(customers(tmp_path, [row(1, phone=text, name=text)]))[0].height == 1


@pytest.mark.parametrize("text", ["=1", "\uff1dA1", '=HYPERLINK("http://x")', "@SUM(1)", "-2+3+cmd|' /C calc'!A0"])
def test_a_formula_is_no_value(tmp_path: Path, text: str) -> None:
    read = customers(tmp_path, [row(1, name=text), row(2)])
    assert parts(read)[0]["id"].to_list() == ["C2"]
    assert read.account.rejected == {"a formula, not a value: paste the values alone and export again": 1}


@pytest.mark.parametrize(("rule", "taken"), [("reject", ["C1"]), ("first", ["C1", "C2"]), ("last", ["C1", "C2"])])
def test_the_same_key_with_other_values_is_settled_by_the_rule(tmp_path: Path, rule: str, taken: list[str]) -> None:
    rows = [row(1), row(2, tier="basic"), row(2, tier="core"), row(1)]
    accepted, rejected = parts(customers(tmp_path, rows, duplicates=rule))
    assert accepted["id"].to_list() == taken
    if rule != "reject":
        assert accepted.filter(pl.col("id") == "C2")["tier"].to_list() == ["basic" if rule == "first" else "core"]
    assert "identical row stands again: the first one is taken" in rejected["reason"].to_list()


def test_several_rows_of_a_key_join_when_declared(tmp_path: Path) -> None:
    rows = [row(1, product="loan"), row(1, product="card"), row(2, product="card")]
    read = customers(tmp_path, rows, one_row_per="product")
    accepted, rejected = parts(read)
    assert dict(accepted.select("id", "product_ids").iter_rows()) == {"C1": "loan;card", "C2": "card"}
    assert rejected.is_empty()
    assert (read.account.rows_in, read.account.accepted, read.account.rows_out) == (3, 3, 2)
    assert parts(customers(tmp_path, rows))[0]["id"].to_list() == ["C2"]


def test_chinese_headers_and_words_are_understood(tmp_path: Path) -> None:
    rows = [{"客户号": "1", "开户机构": "b1", "客户分层": "高端", "手机号码": "1", "备注": "x"}]
    read = customers(tmp_path, rows)
    assert parts(read)[0].select("id", "branch_id", "tier", "phone").row(0) == ("1", "b1", "high_end", "1")
    assert read.notes()["unmapped"] == ["备注"]
    assert read.notes()["mapping"]["phone"] == {"column": "手机号码", "class": "personal"}


def test_columns_join_and_constants_count_rows(tmp_path: Path) -> None:
    rows = [{"street": "Main St", "town": "X"}, {"street": "High St", "town": ""}]
    options = {"mapping": {"address": "street+town"}, "constants": {"id": "K{row}", "branch_id": "b2", "tier": "core"}}
    accepted, _ = parts(customers(tmp_path, rows, **options))
    assert accepted.select("id", "address").rows() == [("K2", "Main St, X"), ("K3", "High St")]


def test_an_unknown_field_or_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="customers has no field nose"):
        customers(tmp_path, [row(1)], mapping={"nose": "id"})
    with pytest.raises(InvalidInputError, match="no column nose for field name"):
        customers(tmp_path, [row(1)], mapping={"name": "nose"})


CELLS = st.sampled_from(["", "C1", "C2", "C3", "b1", "b2", "core", "golden", "12", "-1", "6.2E+17", "是", "2025-01-02"])


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.fixed_dictionaries(dict.fromkeys(("id", "branch_id", "tier", "products", "last_contact_on"), CELLS)),
        min_size=1,
        max_size=12,
    ),
    rule=st.sampled_from(["reject", "first", "last"]),
)
def test_rows_in_are_rows_accepted_and_rejected(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], rule: str
) -> None:
    read = customers(tmp_path_factory.mktemp("any"), rows, duplicates=rule)
    accepted, rejected = parts(read) if list(read.batches()) else (pl.DataFrame(), pl.DataFrame())
    filled = [item for item in rows if any(item.values())]
    assert read.account.rows_in == len(filled)
    assert read.account.accepted + sum(read.account.rejected.values()) == len(filled)
    assert accepted.height == read.account.accepted
    assert rejected.height == len(filled) - accepted.height
    if accepted.height:
        assert not accepted["id"].is_duplicated().any()


def test_internal_prices_are_taken_in_fen_and_a_margin_share_belongs_to_the_balance_alone() -> None:
    rows = {
        "产品代码": ["balance", "DEP", "contact", "CARD", "LOAN", "NONE"],
        "利差": ["0.012", None, None, "0.5", None, None],
        "月收益(元)": [None, "1.25", None, None, None, None],
        "成本(元)": [None, "0.3", "25", None, "-1", None],
    }
    read = understand(table(rows), ImportOptions("prices"), Known())
    (batch,) = list(read.batches())
    taken = {row["id"]: row for row in batch.accepted.to_dicts()}
    assert set(taken) == {"balance", "DEP", "contact"}
    assert (taken["DEP"]["margin_fen"], taken["DEP"]["cost_fen"]) == (125, 30)
    assert taken["balance"]["margin_share"] == 0.012
    assert batch.rejected.height == 3
