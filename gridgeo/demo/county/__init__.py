"""The fictional county: towns, villages, streets, households, shops, addresses, and the truth about them."""

from gridgeo.demo.county.part import Truths
from gridgeo.demo.county.spec import COUNTY, CountySpec
from gridgeo.demo.county.whole import County, county_of

__all__ = ["COUNTY", "County", "CountySpec", "Truths", "county_of"]
