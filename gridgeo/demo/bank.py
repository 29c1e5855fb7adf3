"""The seeded synthetic bank over a real ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from gridgeo.demo.bank_spec import BANKS, BankSpec
from gridgeo.demo.customers import customers_of, drawn_index
from gridgeo.demo.dwellings import Place, dwellings_of, house_rows, place_of
from gridgeo.demo.fields import HIDDEN_DRIVERS, VISIBLE_DRIVERS, Fields, fields_over
from gridgeo.demo.staff import branch_table, posts, staff_table
from gridgeo.domain import FloatArray, IntArray
from gridgeo.domain.tables import CUSTOMERS, MERCHANTS, empty
from gridgeo.errors import InvalidInputError
from gridgeo.sources import Bank, Ground, GroundSpec, RoadGraph, nearest_branch
from gridgeo.sources.gazetteer import street_and_town_rows
from gridgeo.sources.settlement import nearest_cells


@dataclass(frozen=True)
class Truth:
    """What a test may know and the bank does not.

    customers: id, house, lng, lat (where the customer lives), cell (UInt64), form (how the address was spoiled).
    houses: house, zone, town, street, number, mapped, held_out, people, lng, lat, cell (UInt64).
    cells: cell, people (of the houses in it), rate (expected customers a person), expected (customers), high_end and
    core (expected shares), and one column a driver. visible_drivers, hidden_drivers: names of those columns.
    """

    customers: pl.DataFrame
    houses: pl.DataFrame
    cells: pl.DataFrame
    visible_drivers: tuple[str, ...] = VISIBLE_DRIVERS
    hidden_drivers: tuple[str, ...] = HIDDEN_DRIVERS


def synthetic_bank(
    ground: Ground,
    people: pl.DataFrame,
    spec: GroundSpec,
    seed: int,
    roads: RoadGraph | None = None,
    bank_spec: BankSpec | None = None,
) -> tuple[Bank, Truth]:
    """Make up a bank over a real ground; everything in it is labelled synthetic.

    people: DENOMINATORS of the ground's boundaries. spec: of the ground; its default resolution is that of the true
    rate. roads: decide which branch a customer is near to, and so how the managers are split; straight lines without
    them. bank_spec: size, branches and day (`as_of`) of the bank; the demo's own for the ground by default.
    The same arguments give the same bank on every platform: PCG64, sorted tables, whole-number chances.
    Raises InvalidInputError when there is no demo bank for the ground, a branch's bank point is missing, or a boundary
    has no people or nowhere to live.
    """
    plan = bank_spec or _plan(spec)
    rng = np.random.Generator(np.random.PCG64(seed))
    place = place_of(ground, spec)
    dwellings = dwellings_of(place, people, plan, rng)
    org_units = branch_table(ground, plan)
    branches = org_units.filter(pl.col("kind") != "head_office")
    branch_xy = place.plane.to_metres(branches["lng"].to_numpy(), branches["lat"].to_numpy())
    fields = fields_over(place.cells, place.plane, branch_xy, _merchants(place), rng)
    chance = np.round(dwellings["people"].to_numpy() * fields.factor[dwellings["cell"].to_numpy()], 6)
    near = _nearest_two(dwellings, branch_xy, _catchments(place, branches, roads))
    managers = posts(_by_nearest(near, chance, len(branches)), plan.managers)
    staff = staff_table(branches["id"].to_list(), managers)
    home = drawn_index(chance, _customer_count(people, plan), rng)
    homes = dwellings[home].with_columns(
        pl.Series("branch_id", branches["id"].to_numpy()[_accounts(near[home], plan, rng)], pl.String),
        pl.Series("other_town", _other_towns(dwellings["zone"].to_numpy()[home], place, plan, rng), pl.String),
    )
    customers = customers_of(homes, fields, staff, plan, rng)
    bank = Bank(
        org_units=org_units,
        staff=staff,
        customers=customers.select(list(CUSTOMERS)),
        merchants=empty(MERCHANTS),
        gazetteer=pl.concat([house_rows(dwellings), street_and_town_rows(ground, spec.city)]),
        synthetic=True,
    )
    lived = customers.select("id", "form").with_columns(homes.select("house", "lng", "lat", "cell"))
    return bank, _truth(place, dwellings, fields, chance, lived)


def _plan(spec: GroundSpec) -> BankSpec:
    if spec.name not in BANKS:
        raise InvalidInputError("there is no demo bank for ground {ground}", ground=spec.name)
    return BANKS[spec.name]


def _customer_count(people: pl.DataFrame, plan: BankSpec) -> int:
    """Return how many customers the bank has: as planned, but never over the stated share of the adults."""
    adults = float(people["people"].sum()) * plan.adult_share
    return min(plan.customers, int(adults * plan.adult_cap))


def _merchants(place: Place) -> IntArray:
    """Return the number of merchants in every cell."""
    merchants = place.ground.merchants
    cell = nearest_cells(merchants["lng"].to_numpy(), merchants["lat"].to_numpy(), place.cells)
    return np.bincount(cell, minlength=len(place.cells))


def _catchments(place: Place, branches: pl.DataFrame, roads: RoadGraph | None) -> IntArray | None:
    """Return the branch each cell reaches first over the roads."""
    if roads is None:
        return None
    return nearest_branch(roads, branches["lng"].to_numpy(), branches["lat"].to_numpy(), place.cells)[0]


def _nearest_two(dwellings: pl.DataFrame, branch_xy: FloatArray, catchment: IntArray | None) -> IntArray:
    """Return the nearest and the second branch of every house; shape (n_houses, 2)."""
    spots = dwellings.select("x", "y").to_numpy()
    gap_m = np.round(np.hypot(spots[:, None, 0] - branch_xy[None, :, 0], spots[:, None, 1] - branch_xy[None, :, 1]))
    if catchment is not None:
        gap_m[np.arange(len(spots)), catchment[dwellings["cell"].to_numpy()]] = -1.0
    order = np.argsort(gap_m, axis=1, kind="stable").astype(np.int64)
    return order[:, [0, min(1, order.shape[1] - 1)]]


def _by_nearest(near: IntArray, chance: FloatArray, n_branches: int) -> FloatArray:
    """Return the expected customers nearest to each branch, up to a common factor."""
    return np.bincount(near[:, 0], weights=chance, minlength=n_branches).astype(np.float64)


def _accounts(near: IntArray, plan: BankSpec, rng: np.random.Generator) -> IntArray:
    """Return the branch of each customer's account: mostly the nearest, for some the second nearest."""
    far = rng.random(len(near)) < plan.far_account
    return np.where(far, near[:, 1], near[:, 0])


