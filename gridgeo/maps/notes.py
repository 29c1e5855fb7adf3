"""What every map and file says about itself: source, purpose, version, and that it is synthetic where it is."""

from __future__ import annotations

from dataclasses import dataclass

MARKETING_ONLY = {"zh": "仅供营销,不用于授信审批", "en": "for marketing only, not for credit decisions"}
SYNTHETIC = {
    "zh": "合成数据:客户、员工与评分均为虚构",
    "en": "synthetic data: customers, staff and scores are invented",
}
FICTIONAL = {
    "zh": "虚构地区:地点、边界、道路、地名与门牌均不存在",
    "en": "fictional county: no place, boundary, road, name or address of it exists",
}
ATTRIBUTION = "© OpenStreetMap contributors"
FICTIONAL_ATTRIBUTION = "虚构 / fictional, made by gridgeo"
DATUM_WORDS = {
    "wgs84": "WGS 84 (EPSG:4326), longitude first",
    "cgcs2000": "CGCS2000 (EPSG:4490), longitude first",
    "gcj02": "GCJ-02 (no EPSG code), longitude first",
}
LICENCE = "Open Database License (ODbL) 1.0"
FICTIONAL_LICENCE = "Apache License 2.0"
ATTRIBUTION_HTML = "&copy; OpenStreetMap contributors, ODbL"


def attribution_html(*, fictional: bool) -> str:
    """Return the attribution as HTML, as TileJSON wants it."""
    return FICTIONAL_ATTRIBUTION if fictional else ATTRIBUTION_HTML


def attribution(*, fictional: bool) -> str:
    """Return whom the ground is owed to: the map's contributors, or nobody where it was made up."""
    return FICTIONAL_ATTRIBUTION if fictional else ATTRIBUTION


@dataclass(frozen=True)
class ExportNotes:
    """Facts that go with every export.

    version: of the publication. ground: name of the ground. synthetic: whether parties and scores are
    invented. published_at: moment of publishing as ISO text, empty where unknown. datum: of every position and cell.
    fictional: the ground itself is made up.
    """

    version: int | str
    ground: str
    synthetic: bool
    published_at: str = ""
    datum: str = "wgs84"
    fictional: bool = False

    @property
    def notice(self) -> str:
        """The marketing notice in both languages."""
        return f"{MARKETING_ONLY['zh']} / {MARKETING_ONLY['en']}"

    @property
    def attribution(self) -> str:
        """Whom the ground is owed to."""
        return attribution(fictional=self.fictional)

    @property
    def source(self) -> str:
        """Where the map comes from: attribution, ground, version and moment."""
        owed = self.attribution if self.fictional else f"{self.attribution} (ODbL)"
        parts = [owed, self.ground, f"data version {self.version}", self.published_at]
        return " · ".join(part for part in parts if part)

    @property
    def synthetic_note(self) -> str:
        """The labels of synthetic data and of a fictional ground in both languages, or nothing."""
        both = zip(self.labels("zh"), self.labels("en"), strict=True)
        return " · ".join(f"{chinese} / {english}" for chinese, english in both)

    def labels(self, language: str) -> list[str]:
        """Return what must be said of the data in one language: that it is synthetic, that the ground is fictional."""
        holding = ((SYNTHETIC, self.synthetic), (FICTIONAL, self.fictional))
        return [words[language] for words, holds in holding if holds]

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
            "fictional": "true" if self.fictional else "false",
            "attribution": self.attribution,
            "licence": FICTIONAL_LICENCE if self.fictional else LICENCE,
            "datum": DATUM_WORDS[self.datum],
        }
