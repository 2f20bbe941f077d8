"""The Recommendations page: lists, hits, filters, links, and hostile or unknown input."""

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from app.components.bench_lists import short_label
from app.shared import bench_settings, links, theme
from app.shared.pickers import to_show_first
from learn.data.dataset import Dataset
from learn.data.stored import open_dataset
from learn.explore.catalogue import read_catalogue, told_title
from learn.explore.lists import user_lists
from learn.explore.lists.bestsellers import bestsellers, in_words
from learn.explore.lists.terms import Weights, terms_of_user, weighted_list
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from tests import synthetic
from tests.app.bench_lists import FULL, item_rows, listed
from tests.app.conftest import texts


def by_name(data):
    return {column["name"]: column | {"rows": item_rows(data, column["name"])} for column in data["columns"]}


def test_every_variant_has_a_full_list_with_true_hits(workspace, open_page, benches):
    open_page("recommendations", user="u07")
    dataset, columns = Dataset.load(workspace.dataset(synthetic.NAME)), by_name(benches[-1])
    assert list(columns) == ["learn-a", "learn-b", "learn-c", "popularity"]
    split = synthetic.synthetic_split(dataset)
    user = list(dataset.user_ids).index("u07")
    history = {dataset.item_ids[i] for i in split.history("test")[user]}
    later = {dataset.item_ids[i] for i in split.target("test")[user]} - history
    for column in columns.values():
        assert len(column["rows"]) == 10
        items = [row["item"] for row in column["rows"]]
        assert not set(items) & history
        assert [row["hit"] for row in column["rows"]] == [item in later for item in items]
        assert column["of"] == len(later) and benches[-1]["hit_words"] == "new products that they bought later"
    assert columns["popularity"]["terms"] is None and benches[-1]["still"].startswith("A stored list")
    assert columns["popularity"]["about"] == "The most bought items, the same for everybody"
    assert columns["learn-a"]["source"] == "" and columns["learn-a"]["terms"] is not None


def test_what_they_bought_most_stands_above_the_lists_and_what_lists_hold_is_said(workspace, open_page, benches):
    page = open_page("recommendations", user="u07")
    dataset = Dataset.load(workspace.dataset(synthetic.NAME))
    history, catalogue = synthetic.synthetic_split(dataset).history("test")[7], read_catalogue(dataset)
    assert theme.plain(user_lists.most_in_words(history, catalogue)) in texts(page)
    first = user_lists.most_bought(history)[0][0]
    assert theme.plain(told_title(catalogue, first)) in page.expander[0].label
    assert benches[-1]["hold"] == "Only products new to them" and "why?" in benches[-1]["hint"]
    open_page("recommendations", user="u07", new="false")
    assert benches[-1]["hold"] == "Products bought before may be in these lists"


def test_what_towers_are_to_be_seen_against_is_among_the_lists_that_are_shown_first():
    def run(name, kind, validation, variant=""):
        return SimpleNamespace(name=name, info=SimpleNamespace(kind=kind, validation=validation, variant=variant))

    towers = [run(name, "learn", 0.5) for name in "abcd"]
    others = [run("popularity", "reference", 0.1), run("svd", "reference", 0.3), run("blend", "blend", 0.2)]
    assert to_show_first([*towers, *others]) == ["a", "b", "c", "svd"]
    assert to_show_first([*towers, run("x", "reference", None)]) == list("abcd")
    assert to_show_first([*towers[:2], *others]) == ["a", "b", "popularity", "svd"]
    assert to_show_first([]) == []
    untrained = run("without-align", "learn", 0.1, "without-align")
    assert to_show_first([*towers[:3], untrained, *others]) == ["a", "b", "c", "svd", "without-align"]
    assert to_show_first([*towers[:2], untrained, *others]) == ["a", "b", "svd", "without-align"]
    assert to_show_first([*towers, untrained]) == ["a", "b", "c", "without-align"]
    assert to_show_first([untrained, *others[:1]]) == ["popularity", "without-align"]


def test_what_adds_up_a_tower_and_counts_is_not_called_by_the_tower_alone():
    assert short_label("(b) sequence to item") == "(b)" and short_label("SVD") == "SVD"
    for label in ("(b) + counts", "(b) sequence to item and SVD"):
        assert short_label(label) == label


