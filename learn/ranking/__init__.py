"""LEARN in the ranking stage (SPEC, section 6): what its vectors add to a ranker that has ordinary features."""
