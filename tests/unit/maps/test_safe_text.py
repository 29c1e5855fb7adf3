"""Texts that went through the gate are inert, wherever folium puts them."""

from __future__ import annotations

import html
import re

import jinja2
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.maps import safe_text


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=60))
def test_a_safe_text_survives_two_templates_unchanged(text: str) -> None:
    safe = safe_text(text)
    once = jinja2.Template(safe).render()
    assert jinja2.Template(once).render() == safe


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=60))
def test_a_safe_text_holds_no_character_that_means_something_in_html_or_scripts(text: str) -> None:
    assert not re.search(r"[<>{}\"'`$\\\n\r]", safe_text(text))
    assert not re.search(r"&(?!#\d+;)", safe_text(text))


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=60))
def test_a_reader_sees_the_text_as_it_was(text: str) -> None:
    assert html.unescape(safe_text(text)) == re.sub(r"\s", " ", text)


def test_names_people_have_stay_readable_in_the_source() -> None:
    assert safe_text("张三, Söhne & Co. (Vaduz)") == "张三, Söhne &#38; Co. (Vaduz)"
    assert safe_text("{{ 7*7 }}") == "&#123;&#123; 7*7 &#125;&#125;"
    assert safe_text("a\x00b\nc") == "ab c"
    assert (safe_text(None), safe_text(7)) == ("", "7")


def test_an_unguarded_text_would_be_computed() -> None:
    # the reason for the gate
    assert jinja2.Template("{{ 7*7 }}").render() == "49"
