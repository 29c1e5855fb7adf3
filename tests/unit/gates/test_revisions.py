"""The revisions of the schema stand in one line: where two follow the same one, no store has a newest."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

FOLDER = Path(__file__).resolve().parents[3] / "gridgeo" / "storage" / "migrations"


def heads(folder: Path) -> list[str]:
    """Return the revisions that none follows."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    return list(ScriptDirectory.from_config(config).get_heads())


def test_the_revisions_stand_in_one_line() -> None:
    assert heads(FOLDER) == [max(path.name[:4] for path in (FOLDER / "versions").glob("0*.py"))]
    numbers = sorted(path.name[:4] for path in (FOLDER / "versions").glob("0*.py"))
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_two_after_the_same_one_are_found(tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    for name, before in (("a", None), ("b", "a"), ("c", "a")):
        (tmp_path / "versions" / f"{name}.py").write_text(f"revision = {name!r}\ndown_revision = {before!r}\n")
    assert sorted(heads(tmp_path)) == ["b", "c"]
