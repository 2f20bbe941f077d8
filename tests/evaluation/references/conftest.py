"""The world that can be worked out by hand, and the synthetic dataset's split."""

import pytest

from tests import synthetic
from tests.world import split, world

__all__ = ["split", "synthetic_split", "world"]


@pytest.fixture(scope="session")
def synthetic_split():
    return synthetic.synthetic_split(synthetic.make_synthetic_dataset())
