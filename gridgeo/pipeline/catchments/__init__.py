"""Catchments of branches: stated, drawn, settled, drawn again, looked at."""
