"""Figures of the tables that the other packages of `learn.explore` make."""
