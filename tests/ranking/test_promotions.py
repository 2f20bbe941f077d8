"""Impressions from completejourney's last days of the year, against the raw tables."""

import numpy as np
import pandas as pd
import pytest

from learn.data import completejourney
from learn.ranking.config import RankingConfig
from learn.ranking.impressions import check_impressions
from learn.ranking.promotions import DISCOUNT_WEEKS, promotion_impressions
from learn.ranking.schema import ImpressionColumns

CUT = pd.Timestamp("2017-12-28").value
CONFIG = RankingConfig(negatives_per_visit=3)


@pytest.fixture(scope="module")
def dataset(request):
    return request.getfixturevalue("completejourney")


@pytest.fixture(scope="module")
def table(dataset):
    return promotion_impressions(dataset, CUT, CONFIG)


@pytest.fixture(scope="module")
def raw(dataset):
    folder = completejourney.package_folder()
    items = completejourney.product_items(dataset)
    sales = pd.read_parquet(folder / "transactions.parquet")
    sales["item"] = sales["product_id"].map(items)
    promotions = pd.read_parquet(folder / "promotions.parquet", filters=[("week", "=", 53)])
    promotions["item"] = promotions["product_id"].map(items)
    return sales, promotions


def test_every_item_has_its_own_products(dataset):
    items = completejourney.product_items(dataset)
    assert (dataset.item_ids[items[[int(item) for item in dataset.item_ids]]] == dataset.item_ids).all()


def test_an_impression_was_promoted_in_that_store_and_week(table, raw, dataset):
    _, promotions = raw
    there = set(zip(promotions["store_id"], promotions["item"], strict=True))
    items = dataset.item_index.get_indexer(table[ImpressionColumns.ITEM])
    stores = table["store"].str.removeprefix("store ").astype(int)
    assert (table["week"] == 53).all() and set(zip(stores, items, strict=True)) <= there
    assert ((table["display"] != "0") | (table["mailer"] != "0")).mean() > 0.99


def test_a_label_is_what_the_basket_holds(table, raw, dataset):
    sales, _ = raw
    baskets = sales[sales["basket_id"].isin(table[ImpressionColumns.VISIT])]
    held = set(zip(baskets["basket_id"], baskets["item"], strict=True))
    items = dataset.item_index.get_indexer(table[ImpressionColumns.ITEM])
    bought = np.array([pair in held for pair in zip(table[ImpressionColumns.VISIT], items, strict=True)])
    assert (bought == (table[ImpressionColumns.LABEL] == 1)).all()
    paid = baskets.groupby(["basket_id", "item"])["sales_value"].sum()
    row = int(table[ImpressionColumns.LABEL].to_numpy().argmax())
    assert table[ImpressionColumns.VALUE].iloc[row] == pytest.approx(
        paid[table[ImpressionColumns.VISIT].iloc[row], items[row]]
    )


def test_every_converted_one_is_kept_and_the_others_are_sampled(table, raw):
    sales, promotions = raw
    others = table[table[ImpressionColumns.LABEL] == 0].groupby(ImpressionColumns.VISIT).size()
    assert (others == 3).all()
    late = sales[sales["basket_id"].isin(table[ImpressionColumns.VISIT])]
    offered = promotions[["store_id", "item"]].dropna().drop_duplicates()
    bought = late.merge(offered, on=["store_id", "item"]).drop_duplicates(["basket_id", "item"])
    assert len(bought) == table[ImpressionColumns.LABEL].sum()


def test_the_discount_is_of_the_weeks_before(table, raw, dataset):
    sales, _ = raw
    before = sales[(sales["week"] < 53) & (sales["week"] >= 53 - DISCOUNT_WEEKS)].groupby("item")
    off, paid = before["retail_disc"].sum(), before["sales_value"].sum()
    for row in range(0, len(table), 501):
        item = dataset.item_index.get_loc(table[ImpressionColumns.ITEM].iloc[row])
        full = off.get(item, 0) + paid.get(item, 0)
        wanted = off.get(item, 0) / full if full > 0 else 0
        assert table["discount"].iloc[row] == pytest.approx(np.clip(wanted, 0, 1), abs=1e-6)


def test_the_draws_are_the_same_every_time_and_pass_the_check(table, dataset):
    pd.testing.assert_frame_equal(table, promotion_impressions(dataset, CUT, CONFIG))
    shown = check_impressions(table, dataset, CUT, "promotions")
    assert len(shown) + shown.left_out["repeated"] == len(table)
    assert shown.other_labels is not None and (shown.other_labels >= shown.labels).all()
