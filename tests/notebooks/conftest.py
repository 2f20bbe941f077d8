"""The notebooks that there are, in reading order."""

import nbformat
import pytest

from notebooks.tools.execute import PATHS


def pytest_generate_tests(metafunc):
    if "path" in metafunc.fixturenames:
        metafunc.parametrize("path", PATHS, ids=lambda path: path.stem)


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


@pytest.fixture(scope="session")
def notebooks_workspace(tmp_path_factory):
    """A new folder that all notebooks share, so that the bundled LLM is converted once."""
    return tmp_path_factory.mktemp("notebooks")
