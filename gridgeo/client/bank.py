"""What the bank keeps: grids, features, parties, imports, doubtful locations, denominators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from gridgeo.client.records import CustomerRow, Job, MerchantRow
from gridgeo.client.transport import Json, Transport

API = "/api/v1"


class Grids:
    """Area grids, and the industry, cohort and target grids beside them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def sets(self) -> Iterator[Json]:
        """Yield the branches that have area grids."""
        return self._transport.pages(f"{API}/grids", "sets")

    def read(self, branch_id: str) -> Json:
        """Return a branch's area grids; a change names the ``revision`` given here."""
        return self._transport.get(_path("grids", branch_id))

    def begin(self, branch_id: str, **chosen: object) -> Json:
        """Make one grid of a branch's catchment, to be divided."""
        return self._transport.post(_path("grids", branch_id), chosen)

    def edit(self, branch_id: str, revision: int, operation: str, args: Mapping[str, Any]) -> Json:
        """Do one operation, all of it or nothing."""
        body = {"operation": operation, "args": dict(args)}
        return self._transport.post(f"{_path('grids', branch_id)}/operations", body, revision=revision)

    def undo(self, branch_id: str, revision: int) -> Json:
        """Take back the newest edit that stands."""
        return self._transport.post(f"{_path('grids', branch_id)}/undo", revision=revision)

    def redo(self, branch_id: str, revision: int) -> Json:
        """Do again the edit that was undone last."""
        return self._transport.post(f"{_path('grids', branch_id)}/redo", revision=revision)

    def log(self, branch_id: str) -> Iterator[Json]:
        """Yield the edits of a branch's area grids, newest first."""
        return self._transport.pages(f"{_path('grids', branch_id)}/log", "log")

    def members(self, grid_id: str | None = None, *, disagreeing: bool = False) -> Iterator[Json]:
        """Yield who belongs to a grid and by which rule."""
        asked = {"grid_id": grid_id, "disagreeing": disagreeing}
        return self._transport.pages(f"{API}/membership", "members", asked)

    def features(self, kind: str | None = None) -> Iterator[Json]:
        """Yield industry, cohort and target grids."""
        return self._transport.pages(f"{API}/features", "features", {"kind": kind})

    def feature_count(self, feature_id: str) -> Json:
        """Count what a grid holds now."""
        return self._transport.get(f"{_path('features', feature_id)}/count")


class Parties:
    """Customers and merchants in scope."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def customers(self, *, unmask: bool = False, **where: str | None) -> Iterator[CustomerRow]:
        """Yield customers. where: branch_id, account_rm_id, tier. unmask: names whole, noted in the audit log."""
        asked = {"unmask": unmask or None, "limit": 1000} | where
        return self._transport.pages(f"{API}/parties/customers", "customers", asked)

    def merchants(self, branch_id: str | None = None) -> Iterator[MerchantRow]:
        """Yield merchants in the catchments of the actor's branches."""
        return self._transport.pages(f"{API}/parties/merchants", "merchants", {"branch_id": branch_id})


class Imports:
    """Files from outside, doubtful locations, sources of denominators."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Iterator[Json]:
        """Yield imported files, newest first."""
        return self._transport.pages(f"{API}/imports", "imports")

    def preview(self, kind: str, file: Path, **declared: object) -> Json:
        """Return what an import would make of a file; nothing is written."""
        return self._sent(kind, file, declared | {"dry_run": True})

    def upload(self, kind: str, file: Path, **declared: object) -> Job:
        """Send a file and queue its import. declared: datum, map, set and so on, as ``gridgeo import`` names them."""
        return cast("Job", self._sent(kind, file, declared))

    def doubtful(self, branch_id: str | None = None) -> Iterator[Json]:
        """Yield locations that wait for a person, worst first."""
        asked: dict[str, Any] = {"branch_id": branch_id}
        while True:
            page = self._transport.get(f"{API}/locations/review", asked)
            yield from page["items"]
            if page["next"] is None:
                return
            asked["after"] = page["next"]

    def decide(self, item_id: int, revision: int, decision: str, **given: object) -> Json:
        """Accept, choose, place, reject or undo a doubtful location."""
        path = f"{API}/locations/review/{item_id}/decisions"
        return self._transport.post(path, {"decision": decision} | given, revision=revision)

    def denominators(self) -> Json:
        """Return the sources of denominators and which of them scores use."""
        return self._transport.get(f"{API}/denominators")

    def choose_denominator(self, name: str, source: str | None, ground: int) -> Json:
        """Let scores take a count from one source. ground: as the list of sources told it."""
        return self._transport.post(f"{_path('denominators', name)}/source", {"source": source}, revision=ground)

    def _sent(self, kind: str, file: Path, declared: Mapping[str, Any]) -> Json:
        path = _path("imports", kind)
        return self._transport.post(path, file.read_bytes(), params={"file_name": file.name} | dict(declared))


def _path(*parts: str) -> str:
    return "/".join((API, *(quote(part, safe="") for part in parts)))
