"""One import in a process of its own, so that its peak memory is its own: prints seconds and MiB as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from gridgeo.domain import local_actor
from gridgeo.pipeline.intake import ImportRequest, import_file
from gridgeo.sources.intake import ImportOptions
from gridgeo.storage import open_engine


def main(url: str, orgs: str, customers: str) -> None:
    """Import the units, then time the import of the customers from opening the file to the commit."""
    engine, actor = open_engine(url), local_actor()
    with engine.begin() as connection:
        units = ImportRequest(Path(orgs), ImportOptions("orgs", datum="wgs84"))
        import_file(connection, actor, units, datetime.now(UTC))
    began = time.perf_counter()
    with engine.begin() as connection:
        request = ImportRequest(Path(customers), ImportOptions("customers", datum="wgs84"))
        report = import_file(connection, actor, request, datetime.now(UTC))
    seconds = time.perf_counter() - began
    engine.dispose()
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mib": peak_mib, "account": report.account}))  # noqa: T201 - its answer


if __name__ == "__main__":
    main(*sys.argv[1:])
