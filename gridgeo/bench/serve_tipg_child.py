"""Run in the peers' own environment: tipg over a PostGIS database, by the server that serves ours."""

from __future__ import annotations

import sys


def main(packages: str, port: int) -> None:
    """Serve tipg's own application on loopback; packages: the folder that holds the server, behind the peers' own."""
    sys.path.append(packages)
    from granian import Granian
    from granian.constants import Interfaces

    Granian("tipg.main:app", address="127.0.0.1", port=port, interface=Interfaces.ASGI, workers=1).serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
