"""Serves a demo store, has QGIS read it, and writes docs/clients.md and its Chinese twin. Run by scripts/clients."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from gridgeo.pipeline.browse import branches, cells, territories
from gridgeo.pipeline.notebook import connect

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs/images/qgis.png"
SYSTEM_PYTHON = "/usr/bin/python3"
"""The one that the system's package of QGIS belongs to."""
TEXTS = {
    "docs/clients.md": """# Clients tried

Written by `scripts/clients`: QGIS (the system's package, without a screen) reads a served demo store.

## QGIS

QGIS {qgis}, {day}: opens `/ogc`, turns the pages of every collection, filters, and draws the vector tiles of cells.

| Collection | Features read | In the store |
|---|---|---|
{rows}

Territories of branch B1 by a filter: {of_b1}, in the store {of_b1_stored}. Vector tiles drawn: {painted}.

![Vector tiles of cells in QGIS, synthetic data, © OpenStreetMap contributors](images/qgis.png)
""",
    "docs/zh/clients.md": """# 试过的客户端

由 `scripts/clients` 写成:QGIS(系统软件包,无屏幕)读取所提供的演示库。

## QGIS

QGIS {qgis},{day}:打开 `/ogc`,翻完每个集合的所有页,过滤,并画出蜂窝格的矢量瓦片。

| 集合 | 读到的要素 | 库中 |
|---|---|---|
{rows}

用过滤得到的网点 B1 的责任区:{of_b1},库中 {of_b1_stored}。矢量瓦片已画出:{painted}。

![QGIS 中蜂窝格的矢量瓦片,合成数据,© OpenStreetMap contributors](../images/qgis.png)
""",
}


@contextmanager
def served(store: str) -> Iterator[tuple[str, str]]:
    """Serve a store; yield its address and the cookie of a session."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gridgeo.cli.main", "serve", "--store", store, "--port", str(port), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        try:
            link = json.loads(process.stdout.readline() if process.stdout else "{}")
            with httpx.Client(timeout=60.0) as client:
                client.get(link["login"])
                ((name, value),) = client.cookies.items()
            yield link["url"], f"{name}={value}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60.0)


def read_by_qgis(store: str, home: str) -> dict[str, Any]:
    """Return what QGIS read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment = kept | {"QT_QPA_PLATFORM": "offscreen", "HOME": home, "XDG_RUNTIME_DIR": home}
    with served(store) as (base, cookie):
        command = [SYSTEM_PYTHON, str(ROOT / "scripts/qgis_client.py"), base, cookie, str(PICTURE)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=300)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def stored(store: str) -> dict[str, int]:
    """Return how many features the store holds."""
    with connect(store) as opened, opened.engine.connect() as connection:
        plan = territories(connection, opened.actor).table
        units = branches(connection, opened.actor).height
        count = len(cells(connection, opened.actor, measures=("people",)).cells)
        of_b1 = plan.filter(plan["branch_id"] == "B1").height
    return {"branches": units, "catchments": units, "cells": count, "territories": plan.height, "of_b1": of_b1}


def main() -> None:
    """Make the store, read it, hold both against each other, write the pages."""
    with tempfile.TemporaryDirectory(prefix="gridgeo-clients-") as folder:
        store = f"sqlite:///{folder}/demo.db"
        demo = [sys.executable, "-m", "gridgeo.cli.main", "demo", "--ground", "helsinki", "--no-serve", "--json"]
        subprocess.run([*demo, "--store", store], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        found, there = read_by_qgis(store, folder), stored(store)
    rows = "\n".join(f"| {name} | {count} | {there[name]} |" for name, count in found["features"].items())
    facts = {
        "qgis": found["qgis"],
        "day": datetime.now(UTC).date().isoformat(),
        "rows": rows,
        "of_b1": found["territories_of_b1"],
        "of_b1_stored": there["of_b1"],
        "painted": "yes" if found["painted"] else "no",
    }
    for page, text in TEXTS.items():
        (ROOT / page).write_text(text.format(**facts), encoding="utf-8")
    same = all(count == there[name] for name, count in found["features"].items())
    if not (same and found["painted"] and found["territories_of_b1"] == there["of_b1"]):
        sys.exit("QGIS did not read what the store holds: see docs/clients.md")


if __name__ == "__main__":
    main()