def test_bestsellers_are_marked_as_the_library_counts_them(workspace, open_page, benches):
    open_page("recommendations", user="u07", k="20")
    dataset, data = Dataset.load(workspace.dataset(synthetic.NAME)), benches[-1]
    wanted = bestsellers(synthetic.synthetic_split(dataset).training_counts())
    marks = dict(zip(data["items"]["id"], data["items"]["best"], strict=True))
    assert data["told"]["bestsellers"] == in_words(wanted) and sum(marks.values()) > 0
    assert all(wanted[list(dataset.item_ids).index(item)] == mark for item, mark in marks.items())


def test_variants_are_called_by_what_the_lists_call_them(workspace, open_page, benches):
    picker = open_page("recommendations", user="u07").multiselect(key="runs_choice")
    assert picker.options == [column["label"] for column in benches[-1]["columns"]]
    assert picker.value == ["learn-a", "learn-b", "learn-c", "popularity"]
    assert "Run `learn-b`: PAL reads each later item by itself." in picker.help


def test_the_purchases_say_how_many_items_a_hit_could_be(workspace, open_page, benches):
    page = open_page("recommendations", user="u07")
    split = synthetic.synthetic_split(Dataset.load(workspace.dataset(synthetic.NAME)))
    later, history = split.target("test")[7], split.history("test")[7]
    assert 0 < len(set(later) - set(history)) < len(later)
    words = (
        f"{len(later)} later, of {len(set(later))} different items, of which {len(set(later) - set(history))} are new"
    )
    assert words in texts(page)
    assert f"{len(history)} purchases of {len(set(history))} items" in page.expander[0].label


def test_cold_start_items_carry_their_badge(workspace, open_page, benches):
    open_page("recommendations", user="u05", k="50", new="false")
    cold = {f"i{i}" for i in range(synthetic.N_ITEMS - synthetic.N_COLD, synthetic.N_ITEMS)}
    rows = by_name(benches[-1])["learn-a"]["rows"]
    assert {row["item"] for row in rows if row["cold"]} == cold & {row["item"] for row in rows}
    assert any(row["cold"] for row in rows)


def test_a_link_opens_the_same_view(workspace, open_page, benches):
    query = {"dataset": "synthetic", "user": "u11", "runs": ["learn-b", "popularity"], "k": "5", "new": "false"}
    page = open_page("recommendations", **query, category=["Tea"], **{"from": "2.0"})
    columns = by_name(benches[-1])
    assert list(columns) == ["learn-b", "popularity"] and page.selectbox(key="user_choice").value == "u11"
    for column in columns.values():
        assert 0 < len(column["rows"]) <= 5
        for row in column["rows"]:
            assert row["category"] == "Tea" and float(row["price"]) >= 2
    assert len(columns["learn-b"]["rows"]) == 5
    assert "that pass the filters" in benches[-1]["hit_words"]


def test_filtering_keeps_the_lists_full(workspace, open_page, benches):
    page = open_page("recommendations", user="u03", k="5")
    page.multiselect(key="category_choice").select("Soap").run()
    assert not page.exception
    rows = by_name(benches[-1])["learn-c"]["rows"]
    assert len(rows) == 5 and {row["category"] for row in rows} == {"Soap"}


def test_an_unknown_user_in_the_link_is_named_and_nothing_is_shown(workspace, open_page, benches):
    page = open_page("recommendations", user="**nobody**")
    assert "There is no user" in page.warning[0].value and "\\*\\*nobody" in page.warning[0].value
    assert not benches


def test_an_unknown_run_in_the_link_does_no_harm(workspace, open_page, benches):
    open_page("recommendations", user="u01", runs=["learn-a", "learn-z"])
    assert "learn-a" in by_name(benches[-1])


def test_random_user_is_one_of_the_chosen_slice(workspace, open_page, benches):
    page = open_page("recommendations")
    page.button[0].click().run()
    assert not page.exception
    assert page.selectbox(key="user_choice").value in {f"u{i:02d}" for i in range(40)}


def test_choosing_a_slice_moves_to_a_user_of_it(workspace, open_page, benches):
    page = open_page("recommendations", user="u01")
    page.selectbox(key="slice_choice").select("long-tail").run()
    dataset = Dataset.load(workspace.dataset(synthetic.NAME))
    lengths = synthetic.synthetic_split(dataset).history("test").lengths
    user = list(dataset.user_ids).index(page.selectbox(key="user_choice").value)
    assert lengths[user] <= np.quantile(lengths, 0.35)


