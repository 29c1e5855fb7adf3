"""The county on the ground: villages that share it out, towns made of villages, their names, codes and households."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, cKDTree

from gridgeo.demo.county.river import River, river_past
from gridgeo.demo.county.spec import CENTRE_LAT, CENTRE_LNG, DISTRICT_CODE, CountySpec
from gridgeo.demo.county.words import place_names
from gridgeo.demo.fields import smooth_field
from gridgeo.domain import BoolArray, FloatArray, IntArray
from gridgeo.sources.osm_objects import Shapes, metres_per_degree
from gridgeo.sources.plane import Plane

VILLAGE_M, COMMUNITY_M = 2_000.0, 660.0
"""Distance between the middles of neighbouring villages, and of communities of the seat."""
JITTER = 0.22
RIM = 3.0
"""Rows of seeds outside the county, which give its border villages their outer edge."""
HOUSEHOLD_WEIGHT = {"community": 2.2, "centre": 1.8, "village": 1.0}
WEIGHT_SPREAD = 0.35
MIN_HOUSEHOLDS = 8
RENAMED_TOWN, RENAMED_VILLAGE = 0.4, 0.2
"""Share of towns and villages with an old name that people still write."""
RURAL_TOWN_SHARE = 0.25
"""Share of the towns that are 乡 and not 镇."""
RATE_EFFECTS = {"loyalty": 0.35, "wealth": 0.20, "closeness": 0.15}


@dataclass(frozen=True)
class Layout:
    """The county's frame, small enough for memory at any size.

    villages: village (0 to n - 1, by town), name, old_name, code, kind (community, centre or village), town,
    households, x, y, inradius_m (no border is nearer to its middle), rate (relative share of customers), wealth
    (standardised). towns: town, name, old_name, code, kind (street_office or town), x, y, centre (village), households.
    shapes: of the villages, in degrees. pairs: villages that touch, shape (m, 2). seeds: middles of the villages and,
    after them, of the rim outside; a point belongs to the nearest.
    """

    spec: CountySpec
    plane: Plane
    villages: pl.DataFrame
    towns: pl.DataFrame
    shapes: Shapes
    pairs: IntArray
    seeds: FloatArray
    river: River

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self.seeds)

    @cached_property
    def neighbours(self) -> tuple[IntArray, IntArray]:
        """Return whose areas touch, rim included, in compressed rows: start (n + 1,), others."""
        start, other = Delaunay(self.seeds).vertex_neighbor_vertices
        return np.asarray(start, dtype=np.int64), np.asarray(other, dtype=np.int64)

    def to_degrees(self, shapes: Shapes) -> Shapes:
        """Return shapes of the plane, in metres, as shapes in degrees."""
        moved = shapely.transform(shapes, lambda corners: np.column_stack(self.plane.to_degrees(corners)))
        return np.asarray(moved, dtype=np.object_)

    def owner(self, spots: FloatArray) -> tuple[IntArray, FloatArray]:
        """Return the village of each point, -1 outside the county, and how far the nearest border is, in metres."""
        found = self._tree.query(spots, k=6)
        away, near = np.asarray(found[0], dtype=np.float64), np.asarray(found[1], dtype=np.int64)
        own = near[:, :1]
        apart = np.hypot(*np.moveaxis(self.seeds[near[:, 1:]] - self.seeds[own], 2, 0))
        border_m = (away[:, 1:] ** 2 - away[:, :1] ** 2) / (2.0 * apart)
        inside = own[:, 0] < self.villages.height
        return np.where(inside, own[:, 0], -1).astype(np.int64), np.asarray(border_m.min(axis=1))


def layout_of(spec: CountySpec) -> Layout:
    """Lay the county out; the same spec gives the same county."""
    rng = np.random.Generator(np.random.PCG64([spec.seed, 1]))
    seeds, is_community = _seeds(spec, rng)
    n = len(is_community)
    graph = Delaunay(seeds)
    pairs = _pairs(graph, n)
    centre, is_office = _centres(spec, seeds[:n], is_community)
    town = _towns(seeds[:n], pairs, is_community, centre)
    order = np.lexsort((seeds[:n, 0], -seeds[:n, 1], np.arange(n) != centre[town], town))
    seeds = np.vstack([seeds[:n][order], seeds[n:]])
    place = np.argsort(order)
    pairs = np.unique(np.sort(place[pairs], axis=1), axis=0)
    plane = county_plane()
    inradius = _inradius(seeds, Delaunay(seeds), n)
    kind = np.where(is_community, "community", np.where(np.isin(np.arange(n), centre), "centre", "village"))[order]
    villages, towns = _tables(spec, (seeds[:n], inradius, kind, town[order], place[centre], is_office), rng)
    shapes = _cells(seeds, n, plane)
    river = river_past(seeds[:n], float(np.hypot(*seeds[:n][kind == "community"].T).max()), rng)
    return Layout(spec, plane, villages, towns, shapes, pairs, seeds, river)


def county_plane() -> Plane:
    """Return the plane the county is made in."""
    east_m, north_m = metres_per_degree(np.array([CENTRE_LAT]))
    return Plane(CENTRE_LNG, CENTRE_LAT, round(float(east_m[0]), 3), round(float(north_m[0]), 3))


def _lattice(spacing_m: float, reach_m: float) -> FloatArray:
    """Return the points of a triangular lattice within reach of the origin."""
    steps = int(reach_m / spacing_m * 1.2) + 2
    i, j = np.meshgrid(np.arange(-steps, steps + 1), np.arange(-steps, steps + 1), indexing="ij")
    x, y = (i + 0.5 * (j % 2)) * spacing_m, j * spacing_m * np.sqrt(0.75)
    spots = np.column_stack([x.ravel(), y.ravel()])
    return np.asarray(spots[np.hypot(*spots.T) <= reach_m])


def _seeds(spec: CountySpec, rng: np.random.Generator) -> tuple[FloatArray, BoolArray]:
    """Return the middles of communities, villages and rim, and which of the first two are communities."""
    urban = _lattice(COMMUNITY_M, COMMUNITY_M * (2.0 + 1.2 * np.sqrt(spec.communities)))
    urban = urban[np.argsort(np.round(np.hypot(*urban.T), 3), kind="stable")][: spec.communities]
    edge_m = float(np.hypot(*urban.T).max()) + 0.5 * COMMUNITY_M
    count = spec.villages - spec.communities
    reach_m = edge_m + VILLAGE_M * (4.0 + 1.3 * np.sqrt(count + edge_m**2 / VILLAGE_M**2))
    wave = rng.uniform(0.0, 2.0 * np.pi, 3), np.array([0.10, 0.07, 0.05])
    rural = _lattice(VILLAGE_M, 1.5 * reach_m)
    rural = rural[np.hypot(*rural.T) > edge_m + 0.45 * VILLAGE_M]
    angle = np.arctan2(rural[:, 1], rural[:, 0])
    outline = 1.0 + sum(wave[1][k] * np.cos((k + 2) * angle + wave[0][k]) for k in range(3))
    stretched = np.round(np.hypot(*rural.T) / outline, 3)
    order = np.argsort(stretched, kind="stable")
    last = stretched[order[count - 1]]
    rim = order[count:][stretched[order[count:]] <= (last + RIM * VILLAGE_M) * 1.3]
    spots = np.vstack([urban, rural[order[:count]], rural[rim]])
    size = np.repeat([COMMUNITY_M, VILLAGE_M], [len(urban), count + len(rim)])
    moved = spots + rng.uniform(-JITTER, JITTER, spots.shape) * size[:, None]
    return np.round(moved, 2), np.arange(len(urban) + count) < len(urban)


def _pairs(graph: Delaunay, n: int) -> IntArray:
    """Return the pairs of touching villages, each once."""
    corners = np.vstack([graph.simplices[:, [a, b]] for a, b in ((0, 1), (1, 2), (0, 2))]).astype(np.int64)
    pairs = np.unique(np.sort(corners, axis=1), axis=0)
    return pairs[(pairs < n).all(axis=1)]


def _inradius(seeds: FloatArray, graph: Delaunay, n: int) -> FloatArray:
    corners = np.vstack([graph.simplices[:, [a, b]] for a, b in ((0, 1), (1, 2), (0, 2))])
    half_m = np.hypot(*(seeds[corners[:, 0]] - seeds[corners[:, 1]]).T) / 2.0
    nearest = np.full(len(seeds), np.inf)
    np.minimum.at(nearest, corners[:, 0], half_m)
    np.minimum.at(nearest, corners[:, 1], half_m)
    return np.asarray(np.round(nearest[:n], 2))


def _centres(spec: CountySpec, seeds: FloatArray, is_community: BoolArray) -> tuple[IntArray, BoolArray]:
    """Return the village in the middle of each town, offices of the seat first, and which are offices."""
    urban, rural = np.flatnonzero(is_community), np.flatnonzero(~is_community)
    offices = _spread(seeds[urban], spec.offices)
    towns = _spread(seeds[rural], spec.rural_towns)
    return np.concatenate([urban[offices], rural[towns]]), np.arange(spec.offices + spec.rural_towns) < spec.offices


def _spread(spots: FloatArray, count: int) -> IntArray:
    """Return `count` of the points, spread evenly: the middles of equal slices by angle within equal rings."""
    radius = np.hypot(*spots.T)
    rings = max(1, round(np.sqrt(count / 3.0)))
    ring = np.minimum(np.argsort(np.argsort(radius, kind="stable")) * rings // len(spots), rings - 1)
    sizes = np.full(rings, count // rings) + (np.arange(rings) >= rings - count % rings)
    angle = np.arctan2(spots[:, 1], spots[:, 0])
    table = pl.DataFrame({"at": np.arange(len(spots)), "ring": ring, "angle": np.round(angle, 6), "radius": radius})
    table = table.sort("ring", "angle", "at").with_columns(
        (pl.int_range(pl.len()).over("ring") * pl.col("ring").replace_strict(dict(enumerate(sizes.tolist())))
         // pl.len().over("ring")).alias("slice")
    )  # fmt: skip
    middle = pl.int_range(pl.len()).over("ring", "slice") - (pl.len().over("ring", "slice") - 1) / 2
    return table.with_columns(middle.abs().alias("off")).sort("ring", "slice", "off", "at").unique(
        ["ring", "slice"], keep="first", maintain_order=True
    )["at"].to_numpy().astype(np.int64)  # fmt: skip


def _towns(seeds: FloatArray, pairs: IntArray, is_community: BoolArray, centre: IntArray) -> IntArray:
    """Give each village to the town whose middle it reaches first, from village to village: every town is one piece."""
    kept = pairs[is_community[pairs[:, 0]] == is_community[pairs[:, 1]]]
    length_m = np.round(np.hypot(*(seeds[kept[:, 0]] - seeds[kept[:, 1]]).T), 2)
    n = len(seeds)
    graph = sp.csr_array((length_m, (kept[:, 0], kept[:, 1])), shape=(n, n))
    source = dijkstra(graph, directed=False, indices=centre, min_only=True, return_predecessors=True)[2]
    town_of = np.full(n, -1, dtype=np.int64)
    town_of[centre] = np.arange(len(centre))
    return np.asarray(town_of[source], dtype=np.int64)


def _cells(seeds: FloatArray, n: int, plane: Plane) -> Shapes:
    """Return the area nearest to each of the first n seeds, in degrees; neighbours share corners to the digit."""
    regions = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds), ordered=True))[:n]
    degrees = shapely.transform(regions, lambda corners: np.column_stack(plane.to_degrees(corners)))
    return np.asarray(shapely.remove_repeated_points(degrees), dtype=np.object_)


def _tables(
    spec: CountySpec,
    made: tuple[FloatArray, FloatArray, np.ndarray, IntArray, IntArray, BoolArray],
    rng: np.random.Generator,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    seeds, inradius, kind, town, centre, is_office = made
    n, towns = len(seeds), len(centre)
    was_town, was_village = rng.random(towns) < RENAMED_TOWN, rng.random(n) < RENAMED_VILLAGE
    names = np.array(place_names(n + towns + int(was_town.sum() + was_village.sum()), rng))
    old_names = names[n + towns :]
    is_rural = ~is_office & (rng.random(towns) < RURAL_TOWN_SHARE)
    suffix = np.where(is_office, "街道", np.where(is_rural, "乡", "镇"))
    old = np.full(towns, None, dtype=object)
    old[was_town] = np.char.add(old_names[: was_town.sum()], "乡")
    town_table = pl.DataFrame({"town": np.arange(towns), "name": np.char.add(names[:towns], suffix)}).with_columns(
        pl.Series("old_name", old.tolist(), dtype=pl.String),
        pl.Series("kind", np.where(is_office, "street_office", "town").tolist()),
        _town_codes(is_office, is_rural),
        pl.Series("x", seeds[centre, 0]),
        pl.Series("y", seeds[centre, 1]),
        pl.Series("centre", centre),
    )
    urban = kind != "village"
    ending = np.where(urban, "社区", "村")
    old = np.full(n, None, dtype=object)
    old[was_village] = np.char.add(old_names[was_town.sum() :], ending[was_village])
    weight = np.array([HOUSEHOLD_WEIGHT[str(word)] for word in kind]) * np.exp(WEIGHT_SPREAD * rng.standard_normal(n))
    loyalty, wealth = (smooth_field(seeds, float(np.ptp(seeds)) / part, rng) for part in (9.0, 6.0))
    closeness = -np.log1p(np.hypot(*(seeds - seeds[centre][town]).T) / 1_500.0)
    effects = zip(RATE_EFFECTS.values(), (loyalty, wealth, closeness), strict=True)
    villages = pl.DataFrame({"village": np.arange(n), "name": np.char.add(names[towns : n + towns], ending)})
    villages = villages.with_columns(
        pl.Series("old_name", old.tolist(), dtype=pl.String),
        pl.Series("kind", kind.tolist()),
        pl.Series("town", town),
        pl.Series("households", shared_out(weight, spec.households, MIN_HOUSEHOLDS)),
        pl.Series("x", seeds[:, 0]),
        pl.Series("y", seeds[:, 1]),
        pl.Series("inradius_m", inradius),
        pl.Series("rate", np.round(np.exp(sum(effect * field for effect, field in effects)), 6)),
        pl.Series("wealth", wealth),
    )
    villages = _village_codes(villages, town_table)
    counts = villages.group_by("town").agg(pl.col("households").sum())
    return villages, town_table.join(counts, on="town", how="left", maintain_order="left")


def shared_out(weight: FloatArray, total: int, least: int = 0) -> IntArray:
    """Return whole numbers in proportion to the weights, none below `least`, that add up to the total.

    Source: largest remainders.
    """
    n = len(weight)
    exact = np.round(least + weight / weight.sum() * (total - least * n), 6)
    count: IntArray = np.floor(exact).astype(np.int64)
    largest = np.lexsort((np.arange(n), count - exact))[: total - int(count.sum())]
    count[largest] += 1
    return count


def _town_codes(is_office: BoolArray, is_rural: BoolArray) -> pl.Series:
    """Give street offices numbers from 001 on, towns from 100 on and rural towns after them."""
    rank = np.zeros(len(is_office), dtype=np.int64)
    plain = ~is_office & ~is_rural
    for mask, first in ((is_office, 1), (plain, 100), (is_rural, 100 + int(plain.sum()))):
        rank[mask] = first + np.arange(int(mask.sum()))
    return pl.Series("code", [f"{DISTRICT_CODE}{number:03d}" for number in rank])


def _village_codes(villages: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Give communities numbers from 001 on and villages from 200 on, within their town."""
    first = pl.when(pl.col("kind") == "village").then(200).otherwise(1)
    number = first + pl.int_range(pl.len()).over("town", pl.col("kind") == "village")
    codes = towns.select("town", town_code="code")
    joined = villages.join(codes, on="town", how="left", maintain_order="left")
    return joined.with_columns((pl.col("town_code") + number.cast(pl.String).str.zfill(3)).alias("code")).drop(
        "town_code"
    )
