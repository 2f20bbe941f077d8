"""The Cold start page: the catalogue's cold items, the new-item box, files, and what is missing or wrong."""

import json
import shutil

import numpy as np
import pytest

from app.components import answers, maps
from app.components.bench_lists import short_label
from app.shared import theme
from learn.cex.llm import load_llm
from learn.data.stored import open_dataset
from learn.explore.catalogue import read_catalogue
from learn.explore.lists import cold_start, new_item, newcomer, newcomer_head, newcomer_words
from learn.explore.lists.audience import audience
from learn.explore.lists.likeness import like_in_text, read_directions
from learn.explore.lists.new_to_each import new_to_each
from learn.explore.lists.pushed_up import how_marked, pushed_up_by, rarer
from learn.explore.maps.spaces import find_spaces, new_item_directions, space_vectors
from learn.runs.new_items import embed_items, reading_settings
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from tests import synthetic
from tests.app.conftest import texts
from tests.app.maps_fixtures import unpack, with_maps
from tests.by_hand import forget_checksums

COLD = f"i{synthetic.N_ITEMS - 1}"


@pytest.fixture
def parts(trained_workspace):
    """(dataset, history, target, training counts, learn-b) as the functions see them."""
    dataset = open_dataset(trained_workspace, synthetic.NAME)
    split = dataset.split
    recommender = Recommender(Run(trained_workspace.run(synthetic.NAME, "learn-b")), dataset)
    return dataset, split.history("test"), split.target("test"), split.training_counts(), recommender


@pytest.fixture
def mounted_by_key(monkeypatch):
    """Key of a component of answers -> what it was given last."""
    calls = {}
    monkeypatch.setattr(answers, "_mount", lambda **arguments: calls.update({arguments["key"]: arguments}))
    return calls


def _runs(workspace):
    return [Run(path) for path in workspace.run_paths(synthetic.NAME)]


def column(mounted, key, name):
    return next(one for one in mounted[key]["data"]["columns"] if one["name"] == name)


def test_an_item_of_the_link_is_shown_with_the_functions_numbers(open_page, parts, mounted_by_key, trained_workspace):
    dataset, history, target, counts, recommender = parts
    page = open_page("cold_start", item=COLD)
    index = list(dataset.item_ids).index(COLD)
    found = newcomer.answer(recommender, recommender.items[index], history, counts > 0, 4, 4, index)
    card = column(mounted_by_key, "cold_start_answers", "learn-b")
    beside, people = card["parts"]
    assert [row["key"] for row in beside] == [dataset.item_ids[item] for item in found.beside.items]
    cosines = [f"{value:.2f}".replace("-", "−") for value in found.beside.scores]
    assert [row["about"].split("cosine ")[1] for row in beside] == cosines
    who = found.audience
    later = [index in target[user] for user in who.users]
    names = [f"User {dataset.user_ids[user]}" for user in who.users]
    assert [row["title"] for row in people] == [f"{name}{' ✓' * hit}" for name, hit in zip(names, later, strict=True)]
    assert [row["place"] for row in people] == [f"{rank:,}" for rank in who.ranks] and (np.diff(who.ranks) >= 0).all()
    assert [row["hit"] for row in people] == later
    assert bool(mounted_by_key["cold_start_answers"]["data"]["hit"]) == any(
        row["hit"] for one in mounted_by_key["cold_start_answers"]["data"]["columns"] for row in one["parts"][1]
    )
    like = like_in_text(read_directions(recommender), read_directions(recommender)[index])
    titles = read_catalogue(dataset).titles
    every = [
        items
        for one in (Recommender(run, dataset) for run in _runs(trained_workspace) if run.info.kind == "learn")
        for items in audience(one, one.items[index], history, 4, index).reasons
    ]
    marked = rarer(every, like)
    assert [row["detail"] for row in people] == [pushed_up_by(items, titles, like, marked) for items in who.reasons]
    assert mounted_by_key["cold_start_answers"]["data"]["note"].startswith(how_marked(every, [], like)[:-1])
    assert "item=" + COLD in people[0]["links"][1]["href"]
    assert people[0]["links"][0]["href"].startswith("recommendations?")
    bought = cold_start.buyers_ranks({"learn-b": recommender}, history, target, index)
    buyers = bought["user"].to_numpy()
    above = newcomer_head.head(who, new_to_each(history, dataset.n_items), bought["learn-b"].to_numpy(), buyers)
    figures = mounted_by_key["cold_start_answers_figures"]["data"]["figures"]
    at = 2 + figures["columns"].index("(b)")
    newcomer_answers = {
        short_label(one.run.info.label): newcomer.answer(one, one.items[index], history, counts > 0, 4, 4, index)
        for one in (Recommender(run, dataset) for run in _runs(trained_workspace) if run.info.kind == "learn")
    }
    rows = [(row[0], row[at], row[1]) for row in figures["rows"] if not row[0].startswith("recall")]
    assert figures["of"] == above.of and rows == list(above.rows)
    assert card["said"] == list(above.lines)
    assert all(len(row) == len(figures["columns"]) for row in figures["best"])
    kind = newcomer.taken_for(found.beside, read_catalogue(dataset))
    catalogue = read_catalogue(dataset)
    others = [kind not in (catalogue.finer[item], catalogue.categories[item]) for item in found.beside.items]
    assert [bool(row["detail"]) for row in beside] == others, "another category is named"
    assert card["names"][0].startswith("Most alike: ") and card["names"][0].endswith(f" of 4 {kind}")
    assert "[Show it on the maps](atlas?" in texts(page)
    assert "Recognised as " in texts(page) or "Taken for" in texts(page), "below the verdict"
    named = {one: newcomer_answers[one] for one in figures["columns"]}
    assert theme.plain(newcomer_words.verdict(named, new_to_each(history, dataset.n_items))) in texts(page)
    data = mounted_by_key["cold_start_answers"]["data"]
    assert data["said"].splitlines()[0].startswith("In a typical list ") or "Pushed up by" in data["said"]
    assert "LLM: " in data["said"] and "LLM: " not in texts(page), "what words mean is folded"
    said = texts(page).replace("\\", "")
    assert "people with a history; " in said and "Fewer than 30: a hint, no proof" in said
    assert not page.error and not page.warning


