"""`gridgeo bench serve`: the service on loopback, its load, its tiles and its fences; the load is driven by wrk."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from gridgeo.bench import serve_load, serve_rls, serve_tiles, serve_tipg
from gridgeo.bench.postgis_server import REMEDY, NoServerError, empty_database
from gridgeo.bench.report import report, yardstick
from gridgeo.storage import open_engine
from gridgeo.storage.making import make_store


def bench(*, quick: bool = False, postgis_url: str | None = None) -> dict[str, Any]:
    """Run every case and return the bench's report.

    quick: a small bank and short runs, the same checks. postgis_url: an empty PostGIS database whose login may make
    roles, by default one of a private server.
    """
    measure = yardstick(100_000 if quick else 1_000_000)
    with empty_database(postgis_url) as url:
        if url is None:
            raise NoServerError(REMEDY)
        service = _application(url)
        cases = [
            *serve_load.cases(quick, url, service),
            *serve_rls.cases(quick, url, service, measure["scale"]),
            *serve_tiles.cases(quick, url),
            *serve_tipg.cases(quick, url, service),
        ]
        checks = {"errors": sum(case.ours or 0.0 for case in cases if case.id.endswith("-errors"))}
        return report("serve", cases, measure) | {"checks": checks}


def _application(url: str) -> str:
    """Make the store with its logins and return the URL that the service has in a bank: policies hold for it."""
    engine = open_engine(url)
    made = make_store(engine, {}, {})
    engine.dispose()
    if made.logins is None:
        raise RuntimeError("the service is measured on PostgreSQL")
    name = made.logins.application
    service = sa.make_url(url).set(username=name, password=made.passwords.get(name))
    return service.render_as_string(hide_password=False)
