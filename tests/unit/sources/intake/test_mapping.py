"""Columns find their fields by their headers; what only looks alike waits for the person's word."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.errors import InvalidInputError
from gridgeo.sources.intake import KINDS, ImportOptions, Known, mapping_from_toml, mapping_to_toml, propose_mapping
from gridgeo.sources.intake import understand as understood
from gridgeo.sources.intake.mapping import plain_header
from tests.unit.sources.intake.conftest import table


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("客户号", "id"),
        (" Customer ID ", "id"),
        ("customer_id", "id"),
        ("CUSTOMER-ID", "id"),
        ("基本信息/客户号", "id"),
        ("开户机构", "branch_id"),
        ("存款余额\uff08万元\uff09", "balance_fen"),
        ("存款余额(万元)", "balance_fen"),
        ("lon", "lng"),
        ("Latitude", "lat"),
        ("村社代码", "village_code"),
        ("出生年份", "born_on"),
    ],
)
def test_a_header_is_known_by_its_words(header: str, field: str) -> None:
    assert propose_mapping([header, "其他"], KINDS["customers"], {}, {}).columns == {field: header}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("orgs", "机构编号 网点名称 机构级别 上级机构号 X坐标 Y坐标"),
        ("orgs", "branch_code branch_name branch_type parent_code longitude latitude"),
        ("staff", "员工编号 所属网点 员工姓名 岗位名称 周工时"),
        ("customers", "客户编号 所属网点 管户经理工号 客户级别 居住地址 存款余额万元 客户姓名 手机号码 东经 北纬"),
        ("customers", "cust_no branch_code rm_id tier full_address balance_yuan customer_name mobile_phone lng lat"),
        ("households", "户编号 家庭住址 楼栋编号 户主姓名 家庭人口数 居住情况 村居代码"),
        ("merchants", "商户编号 店铺名称 所属行业 经度(GCJ02) 纬度(GCJ02) 经营地址"),
        ("products", "产品编号 产品名称 产品类型"),
        ("contacts", "流水号 客户编号 客户经理工号 联系渠道 拜访日期 联系结果"),
        ("boundaries", "XZQDM XZQMC 类型"),
        ("boundaries", "WD22CD WD22NM kind"),
        ("denominators", "行政村名称 统计用区划代码 人口总数 家庭户数 市场主体数 统计日期"),
        ("denominators", "lsoa21nm lsoa21cd population number_of_households business_count date"),
    ],
)
def test_a_banks_own_headers_need_no_mapping(kind: str, given: str) -> None:
    proposed = propose_mapping(given.split(), KINDS[kind], {}, {})
    assert proposed.unmapped == ()
    assert len(proposed.columns) >= len(given.split())


def test_what_only_looks_alike_is_shown_and_not_taken() -> None:
    proposed = propose_mapping(["id", "custmer name"], KINDS["customers"], {}, {})
    assert proposed.columns == {"id": "id"}
    assert proposed.guesses == (("name", "custmer name"),)
    assert proposed.unmapped == ("custmer name",)
    confirmed = propose_mapping(["id", "custmer name"], KINDS["customers"], {"name": "custmer name"}, {})
    assert confirmed.columns == {"id": "id", "name": "custmer name"}


def test_a_column_of_unlike_name_is_neither_taken_nor_guessed() -> None:
    assert propose_mapping(["remark"], KINDS["customers"], {}, {}).guesses == ()


def test_every_column_is_mapped_or_listed() -> None:
    columns = ["osm_id", "shop", "lat", "lon", "addr:city", "website"]
    proposed = propose_mapping(columns, KINDS["merchants"], {}, {})
    assert {*proposed.columns.values(), *proposed.tags, *proposed.unmapped} == set(columns)
    assert proposed.tags == ("shop",)


def test_a_category_is_only_proposed_with_its_value() -> None:
    kind = KINDS["denominators"]
    assert "category" not in propose_mapping(["名称", "指标", "人口"], kind, {}, {}).columns
    both = propose_mapping(["名称", "指标", "数值"], kind, {}, {}).columns
    assert (both["category"], both["value"]) == ("指标", "数值")


@pytest.mark.parametrize("name", list(KINDS))
def test_no_header_means_two_fields_of_a_kind(name: str) -> None:
    """But the code of an area, which stands for its id too, and the words that a first field has before a second."""
    shared = {"boundaries": {"id", "code"}}
    seen: dict[str, str] = {}
    for item in KINDS[name].fields:
        for word in {plain_header(text) for text in item.headers}:
            other = seen.setdefault(word, item.name)
            assert other == item.name or {other, item.name} <= shared.get(name, set()), (word, other, item.name)


@pytest.mark.parametrize("name", list(KINDS))
def test_every_field_goes_by_words_of_both_languages(name: str) -> None:
    exempt = {"osm_tag"}
    lacking = [
        item.name
        for item in KINDS[name].fields
        if item.name not in exempt and not any(ord(sign) > 0x2E80 for sign in item.names)
    ]
    assert lacking == []


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    columns=st.dictionaries(st.sampled_from(KINDS["customers"].field_names), TEXTS),
    constants=st.dictionaries(st.sampled_from(KINDS["customers"].field_names), TEXTS),
)
def test_a_mapping_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, columns: dict[str, str], constants: dict[str, str]
) -> None:
    path = tmp_path_factory.mktemp("map") / "map.toml"
    path.write_bytes(mapping_to_toml("customers", columns, constants).encode())
    assert mapping_from_toml(path, "customers") == (columns, constants)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind = 'staff'", "maps files of kind staff, not customers"),
        ("kind = ", "is not a TOML file"),
        ("kind = 'customers'\n[columns]\nid = 3", "must hold field = text"),
        ("kind = 'customers'\ncolumns = 'id'", "must hold field = text"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInputError, match=said):
        mapping_from_toml(path, "customers")


def test_a_kind_that_is_none_is_refused_with_all_there_are() -> None:
    with pytest.raises(InvalidInputError, match=r"orgs, staff, boundaries.*industries, got nobody"):
        understood(table({"id": ["1"]}), ImportOptions("nobody"), Known())


def test_a_required_field_without_a_column_is_refused_with_the_columns_there_are() -> None:
    with pytest.raises(InvalidInputError, match=r"no column for branch_id; the columns are id, remark"):
        understood(table({"id": ["1"], "remark": ["x"]}), ImportOptions("customers"), Known())
