"""New items: the box's vectors are the extractor's, files are checked, a missing LLM says what to type."""

import shutil

import numpy as np
import pandas as pd
import pytest

from learn.cex.extractor import content_embeddings
from learn.cex.llm import load_llm
from learn.config import CEXConfig
from learn.data import new_items
from learn.errors import LearnError
from learn.explore.lists import new_item as n
from learn.explore.lists.audience import first_users
from learn.files import read_json, write_json
from learn.progress import make_progress
from learn.runs.new_items import embed_items, reading_settings
from learn.runs.run import Run
from learn.workspace import Workspace
from tests import synthetic


@pytest.fixture(scope="module")
def run(trained_workspace):
    return Run(trained_workspace.run(synthetic.NAME, "learn-a"))


@pytest.fixture(scope="module")
def reader(run, trained_workspace):
    cex = reading_settings(run)
    return cex, load_llm(cex, trained_workspace.models)


def test_the_boxs_vectors_are_the_extractors(reader, dataset, trained_workspace, recommenders):
    cex, llm = reader
    read = content_embeddings(dataset, cex, trained_workspace, make_progress(silent=True))
    assert read.n_read == 0 and read.key == recommenders["learn-a"].run.info.content_key
    for place in (0, 3, 30):
        row = dataset.items.iloc[place]
        brand = "" if pd.isna(row["brand"]) else row["brand"]
        keywords = "" if pd.isna(row["keywords"]) else row["keywords"]
        items = n.make_item(row["title"], row["category"], brand, row["price"], keywords)
        np.testing.assert_allclose(embed_items(items, llm, cex)[0], read.vectors[place], rtol=1e-4, atol=1e-5)


def test_a_typed_item_is_cleaned_like_a_catalogues(reader):
    items = n.make_item("  <script>x</script>\u200b  🍎 ", "Fruit > Apples", "", 2.5)
    assert items["title"].tolist() == ["<script>x</script> 🍎"] and pd.isna(items["brand"][0])
    assert embed_items(items, reader[1], reader[0]).shape == (1, 32)


def test_a_field_that_nearly_all_items_have_is_missed(dataset):
    assert n.unusual_gaps(n.make_item("Tea"), dataset.items) == ["category", "price"]  # a fourth has no brand
    assert n.unusual_gaps(n.make_item("Tea", "Tea", "", 1.0), dataset.items) == []
    unpriced = dataset.items.copy()
    unpriced.loc[unpriced.index[: len(unpriced) // 2], "price"] = None
    assert n.unusual_gaps(n.make_item("Tea", "Tea"), unpriced) == []  # half of them have no such sentence
    assert n.unusual_gaps(n.make_item("Tea", "Tea"), unpriced.assign(usual_price=2.0)) == ["price"]


@pytest.mark.parametrize(
    ("values", "message"), [(("", " ", ""), "no text"), (("x", "", "", -1.0), "price -1.0 is none")]
)
def test_what_is_no_item_is_refused(values, message):
    with pytest.raises(LearnError, match=message):
        n.make_item(*values)


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read_with_other_names_and_without_ids(tmp_path):
    path = write(tmp_path / "x.csv", 'Name,Categories,price\n"Tea, green",Tea,"3,50"\nRye,Bread,free\n')
    items, notes = n.read_new_items(path)
    assert items["item_id"].tolist() == ["new-1", "new-2"] and items["title"].tolist() == ["Tea, green", "Rye"]
    assert items["price"][0] == 3.5 and pd.isna(items["price"][1])
    assert any("1 prices are no numbers" in note for note in notes)


def test_ids_of_a_file_are_kept_and_items_without_text_left_out(tmp_path):
    items, notes = n.read_new_items(write(tmp_path / "x.csv", "sku,title\n007,Tea\n008,\n"))
    assert items["item_id"].tolist() == ["007"] and any("1 items have no text" in note for note in notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "my.csv is empty"),
        ("title\n", "no rows"),
        ("title,title\na,b\n", "'title' twice"),
        ("colour\nred\n", "none of its 1 items has a text"),
        ("item_id,title\n1,a\n1,b\n", "given twice with different content"),
        ("title\n" + "x\n" * (new_items.MOST + 1), "more than 1,000"),
    ],
)
def test_a_wrong_file_says_what_is_wrong_by_its_own_name(tmp_path, text, message):
    path = write(tmp_path / "items.csv", text)
    with pytest.raises(LearnError, match=message) as caught:
        n.read_new_items(path, "my.csv")
    assert str(tmp_path) not in str(caught.value) and "my.csv" in str(caught.value)


