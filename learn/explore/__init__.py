"""What a page, a notebook or a command shows: pure functions from Datasets and Runs to tables and figures."""
