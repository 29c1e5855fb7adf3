"""One module a user verb: read, compute, write."""