def _other_towns(zone: IntArray, place: Place, plan: BankSpec, rng: np.random.Generator) -> npt.NDArray[np.str_]:
    """Return a town that is not the customer's own, for wrong addresses."""
    turn = rng.integers(0, 1 << 30, len(zone))
    if plan.other_towns:
        return np.asarray(np.array(plan.other_towns, dtype=np.str_)[turn % len(plan.other_towns)])
    count = len(place.towns)
    step = 1 + turn % max(count - 1, 1)
    return np.asarray(np.array(place.towns, dtype=np.str_)[(zone + step) % count])


def _truth(place: Place, dwellings: pl.DataFrame, fields: Fields, chance: FloatArray, customers: pl.DataFrame) -> Truth:
    n = len(place.cells)
    cell = dwellings["cell"].to_numpy()
    people = np.bincount(cell, weights=dwellings["people"].to_numpy(), minlength=n)
    expected = np.bincount(cell, weights=chance, minlength=n) / chance.sum() * customers.height
    rate = np.divide(expected, people, out=np.zeros(n), where=people > 0)
    cells = pl.DataFrame(
        {"cell": place.cells, "people": people, "rate": rate, "expected": expected}
        | {"high_end": fields.high_end, "core": fields.core}
        | fields.drivers
    )
    names = pl.Series("cell", place.cells)
    houses = dwellings.select(
        "house", "zone", "town", "street", "number", "mapped", "held_out", "people", "lng", "lat", names.gather(cell)
    )
    lived = customers.with_columns(names.gather(customers["cell"].to_numpy()))
    return Truth(lived.select("id", "house", "lng", "lat", "cell", "form"), houses, cells)
