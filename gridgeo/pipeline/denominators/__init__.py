"""People, households, businesses and further counts of a ground: their sources, and what each cell has of them."""
