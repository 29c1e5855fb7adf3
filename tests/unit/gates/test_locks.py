"""What is committed names no host of a registry and no folder of the machine it was made on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-node.txt",
    "requirements-peers.txt",
    "api/web/package-lock.json",
    "tests/browser/oldest/package-lock.json",
)


def urls(text: str) -> list[str]:
    """Return every web address in the text."""
    return re.findall(r"https?://\S+", text)


def unhashed(text: str) -> list[str]:
    """Return the pinned requirements that carry no hash."""
    lines = text.replace("\\\n", " ").splitlines()
    return [line for line in lines if "==" in line and "--hash=sha256:" not in line]


def lines_naming(folder: str, repository: Path) -> list[str]:
    """Return the tracked lines that hold ``/folder/``; fails where git cannot look."""
    command = ["git", "grep", "-nIF", f"/{folder}/"]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", LOCKS)
def test_lock_file_holds_no_url(name: str) -> None:
    assert urls((ROOT / name).read_text(encoding="utf-8")) == []


def test_a_url_is_found() -> None:
    assert urls("--index-url https://mirror.example/simple\n") == ["https://mirror.example/simple"]


@pytest.mark.parametrize("name", LOCKS[:4])
def test_every_pinned_package_has_a_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "==" in text
    assert unhashed(text) == []


def test_a_pin_without_a_hash_is_found() -> None:
    assert unhashed("a==1 \\\n    --hash=sha256:00\nb==2\n") == ["b==2"]


def test_every_direct_dependency_has_a_reason() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    locked = ("build", "node", "dev", "peers")
    named = [*project["project"]["dependencies"], *(item for name in locked for item in groups[name])]
    reasons = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8").lower()
    names = [re.split(r"[\[<>=~! ]", entry)[0].lower() for entry in named]
    assert [name for name in names if f"`{name}`" not in reasons] == []


def test_no_tracked_file_names_a_folder_of_this_machine() -> None:
    # A clone below /home or /tmp says nothing: those names stand in ordinary text.
    common = ("home", "tmp", "opt", "usr", "var")
    assert ROOT.parts[1] in common or lines_naming(ROOT.parts[1], ROOT) == []


def test_a_folder_of_a_machine_is_found(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "notes.txt").write_text("made in /planted/here\n")
    subprocess.run(["git", "add", "notes.txt"], cwd=tmp_path, check=True)
    assert lines_naming("planted", tmp_path) == ["notes.txt:1:made in /planted/here"]
    assert lines_naming("absent", tmp_path) == []
