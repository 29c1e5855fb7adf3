"""Run in the peers' own environment: reads addresses as JSON, prints what cpca and cnloc make of them."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from typing import Any

import cnloc
import cpca


def main() -> None:
    """Print peer -> version and district of every address, null where it tells none."""
    addresses = json.load(sys.stdin)
    districts = {
        "cpca": cpca.transform(addresses)["区"].tolist(),
        # With short names of counties, which it leaves out by default: the better of its two.
        "cnloc": cnloc.getlocation(addresses, county_short=True)["county_name"].tolist(),
    }
    answer: dict[str, Any] = {
        name: {
            "version": version(name),
            "district": [text if isinstance(text, str) and text else None for text in given],
        }
        for name, given in districts.items()
    }
    print(json.dumps(answer))  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