def test_without_a_link_the_most_bought_item_is_shown_that_a_trained_variant_shows(
    open_page, parts, mounted_by_key, trained_workspace
):
    page = open_page("cold_start")
    table = cold_start.cold_items(parts[3], parts[2], read_catalogue(parts[0]))
    lists = [run.recommendations for run in _runs(trained_workspace) if run.info.variant in ("a", "b", "c")]
    ids = parts[0].item_ids[table["index"]].tolist()
    assert page.selectbox(key="item_choice").value == cold_start.first_to_show(ids, lists)
    assert len(mounted_by_key["cold_start_answers"]["data"]["columns"]) == 4


@pytest.mark.parametrize(("item", "words"), [("i07", "no never-bought item"), ("**x**", "not in this catalogue")])
def test_another_item_in_the_link_is_named(trained_workspace, open_page, mounted_by_key, item, words):
    page = open_page("cold_start", item=item)
    assert words in page.warning[0].value and "**x**" not in page.warning[0].value


def test_random_item_is_a_cold_one(trained_workspace, open_page, mounted_by_key, parts):
    page = open_page("cold_start")
    page.button[0].click().run()
    index = list(parts[0].item_ids).index(page.selectbox(key="item_choice").value)
    assert not page.exception and parts[3][index] == 0


def test_a_typed_item_gets_the_functions_answers(open_page, parts, mounted_by_key, trained_workspace):
    dataset, history, _, counts, recommender = parts
    page = open_page("cold_start", what="new", new_title="Green tea <b>", new_category="Tea > Green", new_price="2.5")
    items = new_item.make_item("Green tea <b>", "Tea > Green", "", 2.5)
    assert 'Item title is "Green tea <b>".' in page.code[-1].value and 'The price is "2.50".' in page.code[-1].value
    cex = reading_settings(recommender.run)
    vector = recommender.embed_new_items(embed_items(items, load_llm(cex, trained_workspace.models), cex))[0]
    found = newcomer.answer(recommender, vector, history, counts > 0, 4, 4)
    beside, people = column(mounted_by_key, "new_item_answers", "learn-b")["parts"]
    figures = mounted_by_key["new_item_answers_figures"]["data"]["figures"]["rows"]
    assert figures and not any("buyer" in row[0] for row in figures), "nobody can have bought it"
    assert [row["key"] for row in beside] == [dataset.item_ids[item] for item in found.beside.items]
    assert [row["title"] for row in people] == [f"User {dataset.user_ids[user]}" for user in found.audience.users]
    assert all(len(row["links"]) == 1 for row in people)  # nobody can be asked why of an item without an id
    assert len(page.dataframe) == 1 and page.dataframe[0].value["part"].tolist().count("Green") == 1


