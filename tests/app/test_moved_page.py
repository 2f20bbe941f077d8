"""The What moved page: its numbers are learn/explore's."""

import numpy as np
import pytest

from learn.data.dataset import Dataset
from learn.explore.catalogue import read_catalogue
from learn.explore.maps import moved
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.spaces import find_spaces, space_vectors
from learn.runs.run import Run
from tests import synthetic
from tests.app.conftest import texts


@pytest.fixture
def expected(workspace):
    """expected(before, after, k) -> the table of learn/explore."""
    dataset = Dataset.load(workspace.dataset(synthetic.NAME))
    spaces = {space.name: space for space in find_spaces([Run(p) for p in workspace.run_paths(synthetic.NAME)])}
    counts = synthetic.synthetic_split(dataset).training_counts()

    def table(before, after, k):
        near = [nearest(space_vectors(spaces[name], dataset), k)[0] for name in (before, after)]
        return moved.moved_items(*near, np.arange(60), read_catalogue(dataset), counts)

    return table


def test_tiles_and_tables_equal_the_functions(workspace, open_page, expected):
    page = open_page("moved", before="learn-a", after="learn-c", nearest="5")
    table = expected("learn-a", "learn-c", 5)
    values = {metric.label: metric.value for metric in page.metric}
    assert values["Mean overlap"] == f"{table['overlap'].mean():.2f}"
    assert values["Kept, on average"] == f"{table['shared'].mean():.1f} of 5"
    assert values["Entirely new neighbours"] == f"{(table['shared'] == 0).mean():.1%}"
    most, least = (element.value for element in page.dataframe)
    assert most["item"].tolist() == moved.most_changed(table)["title"].tolist()
    np.testing.assert_array_equal(least["kept"], moved.least_changed(table)["shared"])


def test_the_example_is_told_in_words(workspace, open_page):
    page = open_page("moved", before="learn-a", after="learn-c")
    assert "**For example**" in texts(page) and "Of its 10 nearest neighbours" in texts(page)
    assert synthetic.SCRIPT_TITLE not in texts(page)


def test_a_space_with_itself_is_not_compared(workspace, open_page):
    page = open_page("moved", before="learn-b", after="learn-b")
    assert page.info[0].value == "Choose two different spaces." and not page.dataframe


def test_an_unknown_space_in_the_link_is_named(workspace, open_page):
    assert "learn-z" in texts(open_page("moved", before="learn-z"))


def test_an_empty_workspace_says_which_command_to_run(empty_workspace, open_page):
    assert open_page("moved").code[0].value == "learn demo"
