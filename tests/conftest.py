"""For all tests: none asserts a time, so hypothesis has no deadline; one tiny LLM and one tiny encoder; one synthetic
dataset and workspace, which tests only read."""

import shutil
import sys

import pytest
from hypothesis import settings

from learn.data.completejourney import load_completejourney
from learn.data.splits import Phase
from learn.explore.catalogue import read_catalogue
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from learn.runs.vectors import embeds
from learn.workspace import Workspace
from tests import synthetic, trained
from tests.fake_llm import make_tiny_encoder, make_tiny_llm

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
MAIN = sys.modules["__main__"]


@pytest.fixture(autouse=True)
def own_main():
    """Streamlit leaves the page that it ran as ``__main__``; a process that is started later would run that first."""
    yield
    sys.modules["__main__"] = MAIN


@pytest.fixture(scope="session")
def llm_folder(tmp_path_factory):
    return make_tiny_llm(tmp_path_factory.mktemp("llm"))


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory):
    return make_tiny_encoder(tmp_path_factory.mktemp("encoder"))


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
def trained_once(tmp_path_factory):
    """Trained once a session, and never used itself: whoever wants it has a copy (`tests.trained.copy_of`)."""
    return trained.make_trained_workspace(tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="session")
def trained_workspace(trained_once, tmp_path_factory):
    return trained.copy_of(trained_once, tmp_path_factory.mktemp("copy") / "trained")


@pytest.fixture(scope="session")
def completejourney():
    """The embedded dataset, which tests only read."""
    return load_completejourney()


@pytest.fixture(scope="session")
def recommenders(trained_workspace, dataset):
    """Run name -> what answers for it, of every variant."""
    runs = [Run(path) for path in trained_workspace.run_paths(dataset.name)]
    return {run.name: Recommender(run, dataset) for run in runs if embeds(run)}


@pytest.fixture(scope="session")
def lora_recommender(tmp_path_factory, trained_workspace, dataset):
    """Of a Run whose PAL is the LLM's own layers; in a copy of the workspace, so that the other Runs stay alone."""
    copied = tmp_path_factory.mktemp("lora") / "workspace"
    shutil.copytree(trained_workspace.root, copied)
    return Recommender(trained.train_lora(Workspace(copied)), dataset)
