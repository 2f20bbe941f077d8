"""One synthetic dataset and workspace for all tests of learn/explore, which only read them."""

import pytest

from learn.data.history_target import Phase
from learn.explore.catalogue import read_catalogue
from learn.explore.live import open_live
from learn.explore.vectors import is_live
from learn.training.run import Run
from tests import synthetic, trained


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


@pytest.fixture(scope="session")
def trained_workspace(tmp_path_factory):
    return trained.make_trained_workspace(tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="session")
def lives(trained_workspace, dataset):
    """Run name -> LiveRun, of every variant."""
    runs = [Run(path) for path in trained_workspace.run_paths(dataset.name)]
    return {run.name: open_live(run, trained_workspace, dataset) for run in runs if is_live(run)}
