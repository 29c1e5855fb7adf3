"""Territories as scenarios: drafted, compared, approved by a second person, published, handed over."""
