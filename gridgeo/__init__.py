"""Grid mapping and territory planning for bank branches on H3 cells."""

__version__ = "0.1.0"
