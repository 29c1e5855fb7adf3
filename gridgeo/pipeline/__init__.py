"""One module a user verb: read, compute, write; a subject with many verbs is a folder."""
