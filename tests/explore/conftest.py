"""One synthetic dataset and workspace for all tests of learn/explore, which only read them."""

import pytest

from learn.data.history_target import Phase
from learn.explore.catalogue import read_catalogue
from tests import synthetic


@pytest.fixture(scope="session")
def workspace(tmp_path_factory):
    return synthetic.make_synthetic_workspace(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="session")
def dataset():
    return synthetic.make_synthetic_dataset()


@pytest.fixture(scope="session")
def split(dataset):
    return synthetic.synthetic_split(dataset)


@pytest.fixture(scope="session")
def catalogue(dataset):
    return read_catalogue(dataset)


@pytest.fixture(scope="session")
def phases(split):
    return split.history(Phase.TEST), split.target(Phase.TEST)
