"""Figures of merit as people read them: overview, comparisons, the ranking stage."""
