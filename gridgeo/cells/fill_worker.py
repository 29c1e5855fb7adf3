"""Child process of `fill.cells_from_polygon_guarded`: WKB on standard input, cells as raw uint64 on standard output."""

from __future__ import annotations

import sys

import numpy as np
import shapely

from gridgeo.cells import _h3


def main() -> None:
    """Fill the polygon on standard input at the resolution given as the first argument."""
    polygon = shapely.from_wkb(sys.stdin.buffer.read())
    sys.stdout.buffer.write(np.unique(_h3.filled(polygon, int(sys.argv[1]))).tobytes())


if __name__ == "__main__":
    main()
