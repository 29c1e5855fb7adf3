"""One branch of 5,000 cells scored again from the stored model, its rows read from a store and written to it."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import h3
import numpy as np
import orjson
import polars as pl
import sqlalchemy as sa

from gridgeo.bench.report import Case
from gridgeo.cells import centres, ring_pairs
from gridgeo.domain import CellArray, FloatArray, IntArray, local_actor
from gridgeo.domain.measures import MEASURE_BY_ID
from gridgeo.domain.tables import CATCHMENT_CELLS, CUSTOMER_NOTES, CUSTOMERS, LOCATION_CELLS, MERCHANTS
from gridgeo.domain.words import INDUSTRIES, TIERS
from gridgeo.pipeline.cell_inputs import PRIOR_RING, CellInputs
from gridgeo.pipeline.columns.column import Basis
from gridgeo.pipeline.columns.rates import rated
from gridgeo.pipeline.rescore import rescore_branch
from gridgeo.pipeline.score_basis import fit, keep_basis
from gridgeo.pipeline.steps import Inputs, RunParams
from gridgeo.scoring import merchant_features, shrink_penetration
from gridgeo.scoring.rescore import RESCORED
from gridgeo.storage import (
    finish_version,
    new_version,
    open_engine,
    read_frame,
    set_live,
    upgrade,
    write_frame,
    write_score_measures,
)

FLOOR_MS = 300.0
BRANCH_CELLS, QUICK_CELLS, BRANCHES = 5_000, 400, 4
CUSTOMERS_A_CELL, MERCHANTS_A_CELL = 2.0, 0.4
RUNS = 5
CHANGED = 20
"""One customer of so many of the branch has gone since it was scored."""
GONE = sa.text("DELETE FROM location_cell WHERE party_id IN (SELECT value FROM json_each(:gone))")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LNG, LAT, RESOLUTION = 104.1, 30.6, 9


@dataclass(frozen=True)
class _Bank:
    """A made-up bank: cells, ascending, their branch, parties by cell."""

    cells: CellArray
    branch: IntArray
    people: FloatArray
    customers: pl.DataFrame
    merchants: pl.DataFrame


def cases(quick: bool, scale: float) -> list[Case]:
    """Return the case `rescore-branch`; scale: how much slower this machine is than the one of the floor.

    Raises RuntimeError when a figure of the branch is not what the whole bank's scores gave it.
    """
    bank = _made_up(QUICK_CELLS if quick else BRANCH_CELLS)
    with tempfile.TemporaryDirectory(prefix="gridgeo-bench-") as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'rescore.db'}", create=True)
        upgrade(engine)
        with engine.begin() as connection:
            expected = _store(connection, bank)
        spent = [_once(engine, bank, expected) for _ in range(RUNS + 1)][1:]
        engine.dispose()
    ours = 1000 * statistics.median(spent)
    return [Case("rescore-branch", "CPU ms", round(ours, 1), "lower", None if quick else round(FLOOR_MS * scale, 1))]


def _once(engine: sa.Engine, bank: _Bank, expected: FloatArray) -> float:
    """Score the first branch again, check it, and take it back; return CPU seconds."""
    with engine.connect() as connection:
        transaction = connection.begin()
        connection.execute(GONE, {"gone": orjson.dumps(_gone(bank)["id"].to_list()).decode()})
        began = time.process_time()
        done = rescore_branch(connection, local_actor(), "b0", NOW)
        spent = time.process_time() - began
        where = {"branch_id": "b0", "measure": "penetration"}
        found = read_frame(connection, "cell_score", version_id=done.version_id, where=where)["value"]
        transaction.rollback()
    if not np.allclose(found.to_numpy(), expected[bank.branch == 0], rtol=1e-9, atol=0, equal_nan=True):
        raise RuntimeError("a branch scored again differs from the scores of the whole bank")
    return spent


def _gone(bank: _Bank) -> pl.DataFrame:
    """Return the customers of the first branch that have gone since the bank was scored."""
    own = bank.customers.filter(pl.Series(bank.branch[bank.customers["at"].to_numpy()] == 0))
    return own.gather_every(CHANGED)


def _made_up(branch_cells: int) -> _Bank:
    """Make up a bank on a disc of cells cut into branches from west to east."""
    rng = np.random.default_rng(1)
    n_cells = BRANCHES * branch_cells
    rings = int(np.ceil(np.sqrt(n_cells / 3))) + 1
    disc = sorted(h3.grid_disk(h3.latlng_to_cell(LAT, LNG, RESOLUTION), rings))[:n_cells]
    cells = np.array([h3.str_to_int(name) for name in disc], dtype=np.uint64)
    order = np.argsort(centres(cells)[0], kind="stable")
    branch = np.empty(n_cells, dtype=np.int64)
    branch[order] = np.arange(n_cells) // branch_cells
    people = rng.gamma(1.5, 60.0, n_cells).round(3)
    at = np.repeat(np.arange(n_cells), rng.poisson(CUSTOMERS_A_CELL, n_cells))
    shops = np.repeat(np.arange(n_cells), rng.poisson(MERCHANTS_A_CELL, n_cells))
    customers = pl.DataFrame({"id": [f"c{i}" for i in range(len(at))], "at": at})
    customers = customers.with_columns(tier=pl.Series(rng.choice(TIERS, len(at), p=(0.1, 0.3, 0.6))))
    merchants = pl.DataFrame({"id": [f"m{i}" for i in range(len(shops))], "at": shops})
    return _Bank(
        cells, branch, people, customers, merchants.with_columns(industry=pl.Series(rng.choice(INDUSTRIES, len(shops))))
    )


def _store(connection: sa.Connection, bank: _Bank) -> FloatArray:
    """Write the bank and its scores; return the penetration of every cell once some customers have gone."""
    actor, inputs = local_actor(), Inputs(0, 0)
    for kind in ("ground", "bank", "catchment", "location", "score"):
        params = {"name": "bench", "synthetic": True, "inputs": inputs.as_dict()} | RunParams().as_dict()
        version_id = new_version(connection, actor, kind, params=params, now=NOW)
        if kind != "score":
            _write(connection, kind, version_id, bank)
            finish_version(connection, version_id, report={})
        if kind in ("ground", "bank"):
            set_live(connection, actor, kind, version_id, NOW)
        inputs = inputs.with_version(kind, version_id)
    given = _inputs(bank)
    fits, _ = fit(given, validated=False)
    rates = rated(Basis(given, fits, None)).rates
    write_score_measures(connection, inputs.score, [MEASURE_BY_ID[name] for name in ("people", *RESCORED)], {})
    keep_basis(connection, inputs.score, inputs, [given], [(fits, rates)])
    finish_version(connection, inputs.score, report={})
    left = given.customers - np.bincount(_gone(bank)["at"].to_numpy(), minlength=len(bank.cells))
    return shrink_penetration(left, fits.corrected.people, given.pairs, prior=fits.shrunk.prior).value


def _write(connection: sa.Connection, kind: str, version_id: int, bank: _Bank) -> None:
    if kind == "bank":
        own = bank.customers.select("id", "tier", branch_id=pl.lit("b0"), synthetic=pl.lit(True))
        write_frame(connection, "customer", _filled(own, CUSTOMERS | CUSTOMER_NOTES), version_id=version_id)
        shops = bank.merchants.select("id", "industry", name=pl.lit("m"), synthetic=pl.lit(True), lng=0.0, lat=0.0)
        write_frame(connection, "merchant", _filled(shops, MERCHANTS), version_id=version_id)
    elif kind == "catchment":
        cells = pl.DataFrame({"cell": bank.cells, "branch_id": np.char.add("b", bank.branch.astype(str))})
        write_frame(connection, "catchment_cell", _filled(cells, CATCHMENT_CELLS), version_id=version_id)
    elif kind == "location":
        placed = [
            rows.select(
                party_kind=pl.lit(party),
                party_id="id",
                cell=pl.Series(bank.cells[rows["at"].to_numpy()]),
                share=pl.lit(1.0),
                hard=pl.lit(True),
            )
            for party, rows in (("customer", bank.customers), ("merchant", bank.merchants))
        ]
        write_frame(connection, "location_cell", _filled(pl.concat(placed), LOCATION_CELLS), version_id=version_id)


def _filled(frame: pl.DataFrame, contract: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """Return the frame with the columns of a contract, null where it has none."""
    absent = [pl.lit(None, kind).alias(name) for name, kind in contract.items() if name not in frame.columns]
    return frame.with_columns(absent).select(pl.col(name).cast(kind) for name, kind in contract.items())


def _inputs(bank: _Bank) -> CellInputs:
    n_cells = len(bank.cells)
    tier = np.searchsorted(np.sort(TIERS), bank.customers["tier"].to_numpy())
    column = np.argsort(TIERS)[tier]
    at, shops = bank.customers["at"].to_numpy(), bank.merchants["at"].to_numpy()
    by_tier = np.bincount(at * len(TIERS) + column, minlength=n_cells * len(TIERS)).astype(float)
    travel_s = np.full(n_cells, 600.0)
    makeup = pl.DataFrame({"people": bank.people, "travel_s": travel_s})
    return CellInputs(
        cells=bank.cells,
        branch_ids=[f"b{at}" for at in range(BRANCHES)],
        branch_index=bank.branch,
        zone=np.zeros(n_cells, dtype=np.int64),
        travel_s=travel_s,
        pairs=ring_pairs(bank.cells, PRIOR_RING),
        people_in=float(bank.people.sum()),
        people_elsewhere=0.0,
        people=bank.people,
        by_tier=by_tier.reshape(n_cells, len(TIERS)),
        customers_in=len(at),
        customers_hard=np.bincount(at, minlength=n_cells).astype(float),
        merchants=np.bincount(shops, minlength=n_cells).astype(float),
        unplaced_by_zone=np.zeros(1),
        unplaced_elsewhere=0.0,
        features=makeup.hstack(merchant_features(bank.merchants["industry"].to_list(), shops, n_cells)),
        customer_rows=bank.customers.select("at", "tier", "id", share=pl.lit(1.0), hard=pl.lit(True)),
        merchant_rows=bank.merchants.select("at", "industry"),
    )
