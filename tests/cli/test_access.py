"""Keys, roles and the audit log on the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def said(gridgeo: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a row of commands answered, by name; `refused` is the exit code of a try that was not allowed."""
    at = ("--store", f"sqlite:///{tmp_path_factory.mktemp('access') / 'a.db'}", "--json")
    assert gridgeo("db", "upgrade", *at).returncode == 0

    def ask(*words: str) -> Any:
        return json.loads(gridgeo(*words, *at).stdout)

    key = ask("key", "add", "portal", "--role", "consumer", "--days", "90")
    ask("role", "add", "managers", "--role", "branch_manager", "--branch", "b1", "--branch", "b2")
    refused = gridgeo("key", "list", *at, "--as", "p:planner").returncode
    return {
        "key": key,
        "roles": ask("role", "list")["roles"],
        "refused": refused,
        "revoked": ask("key", "revoke", key["prefix"]),
        "keys": ask("key", "list")["keys"],
        "removed": ask("role", "remove", "managers"),
        "log": ask("audit-log", "list", "--as", "a:auditor"),
        "text": gridgeo("audit-log", "list", *at[:2], "--outcome", "denied", GRIDGEO_LANGUAGE="zh").stdout,
    }


def test_a_key_is_shown_once(said: dict[str, Any]) -> None:
    assert said["key"]["key"].startswith(f"gg_{said['key']['prefix']}_")
    assert [("key" in key, key["state"]) for key in said["keys"]] == [(False, "revoked")]
    assert said["revoked"]["revoked_at"]


def test_roles_are_listed_and_removed(said: dict[str, Any]) -> None:
    (rule,) = said["roles"]
    assert (rule["value"], rule["role"], rule["branch_ids"]) == ("managers", "branch_manager", ["b1", "b2"])
    assert said["removed"]["removed"] == 1


def test_every_change_and_every_denied_try_is_in_the_log(said: dict[str, Any]) -> None:
    assert said["refused"] == 5
    told = [(line["actor_id"], line["action"], line["object"], line["outcome"]) for line in said["log"]["lines"]]
    assert told == [
        ("local", "role remove", "value=managers claim=groups", "done"),
        ("local", "key revoke", f"prefix={said['key']['prefix']}", "done"),
        ("p", "key list", None, "denied"),
        ("local", "role add", "branch=b1,b2 role=branch_manager value=managers claim=groups", "done"),
        ("local", "key add", "role=consumer", "done"),
    ]
    assert "denied" in said["text"]


def test_an_export_is_in_the_log(gridgeo: Run, store_copy: Path, tmp_path: Path) -> None:
    at = ("--store", f"sqlite:///{store_copy}", "--json")
    assert gridgeo("export", "--format", "csv", "--out", tmp_path / "out", *at).returncode == 0
    newest = json.loads(gridgeo("audit-log", "list", "--limit", "1", *at).stdout)["lines"]
    assert [(line["action"], line["outcome"]) for line in newest] == [("export", "done")]
