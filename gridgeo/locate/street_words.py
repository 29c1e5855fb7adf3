"""Words of Western addresses and what they are read as; plain tables, no logic.

Keys are written as `normalise.name_key` leaves a token: lower case, without accents and full stops.
"""

from __future__ import annotations

ANYWHERE_WORDS: dict[str, str] = {
    "rd": "road",
    "ave": "avenue",
    "av": "avenue",
    "ln": "lane",
    "cres": "crescent",
    "crs": "crescent",
    "gdns": "gardens",
    "gdn": "garden",
    "gdens": "gardens",
    "terr": "terrace",
    "tce": "terrace",
    "blvd": "boulevard",
    "bvd": "boulevard",
    "hwy": "highway",
    "pkwy": "parkway",
    "prom": "promenade",
    "ind": "industrial",
    "est": "estate",
    "bldg": "building",
    "bldgs": "buildings",
    "hse": "house",
    "ctg": "cottage",
    "cott": "cottage",
    "mt": "mount",
    "lwr": "lower",
    "upr": "upper",
    "grn": "green",
    "gro": "grove",
    "sankt": "saint",
    "str": "strasse",
    "ул": "улица",
    "пр": "проспект",
    "пр т": "проспект",
    "просп": "проспект",
    "пер": "переулок",
    "пл": "площадь",
    "наб": "набережная",
    "бул": "бульвар",
    "ш": "шоссе",
    "and": "",
    "und": "",
    "the": "",
}
"""Read so wherever the token stands; an empty reading drops the token."""

LAST_WORDS: dict[str, str] = {
    "st": "street",
    "dr": "drive",
    "pl": "place",
    "ct": "court",
    "sq": "square",
    "cl": "close",
    "pk": "park",
    "ter": "terrace",
    "gr": "grove",
    "wy": "way",
    "k": "katu",
    "kt": "katu",
    "t": "tie",
    "g": "gatan",
}
"""Read so only as the last token: elsewhere `st` is a saint and `dr` a doctor."""

ELSEWHERE_WORDS: dict[str, str] = {"st": "saint", "ste": "sainte", "dr": "doctor"}

STREET_WORDS: tuple[str, ...] = (
    "street", "road", "avenue", "lane", "drive", "close", "court", "crescent", "terrace", "gardens", "place",
    "square", "park", "way", "walk", "grove", "hill", "view", "rise", "row", "mews", "parade", "promenade", "quay",
    "boulevard", "highway", "parkway", "strasse", "gasse", "weg", "platz", "allee", "ring", "ufer", "rue", "via",
    "rua", "avenida", "travessa", "calle", "plaza", "route", "chemin",
    "katu", "tie", "polku", "kuja", "tori", "gatan", "vagen", "esplanadi", "улица", "проспект", "переулок",
    "площадь", "бульвар", "шоссе", "набережная",
)  # fmt: skip

STREET_MARKS: tuple[str, ...] = (
    "ул", "вул", "вулиця", "пр-т", "пр", "просп", "пер", "бул", "ш", "наб", "пл", "проезд", "аллея", "тупик", "линия",
    "площа", "провулок", "ul", "ulica", "ulice", "aleja", "aleje", "al", "plac", "osiedle", "os", "náměstí", "třída",
    "cadde", "caddesi", "cad", "sokak", "sokağı", "sok", "bulvarı", "viale", "piazza", "corso", "vicolo", "largo",
    "paseo", "avda", "camino", "cours", "quai", "allée", "impasse", "passage", "praça", "estrada", "οδός",
)  # fmt: skip
"""What a street is called by in other languages; told apart from names only where a whole part is judged."""

STREET_ENDINGS: tuple[str, ...] = (
    "strasse", "gasse", "weg", "platz", "allee", "katu", "tie", "polku", "kuja", "kaari", "ranta", "gatan", "vagen",
    "grand", "straat", "laan",
    "straße", "plein", "gracht", "kade", "vej", "gade", "gata",
    "veien", "vegen", "gate",
)  # fmt: skip
"""Endings of one-word street names."""

UNIT_WORDS: tuple[str, ...] = (
    "flat", "apartment", "apt", "unit", "suite", "room", "floor", "penthouse", "studio", "shop", "office", "wohnung",
    "whg", "stock", "lgh", "bay", "bays", "hangar", "plot", "lot", "кв",
    "квартира", "офис", "оф", "помещение", "пом", "ап", "ет", "apto", "apartamento", "appartement", "appt",
    "lok", "byt",
    "piso", "bloco", "sala", "loja", "interno", "int", "scala", "top", "tür",
)  # fmt: skip

NUMBER_SIGNS: tuple[str, ...] = ("no", "nr", "num", "number", "#", "№", "n°", "nº", "д", "дом")
