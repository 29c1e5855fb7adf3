"""First file of every child process: it takes its limits, then becomes the worker.

Run by its path, not as a module: importing the package would cost more than reading most files. So it and the workers
import nothing of gridgeo.
"""

from __future__ import annotations

import resource
import runpy
import sys


def main() -> None:
    """Read `worker memory_bytes cpu_seconds output_bytes` from the command line and run the worker under them."""
    worker = sys.argv[1]
    memory, seconds, output = (int(text) for text in sys.argv[2:5])
    for kind, bound in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        allowed = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (allowed, allowed))
    runpy.run_path(worker, run_name="__main__")


if __name__ == "__main__":
    main()
