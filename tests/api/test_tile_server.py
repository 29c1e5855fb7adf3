"""The bank's tile server reaches the page of whoever is signed in, and opens the policy for its pictures alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.settings import Settings, tile_server

from .conftest import Client, Start

KEYED = "http://tiles.bank.example:8080/map/{z}/{x}/{y}.png?key=bank-key"


@pytest.fixture
def described(tmp_path: Path) -> str:
    """A file that describes a tile server."""
    file = tmp_path / "tiles.toml"
    file.write_text(f'url = "{KEYED}"\ndatum = "gcj02"\napproval_number = "GS(2024)0000号"\n', encoding="utf-8")
    return str(file)


def policy(client: Client) -> dict[str, str]:
    """Return the content security policy, directive -> sources."""
    said = client.get("/health").headers["content-security-policy"].split("; ")
    return {name: sources for name, _, sources in (each.partition(" ") for each in said)}


def test_the_session_tells_the_tile_server_to_who_is_signed_in(start: Start, described: str) -> None:
    client = start(tile_server=described)
    stranger = client.get("/api/v1/session")
    assert stranger.status_code == 401
    client.login()
    found = client.get("/api/v1/session").json()
    assert found["tile_server"]["url"] == KEYED
    assert (found["tile_server"]["datum"], found["house_datum"]) == ("gcj02", "wgs84")
    assert found["tile_server"]["approval_number"] == "GS(2024)0000号"
    # what nobody signed in can read holds the host and not the key
    assert "bank-key" not in stranger.text + str(client.stranger().get("/health").headers)


def test_the_policy_lets_in_pictures_of_that_server_and_nothing_else(
    client: Client, start: Start, described: str
) -> None:
    without, opened = policy(client), policy(start(tile_server=described))
    assert opened["img-src"] == without["img-src"] + " http://tiles.bank.example:8080"
    assert {name for name in opened if opened[name] != without.get(name)} == {"img-src"}


def test_without_the_setting_there_is_none(client: Client) -> None:
    assert client.get("/api/v1/session").json()["tile_server"] is None


def test_a_description_that_does_not_fit_stops_the_service_at_its_start(start: Start, described: str) -> None:
    Path(described).write_text('url = "tiles"\ndatum = "gcj02"\n', encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"GRIDGEO_TILE_SERVER: url in .* must be one address such as https://"):
        start(tile_server=described)


def test_a_page_under_https_takes_no_tiles_without(described: str) -> None:
    given = {"mode": "server", "tile_server": described}
    with pytest.raises(InvalidInputError, match="must begin with https as"):
        tile_server(Settings(public_url="https://grid.bank.example", **given))
    assert tile_server(Settings(public_url="http://127.0.0.1:8321", **given)) is not None
