"""What is committed names no host of a registry and no folder of the machine it was made on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt", "api/web/package-lock.json")


@pytest.mark.parametrize("name", LOCKS)
def test_lock_file_holds_no_url(name: str) -> None:
    assert re.findall(r"https?://\S+", (ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", LOCKS[:3])
def test_every_pinned_package_has_a_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pinned = [line for line in text.splitlines() if "==" in line]
    assert pinned
    assert [line for line in pinned if "--hash=sha256:" not in line] == []


def test_every_direct_dependency_has_a_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    named = [*project["project"]["dependencies"], *groups["build"], *groups["node"], *groups["dev"]]
    reasons = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8").lower()
    names = [re.split(r"[\[<>=~! ]", entry)[0].lower() for entry in named]
    assert [name for name in names if f"`{name}`" not in reasons] == []


def test_no_tracked_file_names_a_folder_of_this_machine() -> None:
    first = ROOT.parts[1] if len(ROOT.parts) > 1 else ""
    done = subprocess.run(["git", "grep", "-nIF", f"/{first}/"], cwd=ROOT, capture_output=True, text=True, check=False)
    hits = [line for line in done.stdout.splitlines() if first not in ("home", "tmp", "opt", "usr")]
    assert hits == []
