"""Health, session and measures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, FiniteFloat

from gridgeo_api.schemas.common import answer_config


class Health(BaseModel):
    """The process answers."""

    model_config = answer_config({"status": "ok", "version": "0.1.0"})

    status: Literal["ok"]
    version: str


class Ready(BaseModel):
    """The store answers and something is published."""

    model_config = answer_config({"status": "ready", "publication": 7})

    status: Literal["ready"]
    publication: int


class SessionActor(BaseModel):
    """Who is signed in; branch_ids null means every branch."""

    model_config = answer_config({"id": "anna", "role": "branch_manager", "branch_ids": ["b1"]})

    id: str
    role: str
    branch_ids: list[str] | None


class Notice(BaseModel):
    """What the scores must not be used for, in both languages."""

    model_config = answer_config(
        {"zh": "仅供营销,不用于授信审批", "en": "for marketing only, not for credit decisions"}
    )

    zh: str
    en: str


DATA_DATES = {
    "ground": "2026-01-15T08:00:00+00:00",
    "bank": "2026-02-28T20:00:00+00:00",
    "catchment": "2026-02-28T20:05:00+00:00",
    "location": "2026-02-28T20:06:00+00:00",
    "score": "2026-02-28T20:08:00+00:00",
    "plan": "2026-02-28T20:10:00+00:00",
    "denominators": "2025-12-31",
}


class DataDates(BaseModel):
    """When each version that was published was made, and the newest date of the sources of counts."""

    model_config = answer_config(DATA_DATES)

    ground: datetime
    bank: datetime
    catchment: datetime
    location: datetime
    score: datetime
    plan: datetime
    denominators: date | None


TILE_SERVER = {
    "url": "https://tiles.bank.example/map/{z}/{x}/{y}.png",
    "datum": "gcj02",
    "projection": "mercator",
    "origin": [-20037508.342789244, 20037508.342789244],
    "rows": "down",
    "tile_span": 40075016.68557849,
    "tile_size": 256,
    "min_zoom": 3,
    "max_zoom": 18,
    "approval_number": "GS(2024)0000号",
    "attribution": "© map agency",
}


class TileServer(BaseModel):
    """The bank's own tile server under the map, and the grid that its tiles lie in.

    origin is where column 0 and row 0 begin, tile_span the width of a tile of zoom 0, halved by every zoom; both in
    metres, or in degrees. approval_number is the 审图号 that stands on every map of it.
    """

    model_config = answer_config(TILE_SERVER)

    url: str
    datum: Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
    projection: Literal["mercator", "degrees", "baidu"]
    origin: tuple[FiniteFloat, FiniteFloat]
    rows: Literal["down", "up"]
    tile_span: FiniteFloat
    tile_size: int
    min_zoom: int
    max_zoom: int
    approval_number: str | None
    attribution: str | None


class Session(BaseModel):
    """The signed-in actor and the publication that every other answer is read from.

    house_datum is that of every position; tile_server is null where the bank has set none.
    """

    model_config = answer_config(
        {
            "actor": {"id": "anna", "role": "branch_manager", "branch_ids": ["b1"]},
            "synthetic": True,
            "fictional": False,
            "ground": "liechtenstein",
            "resolution": 9,
            "versions": {
                "publication": 7,
                "ground": 1,
                "bank": 2,
                "catchment": 3,
                "location": 4,
                "score": 5,
                "plan": 6,
            },
            "bounds": [9.47, 47.05, 9.64, 47.27],
            "published_at": "2026-03-01T08:30:00+00:00",
            "data_dates": DATA_DATES,
            "notice": {"zh": "仅供营销,不用于授信审批", "en": "for marketing only, not for credit decisions"},
            "attribution": "© OpenStreetMap contributors",
            "house_datum": "wgs84",
            "tile_server": TILE_SERVER,
        }
    )

    actor: SessionActor
    synthetic: bool
    fictional: bool
    ground: str
    resolution: int
    versions: dict[str, int]
    bounds: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat] | None
    published_at: datetime
    data_dates: DataDates
    notice: Notice
    attribution: str
    house_datum: Literal["wgs84", "cgcs2000", "gcj02"]
    tile_server: TileServer | None


MEASURE = {
    "id": "penetration",
    "name_zh": "渗透率",
    "name_en": "Penetration",
    "unit": "share",
    "kind": "share",
    "direction": "up",
    "method": "beta-binomial-1",
    "numerator": "customers",
    "denominator": "people",
    "weight": "people",
    "origin": "built_in",
    "formula": None,
}
USER_MEASURE = {
    "id": "shops_per_thousand",
    "name_zh": "每千人商户数",
    "name_en": "Merchants per 1,000 people",
    "unit": "per 1,000",
    "kind": "index",
    "direction": "up",
    "method": "formula-1",
    "numerator": None,
    "denominator": None,
    "weight": None,
    "origin": "user",
    "formula": "1000 * merchants / people",
}


class MeasureInfo(BaseModel):
    """One measure: kind says how cells roll up, direction whether more is better.

    origin tells the measures of this release from those that users added; formula is how one of theirs is computed,
    null for consumers. weight: the measure that a mean over several cells is weighted by; null where every cell counts
    alike.
    """

    model_config = answer_config(MEASURE)

    id: str
    name_zh: str
    name_en: str
    unit: str
    kind: Literal["count", "share", "index"]
    direction: Literal["up", "down", "none"]
    method: str
    numerator: str | None
    denominator: str | None
    weight: str | None
    origin: Literal["built_in", "user"]
    formula: str | None


class Measures(BaseModel):
    """Every measure that cells carry."""

    model_config = answer_config({"measures": [MEASURE, USER_MEASURE]})

    measures: list[MeasureInfo]
