"""A typed client of the service for other programs.

>>> from gridgeo.client import Client
>>> with Client("https://gridgeo.bank.example", key="...") as bank:  # doctest: +SKIP
...     frame = bank.cells(branch_id="B1", measures=["people", "gap"]).to_polars()
"""

from gridgeo.client.api import Client
from gridgeo.client.cells import CellTable
from gridgeo.client.problems import (
    ApiConflictError,
    ApiError,
    ApiInputError,
    ApiNotAllowedError,
    ApiNotFoundError,
    ApiSignInError,
    ApiUnavailableError,
)

__all__ = [
    "ApiConflictError",
    "ApiError",
    "ApiInputError",
    "ApiNotAllowedError",
    "ApiNotFoundError",
    "ApiSignInError",
    "ApiUnavailableError",
    "CellTable",
    "Client",
]
