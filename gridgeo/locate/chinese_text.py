"""Bring a Chinese address into one form: characters, numerals, notes, separators; polars expressions over a column."""

from __future__ import annotations

import polars as pl

from gridgeo.locate.chinese_table import simplified
from gridgeo.locate.normalise import MAX_CHARACTERS

HAN = "[\u3400-\u9fff〇]"
DIGIT_OF = dict(zip("〇零一二两三四五六七八九壹贰叁肆伍陆柒捌玖", "00122345678912345678" + "9", strict=True))
FORMAL = dict(zip("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千", strict=True)) | {
    "廿": "二十",
    "卅": "三十",
    "两": "二",
}
NUMERALS = "〇零一二两三四五六七八九十百千廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
COUNTED = r"号(?:[^路街桥线巷院]|院|$)|弄|支弄|栋|幢|单元|室|层|门|组|队|社(?:[^区]|$)|公里|之"
"""What a numeral before it counts; 三号路 and 一号桥 are names."""
_COUNTED_END = r"(?:号楼|号院|号|弄|支弄|栋|幢|单元|室|层|组|队|社|公里)"
_MARK = "\u0001"

NOTES = (
    (
        r"[(\[{【〔<《]([A-Z\d一二三四五六七八九十]{1,4}(?:座|栋|幢|号楼|楼|单元|室|号)|\d{1,3}(?:-\d{1,4}){1,2})[)\]}】〕>》]",
        "${1}",
    ),
    (r"[(\[{【〔<《][^()\[\]{}【】〔〕<>《》]*[)\]}】〕>》]?", " "),
    (r"(?i)(?:联系)?(?:电话|手机|电联|tel)[::.]?\s*\+?[\d -]{5,}", " "),
    (r"(^|[^\d])(?:\+?86-?)?1[3-9]\d{9}($|[^\d])", "${1} ${2}"),
    (r"(^|[^\d])0\d{2,3}-\d{7,8}($|[^\d])", "${1} ${2}"),
    (r"(?:邮政编码|邮编)[::]?\s*\d{6}", " "),
    (rf"^\s*\d{{6}}\s*({HAN})", "${1}"),
    (r"[\s,]\d{6}\s*$", ""),
    (r"(?:与|和|及)[^,\d]{1,10}(?:路|街|道|巷|线)?(?:交汇处?|交叉口?|交界处?|交口|路口|十字路口).*$", ""),
    (r"(?:斜?对面|旁边?|附近|隔壁|路口|交叉口|往?[东西南北]侧?\d+米)[^\d号]*$", ""),
    (r"([路街段])[路街][东西南北]侧?(\d|[一二三四五六七八九十]|,|$)", "${1}${2}"),
    (r"([路街道段])[东西南北]侧$", "${1}"),
    (r"生产建设兵团(?:第?[一二三四五六七八九十]{1,3}师)?", ""),
    (r"^\s*(?:中华人民共和国|中国)", ""),
    (r"^(?:地址|住址|通讯地址|户籍地址|收货地址|详细地址)[::]", ""),
)
"""What belongs to no component, in this order: notes in brackets, telephones, postcodes, corners, sides of a road."""

JOINS = (
    (rf"({HAN})\s*[/\\_>→]\s*({HAN})", "${1},${2}"),
    (rf"({HAN})\s*-+\s*({HAN})", "${1},${2}"),
    (rf"({HAN})-(\D)", "${1},${2}"),
    (rf"({HAN})\s+", "${1}"),
    (rf"\s+({HAN})", "${1}"),
    (r"\s*[,.:!?'\"。;]+\s*", ","),
    (r"\s+", ","),
    (r",{2,}", ","),
)
"""Parts are divided by commas; a blank beside a Chinese character divides nothing."""


def chinese_form(text: pl.Expr) -> pl.Expr:
    """Unify characters and cut what belongs to no component; parts stay divided by commas.

    Full width becomes half, traditional becomes simplified, Latin letters become capitals; only the first characters
    are read, so that a text of many kilobytes costs no more than an address.
    """
    old, new = simplified()
    form = (
        text.str.slice(0, MAX_CHARACTERS + 1)
        .str.normalize("NFKC")
        .str.replace_all(r"[\n\r\t;|、。]+", ",")
        .str.replace_all(r"[\p{C}]+", "")
        .str.replace_all(r"[\u2010-\u2015\u2212~～]+", "-")
        .str.replace_many(old, new)
        .str.to_uppercase()
    )
    for before, after in (*NOTES, *JOINS):
        form = form.str.replace_all(before, after)
    return form.str.strip_chars(" ,-·")


def with_digits(text: pl.Series) -> pl.Series:
    """Write numerals that count something in Arabic digits: 一百二十号 is 120号, 二号楼三单元五零一室 2号楼3单元501室.

    Numerals in names stay: 三号路, 中山四路, 一环路北一段.
    """
    counted = rf"([{NUMERALS}]+)({_COUNTED_END})"
    frame = pl.DataFrame({"text": text}).with_row_index("row")
    has = frame.filter(pl.col("text").str.contains(counted))
    if not has.height:
        return text
    # 三号路 and 一号桥 are names: they are marked so that the numeral is passed over.
    kept = pl.col("text").str.replace_all(rf"([{NUMERALS}])(号[路街桥线巷])", "${1}" + "\u0002" + "${2}")
    pieces = (
        has.with_columns(kept.str.replace_all(counted, f"{_MARK}${{1}}{_MARK}${{2}}").str.split(_MARK).alias("text"))
        .explode("text")
        .with_columns((pl.int_range(pl.len()).over("row") % 2 == 1).alias("numeral"))
        .with_columns(pl.when("numeral").then(arabic(pl.col("text"))).otherwise(pl.col("text")).alias("text"))
    )
    joined = pieces.group_by("row", maintain_order=True).agg(pl.col("text").str.join("").str.replace_all("\u0002", ""))
    return (
        frame.join(joined.rename({"text": "digits"}), on="row", how="left", maintain_order="left")
        .select(pl.coalesce("digits", "text"))
        .to_series()
    )


def arabic(numeral: pl.Expr) -> pl.Expr:
    """Write a Chinese numeral up to 9999 in Arabic digits; what is none stays as it is."""
    plain = numeral.str.replace_many(list(FORMAL), list(FORMAL.values()))
    places = plain.str.extract_groups(
        r"^(?:(.)千)?[零〇]?(?:(.)百)?[零〇]?(?:(.)?(十))?[零〇]?([一二三四五六七八九])?$"
    )
    digit = [
        places.struct.field(name)
        .replace_strict(DIGIT_OF, default=None, return_dtype=pl.String)
        .cast(pl.Int32)
        .fill_null(0)
        for name in ("1", "2", "3", "5")
    ]
    ten = pl.when(places.struct.field("4").is_null()).then(0).when(digit[2] == 0).then(1).otherwise(digit[2])
    value = digit[0] * 1000 + digit[1] * 100 + ten * 10 + digit[3]
    by_digit = plain.str.replace_many(list(DIGIT_OF), list(DIGIT_OF.values()))
    return (
        pl.when(by_digit.str.contains(r"^\d+$"))
        .then(by_digit)
        .when(value > 0)
        .then(value.cast(pl.String))
        .otherwise(numeral)
    )
