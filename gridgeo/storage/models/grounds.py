"""The ground: boundaries, streets, buildings, merchants, roads, and the people of each zone."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from gridgeo.storage.models.base import CLUSTERED, Base, BigInt, Versioned, Wkb, shape_index


class Boundary(Versioned, Base):
    """A municipality, village or zone, or the outline of a ground without any."""

    __tablename__ = "boundary"
    __table_args__ = (shape_index("boundary"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    geometry: Mapped[Wkb]
    code: Mapped[str | None]
    parent_code: Mapped[str | None]
    label: Mapped[str | None]
    aliases: Mapped[str | None]
    source: Mapped[str | None]
    confirmed_by: Mapped[str | None]


class Street(Versioned, Base):
    """A way of the road network; many have no name."""

    __tablename__ = "street"
    __table_args__ = (shape_index("street"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    highway: Mapped[str]
    geometry: Mapped[Wkb]


class Building(Versioned, Base):
    """A building with a point inside it."""

    __tablename__ = "building"
    __table_args__ = (shape_index("building"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str | None]
    lng: Mapped[float]
    lat: Mapped[float]
    area_m2: Mapped[float | None]
    residential: Mapped[bool]
    geometry: Mapped[Wkb | None]
    name: Mapped[str | None]
    address: Mapped[str | None]
    floors: Mapped[int | None]
    dwellings: Mapped[int | None]
    village_code: Mapped[str | None]


class Merchant(Versioned, Base):
    """A shop, office or other place of trade; a position that came without a number is null."""

    __tablename__ = "merchant"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    industry: Mapped[str]
    osm_tag: Mapped[str | None]
    lng: Mapped[float | None]
    lat: Mapped[float | None]
    synthetic: Mapped[bool]
    address: Mapped[str | None]
    village_code: Mapped[str | None]
    scheme: Mapped[str | None]
    code: Mapped[str | None]
    customer_id: Mapped[str | None]


class Denominator(Versioned, Base):
    """How many people, households or businesses a zone has."""

    __tablename__ = "denominator"

    zone: Mapped[str] = mapped_column(primary_key=True)
    people: Mapped[float | None]
    dated_on: Mapped[date | None]
    source: Mapped[str | None]
    assumed: Mapped[bool]
    code: Mapped[str | None]
    given_name: Mapped[str | None]
    households: Mapped[float | None]
    businesses: Mapped[float | None]


class DenominatorUnit(Versioned, Base):
    """An area or a point that a source of denominators counts by."""

    __tablename__ = "denominator_unit"
    __table_args__ = (shape_index("denominator_unit"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    geometry: Mapped[Wkb]


class DenominatorFigure(Versioned, Base):
    """One count of a unit, or of a zone besides its people, households and businesses."""

    __tablename__ = "denominator_figure"
    __table_args__ = (CLUSTERED,)

    name: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]


class RoadNode(Versioned, Base):
    """A junction of the road graph."""

    __tablename__ = "road_node"
    __table_args__ = (CLUSTERED,)

    id: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    lng: Mapped[float]
    lat: Mapped[float]


class RoadEdge(Versioned, Base):
    """A directed stretch between two junctions."""

    __tablename__ = "road_edge"
    __table_args__ = (CLUSTERED,)

    source: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    target: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    seconds: Mapped[float]
