"""Distances between points as polars expressions; exact enough below a few hundred kilometres."""

from __future__ import annotations

import polars as pl

METRES_PER_DEGREE = 111_194.9


def metres(lng: pl.Expr, lat: pl.Expr, other_lng: pl.Expr, other_lat: pl.Expr) -> pl.Expr:
    """Distance in metres on the plane that touches the sphere at the mean latitude."""
    east = (lng - other_lng) * ((lat + other_lat) / 2).radians().cos()
    return (east.pow(2) + (lat - other_lat).pow(2)).sqrt() * METRES_PER_DEGREE
