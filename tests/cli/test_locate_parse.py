"""A file of addresses taken apart: both scripts in one file, every row kept, bad input named."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
CHINESE = (
    "province", "city", "district", "town", "village", "road", "lane", "number", "building", "unit", "room", "poi",
)  # fmt: skip
WESTERN = ("number", "house_name", "street", "unit", "locality", "city", "postcode")
HEADER = "id,address\n"


@pytest.fixture
def parse(gridgeo: Run, tmp_path: Path) -> Callable[..., tuple[list[dict[str, str]], dict[str, Any]]]:
    """Take a table apart; return the rows of the answer file and the printed record."""

    def run(table: str | bytes, *more: str | Path) -> tuple[list[dict[str, str]], dict[str, Any]]:
        (tmp_path / "q.csv").write_bytes(table.encode() if isinstance(table, str) else table)
        done = gridgeo("locate", "parse", tmp_path / "q.csv", "--out", tmp_path / "o.csv", "--json", *more)
        assert done.returncode == 0, done.stderr
        with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        return rows, json.loads(done.stdout)

    return run


def test_both_scripts_come_apart_in_the_order_given(parse: Callable[..., Any]) -> None:
    rows, record = parse(
        HEADER + "z,上海市徐汇区宛平南路99弄3号1802室\n"
        'a,"Flat 4, Kensington House, Queens Promenade, Ramsey, IM8 1BH"\nm,广西玉林市博白县三滩镇大旺村14队7号\n'
    )
    assert [row["id"] for row in rows] == ["z", "a", "m"]
    assert set(CHINESE) | set(WESTERN) | {"id", "reason"} == set(rows[0])
    assert list(rows[0])[:13] == ["id", *CHINESE]
    said = {name: rows[0][name] for name in CHINESE if rows[0][name]}
    assert said == {
        "province": "上海市", "city": "上海市", "district": "徐汇区", "road": "宛平南路", "lane": "99弄", "number": "3",
        "room": "1802室",
    }  # fmt: skip
    western = {name: rows[1][name] for name in WESTERN if rows[1][name]}
    assert western == {
        "house_name": "Kensington House", "street": "Queens Promenade", "unit": "Flat 4", "city": "Ramsey",
        "postcode": "IM8 1BH",
    }  # fmt: skip
    assert not any(rows[1][name] for name in CHINESE if name not in WESTERN)
    assert (rows[2]["town"], rows[2]["village"], rows[2]["number"]) == ("三滩镇", "大旺村14队", "7")
    assert (record["in"], record["with_reason"], record["found"]["district"]) == (3, 0, 2)


def test_a_row_that_cannot_be_read_says_why_and_the_others_stay(parse: Callable[..., Any]) -> None:
    rows, record = parse(
        HEADER + f"1,\n2,{'北京市海淀区' * 1_800}\n3,12345\n4,北京市\x07海淀区学院路30号\n"
        "5,鼓楼区中山路1号\n5,北京市东城区东长安街1号\n"
    )
    assert [row["reason"] for row in rows] == [
        "empty",
        "too long",
        "no letters",
        "control characters were passed over",
        "several units are called so",
        "the id is missing or stands more than once",
    ]
    assert rows[3]["district"] == "海淀区"
    assert (rows[4]["district"], rows[4]["road"]) == ("", "中山路")
    assert not any(rows[1][name] for name in (*CHINESE, *WESTERN))
    assert sum(record["by_reason"].values()) == record["with_reason"] == 6


def test_a_hint_settles_what_the_address_leaves_open(parse: Callable[..., Any]) -> None:
    table = "id,address,hint\n1,鼓楼区中央路201号,南京市\n2,宁波市海曙区中山路1号,杭州市\n3,鼓楼区中央路201号,\n"
    rows, _ = parse(table)
    assert [(row["city"], row["district"]) for row in rows] == [("南京市", "鼓楼区"), ("宁波市", "海曙区"), ("", "")]


def test_components_are_read_without_an_address(parse: Callable[..., Any]) -> None:
    rows, _ = parse("id,street,number,city,postcode\n1,Landstrasse,12,Vaduz,9490\n2,中山路,12,南京市鼓楼区,\n")
    assert [rows[0][name] for name in ("street", "number", "city", "postcode")] == [
        "Landstrasse",
        "12",
        "Vaduz",
        "9490",
    ]
    assert [rows[1][name] for name in ("road", "number", "city", "district")] == ["中山路", "12", "南京市", "鼓楼区"]


def test_the_bank_names_places_its_own_way(parse: Callable[..., Any], tmp_path: Path) -> None:
    aliases = tmp_path / "aliases.csv"
    aliases.write_text("alias,province,city,district,town,year\n世纪城,四川省,成都市,武侯区,,\n", encoding="utf-8")
    table = HEADER + "1,成都世纪城天府大道1号\n"
    assert parse(table)[0][0]["district"] == ""
    rows, record = parse(table, "--aliases", aliases)
    assert rows[0]["district"] == "武侯区"
    assert record["aliases"] == "aliases.csv"


def test_former_names_are_read_as_of_a_year(parse: Callable[..., Any]) -> None:
    table = HEADER + "1,上海市南汇区惠南镇人民东路1号\n"
    assert parse(table)[0][0]["district"] == "浦东新区"
    assert parse(table, "--year", "2005")[0][0]["district"] == "浦东新区"


def test_a_script_can_be_forced(parse: Callable[..., Any]) -> None:
    table = HEADER + "1,北京市海淀区中关村大街27号\n"
    assert parse(table, "--script", "chinese")[0][0]["district"] == "海淀区"
    assert parse(table, "--script", "western")[0][0]["district"] == ""


def test_a_file_in_another_encoding_is_read_when_it_is_named(parse: Callable[..., Any]) -> None:
    table = (HEADER + "1,北京市海淀区中关村大街27号\n").encode("gb18030")
    assert parse(table, "--encoding", "gb18030")[0][0]["road"] == "中关村大街"


def test_text_that_a_spreadsheet_would_run_is_quoted(parse: Callable[..., Any]) -> None:
    rows, _ = parse(HEADER + '1,"=1+1 Main Street, Town"\n')
    assert not any(value.startswith("=") for value in rows[0].values())


@pytest.mark.parametrize(
    ("table", "more", "words"),
    [
        ("", (), "has no header"),
        ("id,colour\n1,x\n", (), "has no column address"),
        ("number,colour\n1,x\n", (), "has no column id"),
        (HEADER + "1,x\n", ("--year", "1900"), "year must be"),
        (HEADER + "1,x\n", ("--aliases", "q.csv"), "has no column alias"),
        (HEADER + "1,x\n", ("--script", "latin"), "latin"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_written(
    gridgeo: Run, tmp_path: Path, table: str, more: tuple[str, ...], words: str
) -> None:
    (tmp_path / "q.csv").write_text(table, encoding="utf-8")
    given = [str(tmp_path / item) if item == "q.csv" else item for item in more]
    out = tmp_path / "o.csv"
    done = gridgeo("locate", "parse", tmp_path / "q.csv", "--out", out, "--json", *given)
    assert done.returncode == 2, done.stdout
    assert words in done.stderr
    assert not out.exists()
