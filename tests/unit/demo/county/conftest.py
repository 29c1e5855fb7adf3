"""A small county, made once, and its parts."""

from __future__ import annotations

import pytest

from gridgeo.demo.county import County, CountySpec, county_of


@pytest.fixture(scope="session")
def county() -> County:
    return county_of(CountySpec(6_000, seed=3))
