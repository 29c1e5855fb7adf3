"""Feature grids over the area grids: industry grids, cohort grids, target groups."""
