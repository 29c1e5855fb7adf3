"""`gridgeo bench geocode`: addresses located in synthetic towns of many countries, and in a million rows."""

from __future__ import annotations

import resource
import time
from typing import Any

import numpy as np
import polars as pl
import rapidfuzz

from gridgeo.bench import geocode_chinese
from gridgeo.bench.city_words import countries
from gridgeo.bench.county import county_figures
from gridgeo.bench.geocode_peers import PeerFigures, full_text, fuzzy
from gridgeo.bench.invented_cities import City, invented_city, offset_points
from gridgeo.bench.report import Case, report, yardstick
from gridgeo.cells import cells_from_points, from_wgs84, metres_between, to_wgs84
from gridgeo.demo.county import CountySpec
from gridgeo.locate import calibration_bins, calibration_error, gazetteer_from_table, locate_addresses, placeable

FOUND, MEDIAN_M, RES9, KEPT, WRONG_TOWN, ECE = 0.97, 35.0, 0.80, 0.50, 0.005, 0.05
SPEED, MEMORY_MIB, BUILD_S = 4_000.0, 2_048.0, 120.0
FORWARD_S, INVERSE_S = 5.0, 9.0
FOLDS, WITHIN_M = 5, 100.0
SPEED_PEER = "SQLite FTS5, then rapidfuzz, over one town's rows"
TEXT_PEER, FUZZY_PEER = "SQLite FTS5, then rapidfuzz: the right row", "rapidfuzz over all rows: the right row"


def bench(*, quick: bool = False, postgis_url: str | None = None) -> dict[str, Any]:  # noqa: ARG001 - needs no store
    """Measure every case; the addresses are synthetic. quick: small tables, for the checks and not for the figures."""
    measure = yardstick(100_000 if quick else 1_000_000)
    scale = measure["scale"]
    codes = list(countries())[:3] if quick else list(countries())
    cities = [invented_city(code, countries()[code], 40 + at, 120 if quick else 600) for at, code in enumerate(codes)]
    known = pl.concat(_judged(city, withheld=False) for city in cities)
    missing = pl.concat(_judged(city, withheld=True) for city in cities)
    text = full_text(cities[0])
    cases = [
        *_quality(known, missing, text, fuzzy(cities[0])),
        *_million(cities, scale, text, quick=quick),
        *_county(quick),
    ]
    cases.append(_round_trip(scale, 100_000 if quick else 10_000_000))
    found, told = geocode_chinese.cases(quick)
    checks = {"queries": known.height, "answered": int(known["lng"].is_not_null().sum()), "withheld": missing.height}
    body = report("geocode", cases + found, measure)
    return body | {"checks": checks | told}


def _judged(city: City, *, withheld: bool) -> pl.DataFrame:
    """Return the answers beside the truth: error_m, hit (the right cell), wrong (another town)."""
    truth = city.table[city.queries["row"].to_numpy()]
    lng, lat = offset_points(truth["lng"].to_numpy(), truth["lat"].to_numpy(), np.random.default_rng(1))
    beside = city.queries.with_columns(
        pl.Series("true_lng", lng), pl.Series("true_lat", lat), truth["city"].alias("true_city")
    )
    rounds = range(FOLDS) if withheld else range(1)
    parts = []
    for fold in rounds:
        asked = beside.filter(pl.col("row") % FOLDS == fold) if withheld else beside
        table = _without(city.table, asked["row"]) if withheld else city.table
        answers = locate_addresses(asked.select("id", "address", "locality"), gazetteer_from_table(table))
        parts.append(answers.hstack(asked.select("true_lng", "true_lat", "true_city")))
    towns = city.table.select(gazetteer_id="id", city="city")
    return _compared(pl.concat(parts).join(towns, on="gazetteer_id", how="left", maintain_order="left"))


