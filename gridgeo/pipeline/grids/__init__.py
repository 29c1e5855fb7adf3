"""Area grids of branches: proposed, edited by operations over a log, read, exported, and the card of each."""
