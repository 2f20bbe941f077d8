"""The preview: what a source would become, and nothing is written."""

import pandas as pd
import pytest

from learn.cex.prompt import item_prompts
from learn.data.schema import Items
from learn.errors import LearnError
from learn.pipeline import Preparation, read_dataset
from learn.preview import preview
from tests.cli.test_cli import run
from tests.shop import write_tables


@pytest.fixture
def tables(tmp_path):
    items, interactions = write_tables(tmp_path)
    table = pd.read_csv(items)
    table["description"] = [f"What there is to say of number {n}, at length" for n in range(len(table))]
    table["colour"] = ["red", "blue"] * 60
    table["code"] = range(len(table))
    table["picture"] = [f"https://example.org/{n}.png" for n in range(len(table))]
    table.to_csv(items, index=False)
    return Preparation("tables", items, interactions, name="shop")


def test_the_first_rows_users_and_times_are_those_of_the_dataset(tables):
    found = preview(tables)
    dataset = read_dataset(tables)
    assert found.dataset.fingerprint == dataset.fingerprint
    assert found.items[Items.ID].tolist() == ["s0", "s1", "s2", "s3", "s4"]
    assert list(found.items.columns) == ["item_id", "title", "category", "price", "image"], (
        "columns without a value are left out"
    )
    assert found.items["price"].tolist()[:2] == ["1.00", "1.10"]
    assert found.times == (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-10-27"))
    user = found.users.iloc[0]
    assert (user["user"], user["events"], user["first"]) == ("c0", 10, "2024-01-01 00:00:00")
    first = dataset.interactions.query("user_id == 'c0'")["item_id"].iloc[0]
    assert user["begins with"].startswith(f"apple number {first[1:]};")


def test_the_prompts_are_what_the_llm_reads(tables):
    found = preview(tables)
    items = read_dataset(tables).items
    assert list(found.prompts) == ["s0", "s60", "s119"]
    assert list(found.prompts.values()) == item_prompts(items.iloc[[0, 60, 119]])


def test_columns_of_text_left_unread_are_named_with_the_field_that_has_them_read(tables):
    unread = {one.column: one for one in preview(tables).unread}
    assert list(unread) == ["description", "colour"], "numbers and addresses are no text"
    assert (unread["description"].field, unread["colour"].field) == ("attributes", "keywords")
    assert "--map attributes=description" in unread["description"].words
    mapped = Preparation(**(vars(tables) | {"mapping": ("attributes=description",)}))
    assert 'supports "What there is to say of number 0' in next(iter(preview(mapped).prompts.values()))


def test_the_command_writes_nothing_and_tells_what_is_unsure(tables, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    table = pd.read_csv(tables.items)
    table.assign(name="Same", price=1, category="All").to_csv(tables.items, index=False)
    output = run(
        "prepare", "tables", "--items", tables.items, "--interactions", tables.interactions, "--preview",
        "--workspace", tmp_path / "workspace",
    )  # fmt: skip
    assert not (tmp_path / "workspace").exists()
    assert "!! text: 120 (100%" in output and "Nothing was written" in output
    assert 'Item title is "Same".' in " ".join(output.split())
    assert max(map(len, output.splitlines())) <= 80


def test_a_source_that_is_refused_is_refused_alike(tables):
    with pytest.raises(LearnError, match="no column 'nothing'"):
        preview(Preparation(**(vars(tables) | {"mapping": ("title=nothing",)})))
