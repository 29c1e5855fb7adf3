"""The gate for every text from data on its way into an exported HTML map.

folium renders a template, makes a new template of the result and renders that: a customer called ``{{ 7*7 }}`` would be
computed, and one called ``</script>`` would end the script. After this gate a text is letters and numeric entities.
"""

from __future__ import annotations

import re

_HARMLESS = re.compile(r"[\w .,;:!?()/+*=|~^@…·–—、。，；：！？（）《》“”‘’【】©€£¥°²³-]", re.UNICODE)
_BLANK = re.compile(r"\s")


def safe_text(text: object) -> str:
    """Return the text as inert HTML: it shows as it was, and no template, script or attribute can be made of it.

    None gives the empty text. White space becomes blanks, control characters vanish; every character outside of a short
    list of harmless ones, such as braces, angle brackets, quotes and back-slashes, becomes a numeric entity.
    """
    if text is None:
        return ""
    return "".join(_safe(letter) for letter in str(text))


def _safe(letter: str) -> str:
    if _HARMLESS.match(letter):
        return letter
    if _BLANK.match(letter):
        return " "
    return f"&#{ord(letter)};" if letter.isprintable() else ""
