"""The options that name a geocoder of the bank; nothing is asked without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gridgeo.errors import InvalidInputError

if TYPE_CHECKING:
    from gridgeo.sources.providers import Provider

ProviderOption = Annotated[
    str | None,
    typer.Option("--provider", help="Ask a geocoder of the bank for what is not found: nominatim, photon, pelias."),
]
ProviderUrlOption = Annotated[
    str | None, typer.Option("--provider-url", metavar="URL", help="Where it is: http(s)://HOST[:PORT][/PATH].")
]
ProviderTimeoutOption = Annotated[float, typer.Option("--provider-timeout", help="Seconds to wait for one answer.")]
ProviderRateOption = Annotated[float, typer.Option("--provider-rate", help="Most questions in a second.")]
ProviderDatumOption = Annotated[str, typer.Option("--provider-datum", help="Datum of its positions.")]


def provider_from(kind: str | None, url: str | None, timeout_s: float, per_s: float, datum: str) -> Provider | None:
    """Return the provider that was named, None for none; one without the other is refused."""
    if kind is None and url is None:
        return None
    if kind is None or url is None:
        raise InvalidInputError("a provider takes both --provider and --provider-url")
    from gridgeo.sources.providers import Provider

    return Provider(kind, url, timeout_s, per_s, datum)  # type: ignore[arg-type] # checked there