def test_a_changed_word_says_what_it_changed(open_page, mounted_by_key, trained_workspace):
    was = json.dumps(["Black bread", "Bread", "", None])
    page = open_page("cold_start", what="new", new_title="Green tea", new_category="Tea > Green", was=was)
    assert "Before it read “Black bread, Bread”" in texts(page)
    cards = mounted_by_key["new_item_answers"]["data"]["columns"]
    assert any(row["sign"] == "new" for card in cards for row in card["parts"][0])
    page.text_input(key="new_title_choice").set_value("White tea").run()
    assert not page.exception and json.loads("".join(page.query_params["was"]))[0] == "Green tea"
    assert "Before it read “Green tea, Tea" in texts(page)


def test_a_category_that_nobody_has_names_the_nearest(open_page, mounted_by_key, trained_workspace):
    page = open_page("cold_start", what="new", new_title="Tea", new_category="Tea > Purple")
    assert "No item of the catalogue has the category" in texts(page)


def test_a_typed_item_has_its_place_on_every_map(open_page, parts, mounted_by_key, damageable_workspace, monkeypatch):
    drawn = with_maps(damageable_workspace)
    given = {}
    monkeypatch.setattr(maps, "_mount", lambda key, data, **more: given.update({key: data}))
    open_page("cold_start", what="new", new_title="Green tea", runs=["learn-a", "learn-b"])
    dataset, *_, recommender = parts
    cex = reading_settings(recommender.run)
    content = embed_items(new_item.make_item("Green tea"), load_llm(cex, damageable_workspace.models), cex)
    shown = given["new_item_maps"]
    spaces = {space.name: space for space in find_spaces([recommender.run])}
    spaces["LLM"] = next(one for one in find_spaces(_runs(damageable_workspace)) if one.is_content)
    assert (
        list(shown["newcomer"]["places"]) == [one["name"] for one in shown["spaces"]] == ["LLM", "learn-a", "learn-b"]
    )
    for name in ("LLM", "learn-b"):
        vector = new_item_directions(spaces[name], recommender, content)[0]
        placed = cold_start.place_new_item(drawn[name], space_vectors(spaces[name], dataset), vector)
        link = shown["links"][name]
        assert link["to"] == placed.points.tolist() and link["far"] == (~placed.near).tolist()
        assert link["note"].startswith(f"{placed.near.sum()} of its 10 nearest items are near the star")
        # On the canvas the place is to the points what it is on the map.
        header, arrays = unpack(given["new_item_maps_points"])
        xy = arrays[f"xy:{name}"].reshape(-1, 2).astype(float)
        scale = np.ptp(xy, axis=0) / np.ptp(drawn[name].plane, axis=0)
        expected = (placed.place - drawn[name].plane.min(axis=0)) * scale + xy.min(axis=0)
        np.testing.assert_allclose(shown["newcomer"]["places"][name], expected, atol=3)
        assert header["version"] == shown["version"]


def test_a_map_that_was_not_drawn_names_the_command(damageable_workspace, open_page, mounted_by_key):
    page = open_page("cold_start", what="new", new_title="Green tea")
    assert "No map has been drawn yet" in texts(page) and "learn map synthetic" in [one.value for one in page.code]
    assert mounted_by_key["new_item_answers"]  # the answers come all the same


def test_an_empty_box_says_what_to_type(trained_workspace, open_page, mounted_by_key):
    page = open_page("cold_start", what="new")
    assert "Type a title" in page.info[0].value and not mounted_by_key
    page.button[0].click().run()  # a real item, to be changed
    assert not page.exception and page.text_input(key="new_title_choice").value and "new_item_answers" in mounted_by_key