def test_titles_stay_text(workspace, open_page, benches):
    page = open_page("recommendations", user="u01", k="50", new="false")
    titles = {row["title"] for row in by_name(benches[-1])["popularity"]["rows"]}
    assert synthetic.SCRIPT_TITLE in titles
    assert synthetic.SCRIPT_TITLE not in texts(page)


def test_a_run_with_damaged_vectors_is_reported_beside_the_others(workspace, open_page, benches):
    (workspace.run(synthetic.NAME, "learn-a") / "item_vectors.safetensors").write_bytes(b"broken")
    page = open_page("recommendations", user="u02")
    assert "damaged" in page.error[0].value
    assert list(by_name(benches[-1])) == ["learn-b", "learn-c", "popularity"]


def test_an_empty_workspace_says_which_command_to_run(empty_workspace, open_page, benches):
    page = open_page("recommendations")
    assert page.code[0].value == "learn demo" and not benches


def by_the_library(workspace, name, user, weights, k, unseen=True):
    dataset = open_dataset(workspace, synthetic.NAME)
    one = Recommender(Run(workspace.run(synthetic.NAME, name)), dataset)
    allowed = np.ones(dataset.n_items, dtype=bool)
    index = list(dataset.user_ids).index(user)
    if unseen:
        allowed[one.history[index]] = False
    found = weighted_list(terms_of_user(one, index), Weights.of(weights), k, allowed)
    return [dataset.item_ids[item] for item in found.items], found.scores.tolist()


@pytest.mark.parametrize("name", ["learn-a", "learn-b", "learn-c", "without-align"])
@pytest.mark.parametrize("unseen", [True, False])
def test_what_the_browser_is_given_makes_the_librarys_lists(trained_workspace, open_page, benches, name, unseen):
    open_page("recommendations", user="u07", k="20", runs=[name], new=str(unseen).lower())
    for similarity, popularity, again in ((1, 1, 1), (1, 0, 1), (0.35, 1, 0), (0, 1, 0.05), (0, 0, 0), (0.05, 0.05, 1)):
        weights = {"similarity": similarity, "popularity_bias": popularity, "repeat_bias": again}
        items, scores = by_the_library(trained_workspace, name, "u07", weights, 20, unseen)
        assert [row["item"] for row in item_rows(benches[-1], name, weights)] == items, weights
        assert [score for _, score in listed(benches[-1], weights)[name]] == scores


def test_weights_of_the_link_are_shown_and_what_is_none_is_named(workspace, open_page, benches):
    page = open_page("recommendations", user="u07", pop="0.25", sim="7", again="", differ="maybe")
    settings = benches[-1]["settings"]
    assert settings["weights"] == FULL | {"popularity_bias": 0.25} and settings["differ"] is False
    said = texts(page)
    assert "sim=7" in said and "again=" in said and "differ=maybe" in said


def test_what_the_browser_says_goes_into_the_link_in_one_step(workspace, open_page, monkeypatch):
    told = {"weights": FULL | {"popularity_bias": 0.4}, "differ": True, "token": "t"}
    monkeypatch.setattr(st, "session_state", {"bench": {"settings": told}})
    written = []
    monkeypatch.setattr(bench_settings, "write", written.append)
    bench_settings.heard("bench")
    assert written == [{"sim": None, "pop": "0.4", "again": None, "differ": "true"}]
    assert bench_settings.as_data(Weights(), False, "bench")["token"] == "t"


def test_lists_without_terms_have_no_sliders(workspace, open_page, benches):
    open_page("recommendations", user="u07", runs=["popularity"])
    assert benches[-1]["terms"] == []
    open_page("recommendations", user="u07", runs=["popularity", "learn-a"])
    off = {term["code"]: term["why_not"] for term in benches[-1]["terms"]}
    assert off["similarity"] == "" and "bought before" in off["repeat_bias"]


def test_rows_lead_to_the_same_pages_as_their_links_do(workspace, open_page, benches):
    open_page("recommendations", user="u07")
    dataset = Dataset.load(workspace.dataset(synthetic.NAME))
    for item in (0, 17):
        wanted = [link["href"] for link in links.of_item(dataset, item, "u07")]
        assert [one["href"].replace("{item}", dataset.item_ids[item]) for one in benches[-1]["links"]] == wanted
