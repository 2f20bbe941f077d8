"""From a file of vectors by the commands to every page; what needs somebody who reads says that nobody does."""

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from learn.cex.store import stored_content
from learn.cli.commands import app
from learn.data.stored import open_dataset
from learn.explore.maps.spaces import find_spaces
from learn.runs.run import Run
from learn.workspace import Workspace
from tests import synthetic
from tests.app.conftest import _use, texts
from tests.app.maps_fixtures import with_maps

NOBODY = "nothing here can read a new text"


def run(*words):
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """(workspace, vectors, what the commands said) of the synthetic dataset, whose categories the vectors know."""
    root = tmp_path_factory.mktemp("own")
    place = Workspace(root / "w")
    dataset = synthetic.make_synthetic_dataset()
    dataset.save(place.dataset(dataset.name))
    rng = np.random.default_rng(0)
    vectors = rng.normal(0, 0.3, (dataset.n_items, 8)).astype(np.float32)
    vectors[np.arange(dataset.n_items), np.arange(dataset.n_items) % 6] += 1
    table = pd.DataFrame({"item_id": [*dataset.item_ids[::-1], "gone"], "vector": [*vectors[::-1], vectors[0]]})
    table.to_parquet(root / "vectors.parquet")
    options = ("--vectors", root / "vectors.parquet", "--preset", "tiny", "--workspace", place.root)
    said = run("extract", dataset.name, *options), run("train", dataset.name, "--tower", "b", *options)
    return place, vectors, said, root / "vectors.parquet"


@pytest.fixture
def place(made, tmp_path, monkeypatch):
    _use(made[0].root, tmp_path, monkeypatch)
    return made[0]


def test_the_commands_say_what_they_took(made):
    place, vectors, (extracted, trained), file = made
    assert f"Took the vectors of {len(vectors)} items from {file}, 8 dimensions." in extracted
    assert f"Note: {file} has vectors of 1 other items too" in extracted
    assert f"Next: learn train {synthetic.NAME} --vectors {file}" in extracted
    assert "learn-b" in trained
    run_b = Run(place.run(synthetic.NAME, "learn-b"))
    dataset = open_dataset(place, synthetic.NAME)
    assert stored_content(place, dataset, str(run_b.info.content_key)).tobytes() == vectors.tobytes()
    assert list((place.content(synthetic.NAME)).iterdir()) == [place.content(synthetic.NAME) / run_b.info.content_key]


@pytest.mark.parametrize("page", ["recommendations", "new_user", "overview", "compare", "why", "cold_start"])
def test_pages_open(page, place, open_page):
    opened = open_page(page)
    assert not opened.error, [one.value for one in opened.error]


def test_the_file_is_not_needed_once_it_was_taken(place, made, open_page):
    made[3].rename(made[3].with_suffix(".away"))
    try:
        assert not open_page("recommendations").error
    finally:
        made[3].with_suffix(".away").rename(made[3])


def test_a_typed_item_is_told_that_nobody_reads(place, open_page):
    page = open_page("cold_start", what="new", new_title="Green tea")
    assert NOBODY in texts(page)


def test_the_atlas_shows_the_vectors_and_its_search_by_meaning_says_that_nobody_reads(place, open_page):
    with_maps(place)
    spaces = find_spaces([Run(place.run(synthetic.NAME, "learn-b"))])
    assert spaces[0].label == "Your vectors"
    page = open_page("atlas")
    assert not page.error, [one.value for one in page.error]
    page.session_state["atlas_meaning"] = "green tea"
    page.run()
    assert not page.exception and NOBODY in page.error[0].value


def test_the_library_reads_no_new_text_for_it_and_answers_all_else(place):
    from learn.errors import LearnError
    from learn.runs.new_items import read_new_items

    one = Run(place.run(synthetic.NAME, "learn-b"))
    with pytest.raises(LearnError, match=NOBODY):
        read_new_items(one, pd.DataFrame({"title": ["Green tea"]}))
    assert len(one.recommend(["u00"], k=5)) == 5
