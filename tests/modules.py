"""Python files that lie in no package: scripts of the project and of the shared data."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any


def module_at(name: str, path: Path) -> Any:
    """Return the file at a path as a module of this name."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # What it defines as dataclasses looks for its module there.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
