"""The Recommendations page: lists, hits, filters, links, and hostile or unknown input."""

import numpy as np

from learn.data.dataset import Dataset
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
        assert column["of"] == len(later) and benches[-1]["hit_words"] == "new later items"
    assert "stored top" in columns["popularity"]["source"] and columns["popularity"]["terms"] is None
    assert columns["learn-a"]["source"] == "" and columns["learn-a"]["terms"] is not None


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
