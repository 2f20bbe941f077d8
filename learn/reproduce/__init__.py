"""The paper's tables, rerun under several seeds with paired intervals."""
