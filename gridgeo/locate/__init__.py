"""Offline structured geocoding: parsing, gazetteer, matching, confidence, shares over cells."""
