"""A user's measure is read like any other by the bank's own people, and by nobody outside."""

from __future__ import annotations

from collections.abc import Iterator

import mapbox_vector_tile
import numpy as np
import polars as pl
import pytest
import sqlalchemy as sa

from gridgeo.domain import Actor, local_actor
from gridgeo.domain.measures import MEASURES
from gridgeo.domain.user_measures import Part, UserMeasure
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline import browse
from gridgeo.storage import (
    finish_version,
    live,
    new_version,
    open_engine,
    read_frame,
    set_live,
    write_frame,
    write_score_measures,
)
from gridgeo_api import schemas
from gridgeo_api.main import create_app

from .conftest import Client, MakeStore, running, settings_for
from .small_bank import NOW, Bank, write_small_bank
from .test_tiles import tile_of

HQ = local_actor()
CONSUMER = Actor("c", "consumer")
COUNT = UserMeasure("own_count", "自有计数", "Own count", "shops", "count", "up", formula="merchants * 2")
INDEX = UserMeasure("own_index", "自有指数", "Own index", "points", "index", "up", components=(Part("gap", 1.0, "up"),))
SHARE = UserMeasure(
    "own_share", "自有比率", "Own share", "share", "share", "up", numerator="own_count", denominator="people"
)
OWN = ("own_count", "own_index", "own_index_rank", "own_share")


def publish_with_own(connection: sa.Connection) -> Bank:
    """Publish the small bank, and then the same with a user's measures in its scores."""
    bank = write_small_bank(connection)
    first = live(connection, "publication").params
    scores = read_frame(connection, "cell_score", version_id=int(first["score"]))
    base = scores.filter(pl.col("measure") == "people")
    values = {name: np.arange(base.height) + 0.5 + at for at, name in enumerate(OWN)}
    own = [base.with_columns(measure=pl.lit(name), value=pl.Series(column)) for name, column in values.items()]
    score = new_version(connection, HQ, "score", params={}, now=NOW)
    write_frame(connection, "cell_score", pl.concat([scores, *own]), version_id=score)
    made = {measure.id: each for each in (COUNT, INDEX, SHARE) for measure in each.measures()}
    every = [*MEASURES, *(measure for each in (COUNT, INDEX, SHARE) for measure in each.measures())]
    write_score_measures(connection, score, every, made)
    finish_version(connection, score, report={})
    second = new_version(connection, HQ, "publication", params=first | {"score": score}, now=NOW)
    finish_version(connection, second, report={})
    set_live(connection, HQ, "publication", second, NOW)
    return bank


@pytest.fixture(scope="module")
def store(make_store: MakeStore) -> Iterator[tuple[sa.Engine, Bank]]:
    engine = open_engine(make_store("sqlite"))
    with engine.begin() as connection:
        bank = publish_with_own(connection)
    yield engine, bank
    engine.dispose()


@pytest.fixture(scope="module")
def service(store: tuple[sa.Engine, Bank]) -> Iterator[Client]:
    with running(create_app(settings_for(str(store[0].url)))) as client:
        client.login()
        yield client


def test_the_list_names_a_users_measure_and_keeps_its_formula_inside(service: Client) -> None:
    service.act_as(HQ)
    body = service.get("/api/v1/measures").json()
    schemas.Measures.model_validate(body)
    listed = {row["id"]: row for row in body["measures"]}
    assert list(listed) == [*(measure.id for measure in MEASURES), *OWN]
    assert (listed["own_count"]["origin"], listed["own_count"]["formula"]) == ("user", "merchants * 2")
    assert listed["people"]["origin"] == "built_in"
    service.act_as(CONSUMER)
    outside = {row["id"]: row for row in service.get("/api/v1/measures").json()["measures"]}
    assert list(outside) == list(listed)
    hidden = [outside[name][field] for name in OWN for field in ("formula", "numerator", "denominator")]
    assert set(hidden) == {None}
    assert listed["own_share"]["numerator"] == "own_count"
    assert outside["penetration"]["numerator"] == "customers"


def test_cells_carry_it_for_the_bank_and_hide_it_from_consumers(service: Client) -> None:
    service.act_as(HQ)
    inside = service.get("/api/v1/cells?measures=own_count,own_index").json()
    assert None not in inside["measures"]["own_count"]["values"]
    assert inside["measures"]["own_count"]["breaks"]
    service.act_as(CONSUMER)
    outside = service.get("/api/v1/cells").json()
    assert len(outside["cells"]) == len(inside["cells"])
    for name in OWN:
        column = outside["measures"][name]
        assert set(column["values"]) == {None}
        assert set(column["reasons"]) == {"internal"}
        assert (column["low"], column["high"], column["evidence"], column["breaks"]) == (None, None, None, [])


def test_one_cell_tells_it_to_the_bank_only(service: Client, store: tuple[sa.Engine, Bank]) -> None:
    cell = store[1].names()[1]
    service.act_as(HQ)
    inside = service.get(f"/api/v1/cells/{cell}").json()
    assert inside["measures"]["own_count"]["value"] is not None
    assert inside["measures"]["own_count"]["name_zh"] == "自有计数"
    assert inside["explain"]["measures"]["own_count"]["method"] == "formula-1"
    service.act_as(CONSUMER)
    outside = service.get(f"/api/v1/cells/{cell}").json()
    for name in OWN:
        figure = outside["measures"][name]
        assert (figure["value"], figure["low"], figure["high"], figure["reason"]) == (None, None, None, "internal")


def test_tiles_carry_it_for_the_bank_only_and_add_a_count_up(service: Client, store: tuple[sa.Engine, Bank]) -> None:
    bank = store[1]
    found = {}
    for actor in (HQ, CONSUMER):
        service.act_as(actor)
        for zoom in (11, 7):
            z, x, y = tile_of(bank, zoom)
            tile = service.get(f"/tiles/cells/{z}/{x}/{y}.mvt").content
            features = mapbox_vector_tile.decode(tile)["cells"]["features"] if tile else []
            found[actor.role, zoom] = [feature["properties"] for feature in features]
    inside = found["hq", 11]
    assert all("own_count" in properties and "own_index" in properties for properties in inside)
    total = sum(properties["own_count"] for properties in inside)
    assert sum(properties["own_count"] for properties in found["hq", 7]) == pytest.approx(total)
    assert all("own_index" not in properties for properties in found["hq", 7]), "an index does not roll up"
    assert not any(name in properties for zoom in (11, 7) for properties in found["consumer", zoom] for name in OWN)


def test_territories_add_a_users_count_up_for_the_bank_only(store: tuple[sa.Engine, Bank]) -> None:
    with store[0].connect() as connection:
        inside = browse.territories(connection, HQ).rows()
        outside = browse.territories(connection, CONSUMER).rows()
    assert all(row["loads"]["own_count"] > 0 for row in inside)
    assert {row["loads"]["own_count"] for row in outside} == {None}


def test_an_older_publication_without_it_is_read_as_it_was(store: tuple[sa.Engine, Bank]) -> None:
    engine, _ = store
    with engine.connect() as connection:
        now_live = browse.publication(connection)
        older = min(row.id for row in connection.execute(sa.text("SELECT id FROM version WHERE kind = 'publication'")))
        set_live(connection, HQ, "publication", older, NOW)
        before = browse.publication(connection)
        assert not set(OWN) & set(before.measures)
        assert set(browse.cells(connection, HQ, before).measures) == set(now_live.measures) - set(OWN)
        with pytest.raises(InvalidInputError, match="own_count"):
            browse.check_measures(("own_count",), before)
        connection.rollback()
