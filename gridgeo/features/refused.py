"""What no rule about people may be drawn on: ethnicity, religion, health, minors; a closed list of words.

A text is compared in one form: NFKC, lower case, traditional characters of the list simplified, and for Chinese all
signs and blanks left out, so that ``少 数-民族`` is found. Western words count as whole words, plural too.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from gridgeo.errors import InvalidInputError
from gridgeo.features.refused_words import ALLOWED, ALLOWED_WESTERN, CHINESE, WESTERN

TRADITIONAL = str.maketrans(
    "漢維爾滿蒙傈僳貴種數別個兒嬰幼歲殘癌腫糖壓臟愛乙腎體檢產婦懷傳精神癡憂鬱斷療診藥醫伊蘭猶東徒眾會禮",
    "汉维尔满蒙傈僳贵种数别个儿婴幼岁残癌肿糖压脏爱乙肾体检产妇怀传精神痴忧郁断疗诊药医伊兰犹东徒众会礼",
)
REASONS = {
    "ethnicity": "a rule about people may not be drawn on ethnicity: {where} says {given!r}; take it out",
    "religion": "a rule about people may not be drawn on religion: {where} says {given!r}; take it out",
    "health": "a rule about people may not be drawn on health: {where} says {given!r}; take it out",
    "minors": "a rule about people may not be drawn on minors: {where} says {given!r}; take it out",
}
"""Ground of refusal -> its message."""
ADULT_YEARS = 18
_END = r"(?=\s*(?:周?岁|years?|$))"
_UNDER = re.compile(rf"(?:under|below|less than|younger than|<=?|未满|不满|小于|低于)\s*(\d{{1,2}}){_END}")
_AGES = (
    re.compile(r"(?<!\d)(\d{1,2})\s*(?:周?岁)?(?:及?以下| and under| or under| or younger)"),
    re.compile(r"(?<![\d.])(\d{1,2})\s*(?:-|~|–|至|到|to)\s*\d{1,2}\s*(?:周?岁|years?)"),
    re.compile(r"(?<!\d)(\d{1,2})\s*(?:周?岁|years? old$)"),
    re.compile(r"\bage[ds]?\s*(\d{1,2})(?!\d)"),
)

_IN_WORDS = re.compile(r"(?<![一二三四五六七八九十百])(?:十?[一二三四五六七]|[八九]|十)周?岁")
"""One to seventeen years in Chinese numerals."""


def refused_ground(text: str) -> str | None:
    """Return why a text may not stand in a rule about people: ethnicity, religion, health, minors; None when it may."""
    plain = _plain(text)
    for ground, words in CHINESE.items():
        if any(word in plain for word in words):
            return ground
    western = _western_words(text)
    for ground, pattern in _patterns().items():
        if pattern.search(western):
            return ground
    return "minors" if _names_minor_years(text) else None


def require_no_refused_words(text: str, where: str) -> None:
    """Let a text pass that is not about ethnicity, religion, health or minors; InvalidInputError names the ground."""
    ground = refused_ground(text)
    if ground is not None:
        raise refusal(ground, where, text)


def refusal(ground: str, where: str, given: str) -> InvalidInputError:
    """Return the error that refuses a rule."""
    return InvalidInputError(REASONS[ground], where=where, given=given[:80])


def _plain(text: str) -> str:
    """Return the form in which Chinese is compared: letters and digits only."""
    folded = unicodedata.normalize("NFKC", text).lower().translate(TRADITIONAL)
    kept = "".join(letter for letter in folded if letter.isalnum())
    for compound in ALLOWED:
        kept = kept.replace(compound, "")
    return kept


def _western_words(text: str) -> str:
    """Return how western words are compared: lower case, one blank apart, as written and with camel case split."""
    shown = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    both = f"{shown} | {re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', shown)}"
    bare = "".join(sign for sign in unicodedata.normalize("NFD", both.lower()) if not unicodedata.combining(sign))
    words = " ".join(re.findall(r"[a-z]+|\|", bare))
    for compound in ALLOWED_WESTERN:
        words = re.sub(rf"\b{compound}s?\b", "", words)
    return words


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {ground: re.compile(rf"\b(?:{'|'.join(words)})(?:s|es)?\b") for ground, words in WESTERN.items()}


def _names_minor_years(text: str) -> bool:
    """Tell whether a text names an age below 18: under 18, 12岁, 6-12岁, 16岁以下."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"_|(?<=[a-z])-(?=\d)", " ", plain)
    if _IN_WORDS.search(plain):
        return True
    under = any(int(found) <= ADULT_YEARS for found in _UNDER.findall(plain))
    return under or any(int(found) < ADULT_YEARS for pattern in _AGES for found in pattern.findall(plain))
