"""Tables of interactions larger than memory, read through DuckDB: the same checks, report and stored dataset."""
