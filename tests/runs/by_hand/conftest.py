"""The world that can be worked out by hand, for every test here."""

from tests.world import everything, split, world

__all__ = ["everything", "split", "world"]
