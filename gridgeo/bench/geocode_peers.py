"""What full-text search and fuzzy matching alone make of the addresses that the geocoder is measured on."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass

import numpy as np
import polars as pl
from rapidfuzz import fuzz, process

from gridgeo.bench.invented_cities import City

QUERIES = 200


@dataclass(frozen=True)
class PeerFigures:
    """found: share of addresses put on their own row. per_cpu_s: addresses a CPU second."""

    found: float
    per_cpu_s: float


def full_text(city: City) -> PeerFigures:
    """Look addresses up by SQLite FTS5 and let rapidfuzz choose among the best twenty."""
    lines = _lines(city)
    store = sqlite3.connect(":memory:")
    store.execute("CREATE VIRTUAL TABLE address USING fts5(line)")
    store.executemany("INSERT INTO address(rowid, line) VALUES (?, ?)", enumerate(lines))
    asked = city.queries.head(QUERIES)
    words = asked["address"].str.extract_all(r"[\p{L}\d]+").list.eval('"' + pl.element() + '"').list.join(" OR ")
    select = "SELECT rowid, line FROM address WHERE address MATCH ? ORDER BY rank LIMIT 20"
    began = time.process_time()
    right = [
        _closest(store.execute(select, (match,)).fetchall(), text) == row
        for match, text, row in zip(words, asked["address"], asked["row"], strict=True)
    ]
    spent_s = time.process_time() - began
    store.close()
    return PeerFigures(round(sum(right) / len(right), 4), len(right) / spent_s)


def fuzzy(city: City) -> PeerFigures:
    """Compare every address with every row by rapidfuzz and take the most alike."""
    lines = _lines(city)
    asked = city.queries.head(QUERIES)
    began = time.process_time()
    alike = process.cdist(asked["address"].to_list(), lines, scorer=fuzz.token_sort_ratio)
    best = np.argmax(alike, axis=1)
    spent_s = time.process_time() - began
    return PeerFigures(round(float(np.mean(best == asked["row"].to_numpy())), 4), asked.height / spent_s)


def _lines(city: City) -> list[str]:
    line = pl.concat_str("street", "number", "postcode", "city", separator=" ", ignore_nulls=True)
    return city.table.select(line).to_series().to_list()


def _closest(found: list[tuple[int, str]], text: str) -> int | None:
    best = process.extractOne(text, dict(found), scorer=fuzz.token_sort_ratio)
    return None if best is None else int(best[2])
