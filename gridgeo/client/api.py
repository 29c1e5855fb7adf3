"""The client: what is published, and the way to everything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import cast

import httpx

from gridgeo.client.bank import Grids, Imports, Parties
from gridgeo.client.cells import CellTable, Where, question, table_of
from gridgeo.client.jobs import Jobs
from gridgeo.client.records import Branch, MeasureInfo, Territory
from gridgeo.client.scenarios import Scenarios
from gridgeo.client.transport import Json, Retry, Transport
from gridgeo.errors import InvalidInputError

API = "/api/v1"
PAGE_CELLS = 20_000
KEPT_RETRY = Retry()


class Client:
    """A service, seen by one actor: ``with Client(url, key=...) as bank``.

    url: of the service, without a path. key: an API key; login: the token of the one-time link of ``gridgeo serve``.
    language: of messages, en or zh. retry: how often and how patiently. transport: another way to the service, for
    those who need a proxy or a certificate of their own.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of its own
        self,
        url: str,
        *,
        key: str | None = None,
        login: str | None = None,
        language: str = "en",
        timeout_s: float = 30.0,
        retry: Retry = KEPT_RETRY,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if key is not None and login is not None:
            raise InvalidInputError("sign in by a key or by a login token, not by both")
        headers = {"accept-language": language} | ({} if key is None else {"x-api-key": key})
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout_s, transport=transport)
        self._transport = Transport(self._http, retry)
        self.jobs = Jobs(self._transport)
        self.scenarios = Scenarios(self._transport)
        self.grids = Grids(self._transport)
        self.parties = Parties(self._transport)
        self.imports = Imports(self._transport)
        if login is not None:
            self._transport.fetch("GET", "/login", params={"token": login})

    def __enter__(self) -> Client:
        """Return the client; leaving the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, **params: object) -> Json:
        """Return the JSON of any read of the service, for what has no method here."""
        return self._transport.get(path, params)

    def session(self) -> Json:
        """Return who is asking and what is published."""
        return self.get(f"{API}/session")

    def measures(self) -> Sequence[MeasureInfo]:
        """Return the measures of the live publication."""
        return cast("Sequence[MeasureInfo]", self.get(f"{API}/measures")["measures"])

    def branches(self, sort: str | None = None) -> Iterator[Branch]:
        """Yield the branches in scope."""
        return self._transport.pages(f"{API}/branches", "branches", {"sort": sort})

    def catchments(self) -> Json:
        """Return the catchments as GeoJSON."""
        return self.get(f"{API}/catchments")

    def territories(self, branch_id: str | None = None) -> Sequence[Territory]:
        """Return the territories in scope with their loads."""
        return list(self._transport.pages(f"{API}/territories", "territories", {"branch_id": branch_id}))

    def cells(
        self,
        *,
        measures: Sequence[str] | None = None,
        where: Iterable[Where] = (),
        cells: Iterable[int] | None = None,
        page_cells: int = PAGE_CELLS,
        **choice: object,
    ) -> CellTable:
        """Return the cells that a choice holds for, all pages of them.

        where: (measure, ge | le | gt | lt | eq, number), all must hold. cells: only these, whole numbers. choice:
        branch_id, bbox (west, south, east, north), polygon (GeoJSON) with its datum, parent, sort.
        """
        asked = question(where, cells, measures=None if measures is None else list(measures), **choice)
        asked["limit"] = page_cells
        pages: list[Json] = []
        while True:
            pages.append(self._transport.post(f"{API}/cells/query", asked))
            if pages[-1]["next"] is None:
                return table_of(pages)
            asked["cursor"] = pages[-1]["next"]

    def cell(self, cell: int) -> Json:
        """Return everything about one cell."""
        return self.get(f"{API}/cells/{int(cell):015x}")

    def explain(self, cell: int, measure: str) -> Json:
        """Take a score of a cell apart."""
        return self.get(f"{API}/cells/{int(cell):015x}/explain", measure=measure)

    def where_next(self, branch_id: str | None = None, grid_id: str | None = None, limit: int = 20) -> Json:
        """Return where to work next, with reasons."""
        return self.get(f"{API}/where-next", branch_id=branch_id, grid_id=grid_id, limit=limit)

    def export(self, kind: str, out: Path, measure: str = "penetration") -> Path:
        """Write the publication to a file: geopackage, geoparquet or csv (zips), html, png. Returns its path."""
        answer = self._transport.fetch("GET", f"{API}/exports/{kind}", params={"measure": measure})
        out.write_bytes(answer.content)
        return out
