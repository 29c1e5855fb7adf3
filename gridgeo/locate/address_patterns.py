"""Regular expressions of address forms, built from the word tables; Rust syntax, as polars reads them."""

from __future__ import annotations

from gridgeo.locate.street_words import NUMBER_SIGNS, STREET_ENDINGS, STREET_MARKS, STREET_WORDS, UNIT_WORDS

_SIGN = r"(?:(?:" + "|".join(NUMBER_SIGNS) + r")\.?\s*)?"
_UNIT = r"(?:" + "|".join(UNIT_WORDS) + r")"
_ENDING = r"(?:" + "|".join(STREET_ENDINGS) + r")"
_WORD = r"(?:" + "|".join(STREET_WORDS) + r"|st|rd|ave|terr|cres)"
_RANGE = r"(?:\s?(?:-|/|&|\+|and)\s?(?:\d{1,5}\s?(?:[a-zа-я]\b)?|[a-z]\b))*"
_AFTER = r"(?:к\d{1,2})?(?:с\d{1,2})\b|к\d{1,2}\b| ?(?:bis|ter|quater)\b"
_HOUSE = rf"\d{{1,5}}(?:{_AFTER}|[a-zа-я]\b)?" + _RANGE
_HOUSE_SPACED = rf"\d{{1,5}}(?:{_AFTER}| ?[a-zа-я]\b)?" + _RANGE
_CODE = r"(?:[A-Z]{1,3}[- ])?(?:\d{5}-\d{3,4}|\d{2}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2}|\d{4,6})"
_UK_CODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}"

STREET = rf"(?i)\b(?:{'|'.join((*STREET_WORDS, *STREET_MARKS))}|str|st|rd|ave|prom|terr|cres)\b|(?:{_ENDING}|str)\b"
"""A part that holds a street word, apart or as the ending of a one-word name."""

HAN_CUTS = (
    # 北京市海淀区中关村大街27号: each level of administration ends in its own character.
    (r"(\p{Han}+?(?:省|自治区))(\p{Han})", "${1}, ${2}"),
    (r"(\p{Han}{2,}?市)(\p{Han})", "${1}, ${2}"),
    (r"(\p{Han}{2,}?(?:区|县))(\p{Han})", "${1}, ${2}"),
    (r"(\p{Han}{2,}?(?:路|街|大道|巷|道|弄))\s*(\d{1,5})号?", "${1} ${2}, "),
)
"""Where a comma is put into a Chinese address: expression and replacement, in this order."""

CUTS = (
    (r"(, \d{1,5}[A-Za-z]?) - (\p{L})", "${1}, ${2}"),
    *HAN_CUTS,
    # Flat 4 Kensington House
    (
        rf"(?i)(^|, )({_UNIT}(?:\.?\s*\d{{1,4}}[a-z]?(?:-\d+)?|\.?\s+[a-z]\d{{0,3}}))\s+(\p{{L}}|\d)",
        "${1}${2}, ${3}",
    ),
    # Kensington House 12 Main Road
    (rf"(?i)(^|, )([^,\d]*\p{{L}}[^,\d]*?) ({_HOUSE} [^,\d]*\b{_WORD}\b)", "${1}${2}, ${3}"),
    # Landstrasse 12 9490 Vaduz
    (rf"(\d ?[A-Za-z]?) ({_CODE}) (\p{{L}})", "${1}, ${2} ${3}"),
    # Landstrasse 12 Vaduz
    (rf"(?i)(^|, )([^,\d]*\p{{L}}[^,\d]* {_SIGN}{_HOUSE_SPACED}(?: \d{{1,3}}\b)?) (\p{{L}}{{2,}})", "${1}${2}, ${3}"),
)
"""Where a comma is put into a one-line form: expression and replacement, in this order, each once."""

AFTER_STREET_WORD = rf"(?i)^(\d.*?(?:\b{_WORD}|{_ENDING}))\.? (\p{{L}}{{3,}}[^\d]*)$"

UK_CODE_FIRST, UK_CODE_LAST = rf"(?i)^({_UK_CODE})(?:\s|$)", rf"(?i)(?:^|\s)({_UK_CODE})$"
CODE_FIRST, CODE_LAST = rf"^({_CODE})(?:\s\D*)?$", rf"^\D*?\s?({_CODE})$"
UNIT_ALONE = (
    rf"(?i)^({_UNIT}\b\.?(?:\s*[#\p{{L}}\d-]{{1,5}})?|m\.?\s?\d{{1,4}}|\d{{1,2}}[oa]\b(?:\s[\p{{L}}\d]{{1,4}})?)$"
)
"""Flat 3; m 5 (mieszkanie); 3º B, which is 3o B once its form is plain."""

NUMBER_FIRST = (
    rf"(?i)^{_SIGN}(\d{{1,5}}(?:{_AFTER}|[a-z]\b| [a-h]\b)?{_RANGE})(?:[ ,.]+(?:-\s*)?(\p{{L}}.*|\d+\p{{L}}.*))$"
)
"""12 Main Street; a letter apart from its number is one only up to h: "1 Y Vaarney" is no 1y."""
NUMBER_LAST = (
    rf"(?i)^(.*?\p{{L}}.*?)[ .]+(?:unit |hangar )?{_SIGN}({_HOUSE_SPACED})"
    r"(?:[ /](\d{1,4}|[a-z]\d{0,3}))?$"
)
"""Landstrasse Nr. 12a, Mannerheimintie 12 A 5."""
NUMBER_ALONE = rf"(?i)^{_SIGN}(\d{{1,5}}(?:{_AFTER}| ?[a-zа-я])?{_RANGE})$"
