"""What providers answer, brought into one form: a position, and the evidence for what it is a position of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gridgeo.cells import metres_between

Record = dict[str, Any]
"""lng, lat (WGS 84), label, number, street, name (None where the answer has none), areas (names and postcodes it lies
in), level (house, place, street, community, town), interpolated, radius_m (half its extent, 0 for a point)."""
AREA_PARTS = (
    "postcode", "postalcode", "city", "town", "village", "municipality", "hamlet", "suburb", "quarter", "neighbourhood",
    "city_district", "district", "borough", "locality", "localadmin", "county",
)  # fmt: skip
STREET_PARTS = ("road", "pedestrian", "residential", "footway", "path", "street")
TOWNS = (
    "city", "town", "municipality", "county", "state", "region", "country", "administrative", "localadmin", "locality",
    "macroregion", "macrocounty", "postcode", "postalcode", "postal_code", "dependency",
)  # fmt: skip
COMMUNITIES = (
    "village",
    "hamlet",
    "suburb",
    "quarter",
    "neighbourhood",
    "borough",
    "district",
    "city_district",
    "isolated_dwelling",
)
STREETS = ("road", "street", "highway", "residential", "pedestrian", "footway")


def record_from_nominatim(raw: Mapping[str, Any]) -> Record:
    """Read a result of Nominatim's search with addressdetails."""
    parts = raw.get("address") or {}
    kinds = (raw.get("addresstype"), raw.get("type"), raw.get("class"))
    return _record(
        (float(raw["lon"]), float(raw["lat"])),
        label=raw.get("display_name"),
        number=parts.get("house_number"),
        street=_first(parts, STREET_PARTS),
        name=raw.get("name"),
        areas=[parts[name] for name in AREA_PARTS if parts.get(name)],
        level=_level(parts.get("house_number"), kinds),
        radius_m=_radius_m(_nominatim_box(raw.get("boundingbox"))),
    )


def record_from_photon(raw: Mapping[str, Any]) -> Record:
    """Read a feature of Photon."""
    parts, extent = raw["properties"], raw["properties"].get("extent")
    box = None if not extent else (extent[0], extent[3], extent[2], extent[1])
    is_street = parts.get("type") == "street" or parts.get("osm_key") == "highway"
    return _record(
        _point(raw),
        label=_joined(parts, ("name", "street", "housenumber", "postcode", "city")),
        number=parts.get("housenumber"),
        street=parts.get("street") or (parts.get("name") if is_street else None),
        name=parts.get("name"),
        areas=[parts[name] for name in AREA_PARTS if parts.get(name)],
        level=_level(parts.get("housenumber"), ("street" if is_street else parts.get("type"), parts.get("osm_value"))),
        radius_m=_radius_m(box),
    )


def record_from_pelias(raw: Mapping[str, Any]) -> Record:
    """Read a feature of Pelias."""
    parts, layer = raw["properties"], raw["properties"].get("layer")
    name = parts.get("name")
    return _record(
        _point(raw),
        label=parts.get("label") or name,
        number=parts.get("housenumber"),
        street=parts.get("street") or (name if layer == "street" else None),
        name=name,
        areas=[parts[part] for part in AREA_PARTS if parts.get(part)],
        level=_level(parts.get("housenumber"), (layer,)),
        radius_m=_radius_m(raw.get("bbox")),
    ) | {"interpolated": parts.get("match_type") == "interpolated" or parts.get("accuracy") == "interpolated"}


RECORDS: dict[str, Callable[[Mapping[str, Any]], Record]] = {
    "nominatim": record_from_nominatim,
    "photon": record_from_photon,
    "pelias": record_from_pelias,
}
"""Kind of provider -> how its answer is read."""


def _record(point: tuple[float, float], **said: Any) -> Record:  # noqa: ANN401 - fields of a record
    lng, lat = point
    if not (np.isfinite([lng, lat]).all() and abs(lng) <= 180 and abs(lat) <= 90):
        raise ValueError("the position is not on the globe")
    texts = {name: _text(said[name]) for name in ("label", "number", "street", "name")}
    areas = [text for value in said["areas"] if (text := _text(value))]
    return {"lng": lng, "lat": lat, **texts, "areas": areas, "level": said["level"], "interpolated": False,
            "radius_m": said["radius_m"]}  # fmt: skip


def _point(raw: Mapping[str, Any]) -> tuple[float, float]:
    lng, lat = raw["geometry"]["coordinates"][:2]
    return float(lng), float(lat)


def _text(value: object) -> str | None:
    """Return what is a short text or number; an answer may hold anything."""
    return str(value)[:200].replace("\0", "") if isinstance(value, str | int) and str(value).strip() else None


def _first(parts: Mapping[str, Any], names: tuple[str, ...]) -> Any:  # noqa: ANN401 - a value of the answer
    return next((parts[name] for name in names if parts.get(name)), None)


def _joined(parts: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return ", ".join(str(parts[name]) for name in names if parts.get(name))


def _level(number: object, kinds: tuple[object, ...]) -> str:
    """Return what the answer is a position of; what nobody knows is a place, which proves nothing by itself."""
    if number:
        return "house"
    for level, known in (("street", STREETS), ("community", COMMUNITIES), ("town", TOWNS)):
        if any(kind in known for kind in kinds):
            return level
    return "place"


def _nominatim_box(box: Any) -> tuple[float, ...] | None:  # noqa: ANN401 - a value of the answer
    """Return west, south, east, north of south, north, west, east, which come as texts."""
    if not box:
        return None
    south, north, west, east = (float(value) for value in box)
    return west, south, east, north


def _radius_m(box: Any) -> float:  # noqa: ANN401 - a value of the answer
    if not box:
        return 0.0
    west, south, east, north = (float(value) for value in box)
    return round(float(metres_between(west, south, east, north)[0]) / 2, 1)
