"""What every map and file says about itself: source, purpose, version, and that it is synthetic where it is."""

from __future__ import annotations

from dataclasses import dataclass

MARKETING_ONLY = {"zh": "仅供营销,不用于授信审批", "en": "for marketing only, not for credit decisions"}
SYNTHETIC = {
    "zh": "合成数据:客户、员工与评分均为虚构",
    "en": "synthetic data: customers, staff and scores are invented",
}
ATTRIBUTION = "© OpenStreetMap contributors"
DATUM_WORDS = {
    "wgs84": "WGS 84 (EPSG:4326), longitude first",
    "cgcs2000": "CGCS2000 (EPSG:4490), longitude first",
    "gcj02": "GCJ-02 (no EPSG code), longitude first",
}
LICENCE = "Open Database License (ODbL) 1.0"
ATTRIBUTION_HTML = "&copy; OpenStreetMap contributors, ODbL"


@dataclass(frozen=True)
class ExportNotes:
    """Facts that go with every export.

    version: of the publication. ground: name of the ground. synthetic: whether parties and scores are
    invented. published_at: moment of publishing as ISO text, empty where unknown. datum: of every position and cell.
    """

    version: int | str
    ground: str
    synthetic: bool
    published_at: str = ""
    datum: str = "wgs84"

    @property
    def notice(self) -> str:
        """The marketing notice in both languages."""
        return f"{MARKETING_ONLY['zh']} / {MARKETING_ONLY['en']}"

    @property
    def source(self) -> str:
        """Where the map comes from: attribution, ground, version and moment."""
        parts = [f"{ATTRIBUTION} (ODbL)", self.ground, f"data version {self.version}", self.published_at]
        return " · ".join(part for part in parts if part)

    @property
    def synthetic_note(self) -> str:
        """The label of synthetic data in both languages, or nothing."""
        return f"{SYNTHETIC['zh']} / {SYNTHETIC['en']}" if self.synthetic else ""

    def rows(self) -> dict[str, str]:
        """Return the facts as texts, for metadata and tables about the file."""
        return {
            "program": "gridgeo",
            "ground": self.ground,
            "data_version": str(self.version),
            "published_at": self.published_at,
            "synthetic": "true" if self.synthetic else "false",
            "synthetic_note": self.synthetic_note,
            "notice": self.notice,
            "attribution": ATTRIBUTION,
            "licence": LICENCE,
            "datum": DATUM_WORDS[self.datum],
        }