def test_a_file_that_excel_parted_by_semicolons_is_read(tmp_path):
    items, notes = n.read_new_items(
        write(tmp_path / "x.csv", '\ufefftitle;brand;price\n"Tea, green";Oatly;2.5\n'), "my.csv"
    )
    assert items["title"].tolist() == ["Tea, green"] and items["brand"].tolist() == ["Oatly"]
    assert "my.csv is parted by semicolon." in notes
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]  # nothing is written beside somebody's file


@pytest.mark.parametrize(
    ("content", "advice"),
    [(b"colour\nred\n", "“title”"), ("title\nse\xf1or\n".encode("latin-1"), "CSV UTF-8")],
)
def test_advice_is_for_people_with_a_page(tmp_path, content, advice):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(LearnError) as caught:
        n.read_new_items(path, "my.csv")
    assert advice in caught.value.remedy and "--map" not in caught.value.remedy and "iconv" not in caught.value.remedy


def test_example_files_can_be_read(dataset):
    for name in ("completejourney", dataset.name):
        table = n.example_file(name, dataset.items)
        assert len(new_items.check_new_items(table)[0]) == len(table) >= 2


def test_the_closest_values_share_most_words():
    values = ["Grocery > Canned milk", "Grocery > Fluid milk products", "Drug > Soap"]
    assert n.closest_values("Grocery > milk", values) == values[:2]


def test_audiences_are_the_first_users_of_every_item(recommenders, reader, phases, dataset):
    cex, llm = reader
    items = pd.concat([n.make_item("Tea"), n.make_item("Bread")], ignore_index=True).assign(item_id=["t", "b"])
    content = embed_items(items, llm, cex)
    table = n.audiences(recommenders, items, content, phases[0], dataset.user_ids, 4)
    assert len(table) == len(recommenders) * 2 * 4 and table["within_1000"].all()
    for name, recommender in recommenders.items():
        vector = recommender.embed_new_items(content)[1]
        users, ranks, _ = first_users(recommender.users, recommender.items, vector, phases[0], 4)
        mine = table[(table["run"] == name) & (table["item_id"] == "b")]
        assert mine["user_id"].tolist() == dataset.user_ids[users].tolist() and mine["place"].tolist() == [1, 2, 3, 4]
        assert mine["rank"].tolist() == ranks.tolist() == sorted(ranks)


def test_a_run_of_another_llm_or_prompt_says_what_to_do(tmp_path, run, trained_workspace):
    source = trained_workspace.content(synthetic.NAME) / run.info.content_key / "store.json"
    place = Workspace(tmp_path)
    moved = Run(shutil.copytree(run.path, place.run(synthetic.NAME, "learn-a")))
    target = place.content(synthetic.NAME) / run.info.content_key / "store.json"
    target.parent.mkdir(parents=True)
    about = read_json(source, "")
    changed = about | {"settings": about["settings"] | {"llm": "llm-other==1.2"}}
    write_json(target, changed)
    with pytest.raises(LearnError, match=r"trained on llm-other==1.2") as caught:
        reading_settings(moved)
    assert caught.value.remedy == "Type: pip install --no-deps llm-other==1.2"
    write_json(target, about | {"settings": about["settings"] | {"prompt_version": 0}})
    with pytest.raises(LearnError, match="prompts of version 0"):
        reading_settings(moved)


def test_the_number_format_is_the_stores(run, trained_workspace, reader):
    assert reader[0].dtype == "float32" and run.config.cex.llm == reader[0].llm
    with pytest.raises(LearnError, match="no model folder"):
        load_llm(CEXConfig(llm="/nowhere/at/all"), trained_workspace.models)
