"""Doubtful locations: which they are, worst first, what people decide about them, and what the next run makes of it."""