def test_a_run_of_the_llms_own_layers_answers_for_cold_and_typed_items(
    open_page, lora_workspace, mounted_by_key, dataset, phases
):
    recommender = Recommender(Run(lora_workspace.run(synthetic.NAME, "llm-lora")), dataset)
    page = open_page("cold_start", item=COLD, runs=["llm-lora"])
    index = list(dataset.item_ids).index(COLD)
    who = audience(recommender, recommender.items[index], phases[0], 4, index)
    people = column(mounted_by_key, "cold_start_answers", "llm-lora")["parts"][1]
    assert [row["title"].removesuffix(" ✓") for row in people] == [
        f"User {dataset.user_ids[user]}" for user in who.users
    ]
    assert any(len(items) for items in who.reasons)
    titles = read_catalogue(dataset).titles
    for row, items in zip(people, who.reasons, strict=True):
        assert all(titles[item] in row["detail"] for item in items[:2])
    typed = open_page("cold_start", what="new", new_title="Green tea", runs=["llm-lora"])
    assert len(column(mounted_by_key, "new_item_answers", "llm-lora")["parts"][1]) == 4
    assert not page.error and not typed.error


def test_a_missing_llm_says_what_to_do(damageable_workspace, open_page, mounted_by_key):
    for path in damageable_workspace.run_paths(synthetic.NAME):
        config = path / "config.json"
        if config.exists():
            text = config.read_text(encoding="utf-8")
            folder = Run(path).config.cex.llm
            forget_checksums(path)
            config.write_text(text.replace(folder, folder + "-gone"), encoding="utf-8")
    page = open_page("cold_start", what="new", new_title="Tea")
    assert len(page.error) == 1 and "no model folder" in page.error[0].value and "What to do" in page.error[0].value
    assert not mounted_by_key


def upload(page, name, text):
    page.file_uploader[0].set_value((name, text.encode(), "text/csv")).run()
    assert not page.exception, page.exception
    return page


def test_a_file_of_new_items_is_read_and_its_audiences_can_be_downloaded(trained_workspace, open_page, mounted_by_key):
    page = upload(
        open_page("cold_start", what="file"), "mine.csv", "title,price\nGreen tea,2\n<script>x</script>,free\n"
    )
    assert page.selectbox(key="cold_start_row").options == ["Green tea  (new-1)", "<script>x</script>  (new-2)"]
    assert "1 prices are no numbers" in texts(page)
    assert [len(one["parts"][1]) for one in mounted_by_key["file_item_answers"]["data"]["columns"]] == [4] * 4
    assert [button.label for button in page.get("download_button")][-1].startswith("All audiences")


def test_a_wrong_file_is_an_error_box(trained_workspace, open_page, mounted_by_key):
    page = upload(open_page("cold_start", what="file"), "mine.csv", "colour\nred\n")
    assert "mine.csv" in page.error[0].value and "What to do" in page.error[0].value and not mounted_by_key


def test_an_unknown_mode_in_the_link_is_named(trained_workspace, open_page, mounted_by_key):
    assert "elsewhere" in open_page("cold_start", what="elsewhere").warning[0].value


def test_runs_with_lists_only_say_how_to_train(damageable_workspace, open_page, mounted_by_key):
    for name in ("learn-a", "learn-b", "learn-c", "without-align"):
        shutil.rmtree(damageable_workspace.run(synthetic.NAME, name))
    page = open_page("cold_start")
    assert page.code[0].value == "learn train synthetic" and not mounted_by_key


def test_a_run_with_damaged_weights_is_reported_beside_the_others(damageable_workspace, open_page, mounted_by_key):
    (damageable_workspace.run(synthetic.NAME, "learn-a") / "weights.safetensors").write_bytes(b"broken")
    page = open_page("cold_start")
    assert "damaged" in page.error[0].value
    assert len(mounted_by_key["cold_start_answers"]["data"]["columns"]) == 3


def test_an_empty_workspace_says_which_command_to_run(empty_workspace, open_page):
    assert open_page("cold_start").code[0].value == "learn demo"


def test_the_text_that_the_model_reads_is_shown(open_page, parts, mounted_by_key):
    page = open_page("cold_start", item=COLD)
    title = parts[0].items["title"].iloc[synthetic.N_ITEMS - 1]
    assert f'Item title is "{title}".' in page.code[0].value
    assert np.isfinite(parts[0].items["price"].iloc[-1]) and "The price is" in page.code[0].value


def test_a_price_that_is_none_is_named_where_nothing_is_typed_too(open_page):
    page = open_page("cold_start", new_price="[a](javascript:b)")
    assert any("new\\_price" in box.value and "is not a number: left out" in box.value for box in page.warning)
    assert not open_page("cold_start", new_price="2.5").warning