def _without(table: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """Take the rows and all others of the same number and street out of a gazetteer."""
    keyed = table.with_columns(pl.col("number").str.extract(r"(\d+)", 1).alias("house"))
    gone = keyed[rows.to_numpy()].select("street", "city", "house").unique()
    return keyed.join(gone, on=["street", "city", "house"], how="anti", maintain_order="left").drop("house")


def _compared(rows: pl.DataFrame) -> pl.DataFrame:
    columns = rows.select("lng", "lat", "true_lng", "true_lat").fill_null(float("nan")).to_numpy().T
    placed = rows.select(placeable(pl.col("tier"))).to_series().to_numpy()
    hit = np.zeros(rows.height, dtype=bool)
    own = cells_from_points(columns[0][placed], columns[1][placed], 9)
    hit[placed] = own == cells_from_points(columns[2][placed], columns[3][placed], 9)
    error_m = np.nan_to_num(metres_between(*columns), nan=np.inf)
    above = ~pl.col("tier").is_in(["town", "none"])
    wrong = above & (pl.col("city") != pl.col("true_city")).fill_null(value=False)
    return rows.with_columns(pl.Series("error_m", error_m), pl.Series("hit", hit), wrong.alias("wrong"))


def _quality(known: pl.DataFrame, missing: pl.DataFrame, text: PeerFigures, alike: PeerFigures) -> list[Case]:
    both = pl.concat([known, missing])
    answered = both.filter(pl.col("lng").is_not_null())
    bins = calibration_bins(answered["confidence"].to_numpy(), (answered["error_m"] <= WITHIN_M).to_numpy())
    above = both.filter(~pl.col("tier").is_in(["town", "none"]))
    wrong = float(above["wrong"].sum()) / max(above.height, 1)
    found = float(known["tier"].is_in(["exact", "typo"]).sum()) / known.height
    version = rapidfuzz.__version__
    return [
        Case("known-found", "share", round(found, 4), "higher", FOUND, TEXT_PEER, version, text.found),
        Case("known-found-fuzzy", "share", round(found, 4), "higher", None, FUZZY_PEER, version, alike.found),
        Case("known-median-m", "m", round(float(np.median(known["error_m"].to_numpy())), 1), "lower", floor=MEDIAN_M),
        Case("known-res9", "share", round(float(known["hit"].sum()) / known.height, 4), "higher", floor=RES9),
        Case("withheld-res9", "share", round(float(missing["hit"].sum()) / missing.height, 4), "higher", floor=KEPT),
        Case("wrong-town", "share", round(wrong, 5), "lower", floor=WRONG_TOWN),
        Case("ece", "share", round(calibration_error(bins), 4), "lower", floor=ECE),
    ]


def _county(quick: bool) -> list[Case]:
    """Locate the addresses of the fictional county, whose generator keeps the truth."""
    figures = county_figures(CountySpec(households=2_000 if quick else 20_000))
    return [
        Case("county-known-house", "share", figures.known_house, "higher"),
        Case("county-known-res9", "share", figures.known_cell, "higher", floor=RES9),
        Case("county-median-m", "m", round(figures.median_m, 1), "lower", floor=MEDIAN_M),
        Case("county-wrong-town", "share", figures.wrong_town, "lower", floor=WRONG_TOWN),
    ]


def _million(cities: list[City], scale: float, text: PeerFigures, *, quick: bool) -> list[Case]:
    """Build a gazetteer of a million rows out of copies of the towns, and locate the towns' addresses in it."""
    rows = 20_000 if quick else 1_000_000
    own = pl.concat(city.table for city in cities)
    copies = -(-rows // own.height)
    table = pl.concat(
        own.with_columns(
            pl.format("{}-{}", "id", pl.lit(copy)).alias("id"),
            pl.format("{}{}", "city", pl.lit("" if copy == 0 else f" {copy}")).alias("city"),
            (pl.col("lng") + copy * 0.5).alias("lng"),
        )
        for copy in range(copies)
    ).head(rows)
    began = time.process_time()
    gazetteer = gazetteer_from_table(table)
    build_s = time.process_time() - began
    asked = pl.concat(city.queries for city in cities).select("id", "address", "locality")
    locate_addresses(asked.head(100), gazetteer)
    began = time.process_time()
    locate_addresses(asked, gazetteer)
    rate = asked.height / (time.process_time() - began)
    memory_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Case(
            "speed",
            "addresses/s",
            round(rate),
            "higher",
            None if quick else round(SPEED / scale),
            SPEED_PEER,
            rapidfuzz.__version__,
            round(text.per_cpu_s),
        ),
        Case("memory", "MiB", round(memory_mib), "lower", floor=None if quick else MEMORY_MIB),
        Case("build-1m", "CPU s", round(build_s, 2), "lower", floor=None if quick else round(BUILD_S * scale, 1)),
    ]


def _round_trip(scale: float, points: int) -> Case:
    """Time both directions of GCJ-02; ours is the share of its floor that the slower one takes."""
    rng = np.random.default_rng(3)
    lng, lat = rng.uniform(100, 118, points), rng.uniform(24, 38, points)
    from_wgs84(lng[:1000], lat[:1000], "gcj02")
    began = time.process_time()
    moved = from_wgs84(lng, lat, "gcj02")
    forward_s = time.process_time() - began
    began = time.process_time()
    back = to_wgs84(*moved, "gcj02")
    inverse_s = time.process_time() - began
    if float(metres_between(*back, lng, lat).max()) > 0.01:
        raise RuntimeError("GCJ-02 does not come back to where it was")
    share = max(forward_s / FORWARD_S, inverse_s / INVERSE_S) * 10_000_000 / points
    return Case("gcj02-roundtrip", "share of the floor", round(share, 3), "lower", floor=round(scale, 3))
