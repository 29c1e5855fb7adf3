"""Units that the table does not know, taken as they are written where the form of the address tells them apart."""

from __future__ import annotations

import polars as pl

_NAME = "[\u3400-\u4e03\u4e05-\u9fff]"
_STEM = rf"(?:{_NAME}){{2,7}}?"
FORMS = (
    rf"^({_STEM}(?:省|自治区)),?({_STEM}(?:市|自治州|地区|盟))?,?({_STEM}(?:自治县|县|区|市|旗))?",
    rf"^()({_STEM}(?:市|自治州|地区|盟)),?({_STEM}(?:自治县|县|区|市|旗))",
    rf"^()()({_STEM}(?:自治县|县|旗)),?(?:{_STEM}(?:镇|乡|街道|苏木))",
)
"""Province first, city first, county before a town: one level alone says nothing."""
SUFFIXES = "[省市区县旗路街道巷号弄楼村镇乡附之甲乙栋幢层室]"


def with_units_by_form(found: pl.DataFrame) -> pl.DataFrame:
    """Fill province, city and district of addresses in which no unit of the table is named at all.

    found: from `chinese_units.found_units`. At least two levels must follow each other (澜岫省霁州市, 昙溪县 before a
    town), each with a name in which no word of a level stands, so that chance characters are no unit.
    """
    unknown = pl.col("code").is_null() & ~pl.col("named")
    rows = found.filter(unknown & pl.col("rest").str.contains("[省市县旗区]"))
    if not rows.height:
        return found
    forms = [pl.col("rest").str.extract_groups(form) for form in FORMS]
    names = ("province", "city", "district")
    columns = [
        pl.coalesce(*(form.struct.field(str(at)) for form in forms)).replace("", None).alias(f"new_{name}")
        for at, name in enumerate(names, 1)
    ]
    read = rows.select("query", "rest", *columns)
    levels = pl.sum_horizontal(pl.col(f"new_{name}").is_not_null() for name in names)
    plain = pl.all_horizontal(
        ~pl.col(f"new_{name}").fill_null("").str.replace(r"(?:自治[区州县]|地区|.)$", "").str.contains(SUFFIXES)
        for name in names
    )
    behind = pl.col("rest")
    for name in names:
        behind = behind.str.strip_prefix(pl.col(f"new_{name}").fill_null("")).str.strip_chars_start(",")
    town = behind.str.contains(rf"^{_STEM}(?:镇|乡|街道|苏木)")
    taken = read.filter(plain & ((levels > 1) | ((levels == 1) & town & pl.col("new_province").is_null()))).select(
        "query", *(f"new_{name}" for name in names), new_rest=behind
    )
    return (
        found.join(taken, on="query", how="left", maintain_order="left")
        .with_columns(pl.coalesce(f"new_{name}", name).alias(name) for name in (*names, "rest"))
        .select(found.columns)
    )
