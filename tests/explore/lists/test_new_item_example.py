"""The new product that Cold start begins with on the demo is understood, and somebody would meet it."""

import pytest

from learn.cex.llm import load_llm
from learn.data.stored import open_dataset
from learn.explore.catalogue import read_catalogue
from learn.explore.lists import likeness, newcomer
from learn.explore.lists.new_item import EXAMPLES
from learn.runs.new_items import embed_items, reading_settings
from learn.runs.recommender import Recommender
from learn.runs.stored import find_runs
from learn.workspace import Workspace

DATASET = "completejourney"


@pytest.mark.slow
def test_the_first_example_is_understood_and_somebody_meets_it(tmp_path):
    place, item = Workspace(tmp_path), EXAMPLES[DATASET]
    dataset = open_dataset(place, DATASET)
    runs = [run for run in find_runs(place, dataset).usable if run.name.startswith("learn-")]
    opened = {run.name: Recommender(run, dataset) for run in runs}
    cex = reading_settings(runs[0])
    content = embed_items(item.table(), load_llm(cex, place.models), cex)
    items = dataset.items
    assert not (items["title"] == item.title).any() and (items["category"] == item.category).any()
    assert (items["brand"] == item.brand).any()

    reader = opened["learn-a"]
    vectors, vector = likeness.read_directions(reader), likeness.read_directions(reader, content)[0]
    of_kind = likeness.same_category(vectors, vector, items["category"].to_numpy(), item.category)
    cosine = likeness.nearest_cosine(vectors, vector)
    assert of_kind == likeness.AMONG and not likeness.catalogue_likeness(vectors).is_unlike(cosine, of_kind)

    catalogue, kind = read_catalogue(dataset), item.category.split(" > ")[-1]
    history, warm = dataset.split.history("test"), dataset.split.training_counts() > 0
    for one in opened.values():
        found = newcomer.answer(one, one.embed_new_items(content)[0], history, warm, 4, 4)
        assert newcomer.taken_for(found.beside, catalogue) == kind
        assert found.audience.seen_by(newcomer.FIRST) > 0  # somebody has it among their first hundred
