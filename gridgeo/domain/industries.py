"""Schemes of industries as facts: GB/T 4754-2017 and ISIC Rev.4 to divisions, gridgeo's own words, OSM tags."""

from __future__ import annotations

from functools import cache

import polars as pl

from gridgeo.domain.industry_names import GBT_2017_DIVISIONS, GBT_2017_SECTIONS, ISIC_4_DIVISIONS, ISIC_4_SECTIONS
from gridgeo.domain.tables import INDUSTRY_CODES, checked
from gridgeo.domain.words import INDUSTRIES

GBT, ISIC, OWN = "gbt4754", "isic", "gridgeo"
NEWEST_EDITION = {GBT: "2017", ISIC: "4", OWN: "1"}
"""Scheme -> the edition that is meant where none is named."""
GBT_SOURCE = "GB/T 4754-2017 with amendment 1 of 2019, table 1"
ISIC_SOURCE = "United Nations, ISIC Rev.4, Statistical Papers M 4 Rev.4, 2008"
OWN_SOURCE = "gridgeo.domain.words.INDUSTRIES"

SCHEME_WORDS = {
    "gbt4754": (GBT, None),
    "gb4754": (GBT, None),
    "gbt47542017": (GBT, "2017"),
    "gb47542017": (GBT, "2017"),
    "gbt47542011": (GBT, "2011"),
    "国民经济行业分类": (GBT, None),
    "国标": (GBT, None),
    "isic": (ISIC, None),
    "isic4": (ISIC, "4"),
    "isicrev4": (ISIC, "4"),
    "isicrev31": (ISIC, "3.1"),
    "gridgeo": (OWN, None),
}
"""A scheme as files write it, in lower case and without signs -> scheme, edition (None where it names none)."""

OSM_SECTIONS = {
    "shop": "F",
    "shop=car_repair": "O",
    "shop=motorcycle_repair": "O",
    "shop=hairdresser": "O",
    "shop=beauty": "O",
    "shop=massage": "O",
    "shop=tattoo": "O",
    "shop=laundry": "O",
    "shop=dry_cleaning": "O",
    "shop=funeral_directors": "O",
    "shop=repair": "O",
    "shop=pet_grooming": "O",
    "shop=travel_agency": "L",
    "shop=rental": "L",
    "shop=copyshop": "L",
    "shop=photo": "O",
    "shop=money_lender": "J",
    "shop=pawnbroker": "J",
    "shop=lottery": "R",
    "craft": "C",
    "craft=builder": "E",
    "craft=carpenter": "E",
    "craft=electrician": "E",
    "craft=gardener": "N",
    "craft=hvac": "E",
    "craft=painter": "E",
    "craft=plasterer": "E",
    "craft=plumber": "E",
    "craft=roofer": "E",
    "craft=tiler": "E",
    "craft=beekeeper": "A",
    "craft=caterer": "H",
    "craft=electronics_repair": "O",
    "craft=photographer": "O",
    "craft=shoemaker": "O",
    "healthcare": "Q",
    "office": "L",
    "office=accountant": "L",
    "office=administrative": "S",
    "office=architect": "M",
    "office=association": "S",
    "office=bank": "J",
    "office=central_bank": "J",
    "office=construction_company": "E",
    "office=diplomatic": "S",
    "office=educational_institution": "P",
    "office=energy_supplier": "D",
    "office=engineer": "M",
    "office=estate_agent": "K",
    "office=financial": "J",
    "office=financial_advisor": "J",
    "office=forestry": "A",
    "office=foundation": "S",
    "office=geodesist": "M",
    "office=government": "S",
    "office=insurance": "J",
    "office=it": "I",
    "office=logistics": "G",
    "office=moving_company": "G",
    "office=newspaper": "R",
    "office=ngo": "S",
    "office=political_party": "S",
    "office=property_management": "K",
    "office=quango": "S",
    "office=research": "M",
    "office=surveyor": "M",
    "office=telecommunication": "I",
    "office=union": "S",
    "office=university": "P",
    "office=water_utility": "D",
    **dict.fromkeys(
        [f"amenity={value}" for value in (
            "restaurant", "fast_food", "cafe", "pub", "bar", "food_court", "ice_cream", "biergarten",
        )],
        "H",
    ),
    **dict.fromkeys(
        [f"tourism={value}" for value in (
            "hotel", "hostel", "guest_house", "motel", "apartment", "alpine_hut", "camp_site", "chalet", "caravan_site",
        )],
        "H",
    ),
    **dict.fromkeys([f"amenity={value}" for value in ("fuel", "pharmacy", "marketplace", "charging_station")], "F"),
    **dict.fromkeys([f"amenity={value}" for value in ("bank", "bureau_de_change")], "J"),
    **dict.fromkeys(
        [f"amenity={value}" for value in (
            "hospital", "clinic", "doctors", "dentist", "nursing_home", "social_facility",
        )],
        "Q",
    ),
    **dict.fromkeys(
        [f"amenity={value}" for value in (
            "school", "kindergarten", "preschool", "university", "college", "music_school", "driving_school",
            "language_school",
        )],
        "P",
    ),
    **dict.fromkeys(
        [f"amenity={value}" for value in (
            "public_building", "townhall", "police", "fire_station", "courthouse", "prison", "community_centre",
            "embassy", "place_of_worship",
        )],
        "S",
    ),
    **dict.fromkeys(
        [f"amenity={value}" for value in (
            "library", "arts_centre", "theatre", "cinema", "casino", "nightclub", "studio", "gym",
        )],
        "R",
    ),
    **dict.fromkeys([f"tourism={value}" for value in ("gallery", "museum", "theme_park")], "R"),
    **dict.fromkeys([f"leisure={value}" for value in ("fitness_centre", "dance", "bowling_alley")], "R"),
    "tourism=zoo": "N",
    "amenity=post_office": "G",
    "amenity=car_rental": "L",
    "amenity=conference_centre": "L",
    "amenity=events_venue": "L",
    "amenity=car_wash": "O",
    "amenity=childcare": "O",
    "amenity=veterinary": "O",
}  # fmt: skip
"""Tag -> section of GB/T 4754-2017; a key alone holds for its other values. A reading of ours: neither names the other.

By the class lists of the standard a veterinary is 8222 pet hospital (O), a nursery 802 (O), a zoo 7715 (N), a place of
worship 9542 (S), a pharmacy 525 (F).
"""


@cache
def shipped_industries() -> pl.DataFrame:
    """Return the INDUSTRY_CODES that come with gridgeo, ordered by scheme, edition and code."""
    rows = [
        *_rows(GBT, GBT_SOURCE, GBT_2017_SECTIONS, GBT_2017_DIVISIONS),
        *_rows(ISIC, ISIC_SOURCE, ISIC_4_SECTIONS, ISIC_4_DIVISIONS),
        *((OWN, NEWEST_EDITION[OWN], word, None, 1, None, word, OWN_SOURCE) for word in INDUSTRIES),
    ]
    frame = pl.DataFrame(rows, schema=INDUSTRY_CODES, orient="row")
    return checked(frame, INDUSTRY_CODES, "industry_code").sort("scheme", "edition", "code")


Names = dict[str, tuple[str | None, str]]
Row = tuple[str, str, str, str | None, int, str | None, str, str]


def _rows(scheme: str, source: str, sections: Names, divisions: dict[str, Names]) -> list[Row]:
    """Return the rows of a scheme; divisions: section -> code -> names."""
    edition = NEWEST_EDITION[scheme]
    top: list[Row] = [(scheme, edition, code, None, 1, *names, source) for code, names in sections.items()]
    below: list[Row] = [
        (scheme, edition, code, section, 2, *names, source)
        for section, named in divisions.items()
        for code, names in named.items()
    ]
    return top + below
