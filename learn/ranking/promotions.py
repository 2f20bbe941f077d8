"""Impressions from completejourney: what was on display or in the mailer of a store in a week, and who bought it.

A household that visited a store was shown what the store promoted that week; the label is whether that visit's basket
holds it. One impression per visit and item; a visit is a basket. What a store promoted, and where, is known beforehand;
the discount is not (it is recorded only with a purchase), so it is read from the weeks before.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from learn.data.completejourney import UTC_OFFSET, package_folder, product_items
from learn.data.dataset import Dataset
from learn.data.schema import Items
from learn.ranking.config import RankingConfig
from learn.ranking.schema import ImpressionColumns

DEMOGRAPHICS = ("age", "income", "home_ownership", "marital_status", "household_size", "kids_count")
DISCOUNT_WEEKS = 8


def promotion_impressions(dataset: Dataset, cut: int, config: RankingConfig) -> pd.DataFrame:
    """A table as `learn.ranking.impressions.check_impressions` takes it: every converted impression from ``cut`` on,
    and of every visit ``config.negatives_per_visit`` of those that were not, drawn uniformly.

    Args:
        dataset: `learn.data.completejourney.load_completejourney`'s.
        cut: ns since the epoch.
        config: the sampling; its draws are the same every time.

    Returns:
        `ImpressionColumns.KNOWN` and the features display, mailer, store (text), discount, week, weekday, hour, and
        `DEMOGRAPHICS` (text, empty where the household is not described).
    """
    items = product_items(dataset)
    sales = _sales(items)
    late = sales[sales["time"] >= pd.Timestamp(cut)]
    visits = late.groupby("visit", sort=True)[["user", "store", "week", "time"]].first().reset_index()
    promoted = _promoted(items, int(visits["week"].min()))
    shown = dict(list(promoted.groupby(["store", "week"], sort=False)["item"]))
    bought = late.groupby("visit")["item"].agg(lambda column: column.to_numpy())
    rng = np.random.default_rng(0)
    rows = []
    for visit, store, week in visits[["visit", "store", "week"]].itertuples(index=False, name=None):
        if (store, week) not in shown:
            continue
        offered = shown[store, week].to_numpy()
        taken = np.isin(offered, bought[visit])
        others = offered[~taken]
        drawn = rng.choice(others, min(config.negatives_per_visit, len(others)), replace=False)
        chosen = np.concatenate([offered[taken], drawn])
        rows.append(
            pd.DataFrame(
                {"visit": visit, "item": chosen, ImpressionColumns.LABEL: np.arange(len(chosen)) < taken.sum()}
            )
        )
    table = pd.concat(rows, ignore_index=True).merge(visits, on="visit")
    table = table.merge(promoted, on=["store", "week", "item"])
    paid = late.groupby(["visit", "item"])["sales_value"].sum().reset_index()
    table = table.merge(paid, on=["visit", "item"], how="left")
    return _named(table, dataset, late, sales)


def _sales(items: pd.Series) -> pd.DataFrame:
    columns = ["household_id", "store_id", "basket_id", "product_id", "sales_value", "retail_disc", "week"]
    sales = pd.read_parquet(package_folder() / "transactions.parquet", columns=[*columns, "transaction_timestamp"])
    sales = sales.rename(columns={"household_id": "user", "store_id": "store", "basket_id": "visit"})
    sales["time"] = sales.pop("transaction_timestamp") + UTC_OFFSET
    sales["item"] = sales["product_id"].map(items)
    return sales[sales["item"].notna()].astype({"item": np.int64})


def _promoted(items: pd.Series, first_week: int) -> pd.DataFrame:
    """store, week, item, display, mailer; of products with one text the places that come last in the alphabet: 0 is
    nowhere, and of a product in two places one is kept."""
    table = pd.read_parquet(package_folder() / "promotions.parquet", filters=[("week", ">=", first_week)])
    table = table.rename(columns={"store_id": "store"})
    table["item"] = table["product_id"].map(items)
    table = table[table["item"].notna()].astype({"item": np.int64})
    places = {}
    for column in ("display_location", "mailer_location"):
        codes, names = pd.factorize(table[column], sort=True)
        table[column] = codes
        places[column] = names
    table = table.groupby(["store", "week", "item"], sort=True)[list(places)].max().reset_index()
    for column, names in places.items():
        table[column.removesuffix("_location")] = names.to_numpy()[table.pop(column)]
    return table


def _named(table: pd.DataFrame, dataset: Dataset, late: pd.DataFrame, sales: pd.DataFrame) -> pd.DataFrame:
    category = dataset.items[Items.CATEGORY].fillna("").to_numpy()
    visited = late[["visit"]].assign(category=category[late["item"]]).drop_duplicates()
    table["category"] = category[table["item"]]
    other = table[["visit", "category"]].merge(visited.assign(there=1), how="left")["there"].fillna(0)
    moment = table["time"].dt
    people = pd.read_parquet(package_folder() / "demographics.parquet").set_index("household_id")
    return pd.DataFrame(
        {
            ImpressionColumns.USER: table["user"].astype(str),
            ImpressionColumns.ITEM: dataset.item_ids[table["item"]],
            ImpressionColumns.TIME: table["time"],
            ImpressionColumns.LABEL: table[ImpressionColumns.LABEL].astype(np.uint8),
            ImpressionColumns.VISIT: table["visit"],
            ImpressionColumns.VALUE: table["sales_value"].clip(lower=0).fillna(0.0),
            ImpressionColumns.OTHER_TASK: other.astype(np.uint8).to_numpy(),
            "display": table["display"],
            "mailer": table["mailer"],
            "store": "store " + table["store"].astype(str),
            "discount": _past_discount(sales, table),
            "week": table["week"].astype(float),
            "weekday": moment.day_name(),
            "hour": moment.hour.astype(float),
            **{name: table["user"].map(people[name].astype(object)) for name in DEMOGRAPHICS},
        }
    )


def _past_discount(sales: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """[n] share of the price that was taken off, of the item's sales in the `DISCOUNT_WEEKS` weeks before; 0 unsold."""
    weekly = sales.assign(full=sales["sales_value"] + sales["retail_disc"])
    weekly = weekly.groupby(["item", "week"])[["retail_disc", "full"]].sum()
    frame = weekly.unstack("week", fill_value=0.0).sort_index(axis=1)
    weeks = np.arange(sales["week"].min(), sales["week"].max() + 1)
    sums = [frame[column].reindex(columns=weeks, fill_value=0.0).to_numpy() for column in ("retail_disc", "full")]
    off, full = (np.concatenate([np.zeros((len(frame), 1)), np.cumsum(part, axis=1)], axis=1) for part in sums)
    place = frame.index.get_indexer(table["item"])
    end = table["week"].to_numpy() - weeks[0]  # weeks before this one
    start = np.maximum(end - DISCOUNT_WEEKS, 0)
    taken, whole = (part[place, end] - part[place, start] for part in (off, full))
    return np.where((place >= 0) & (whole > 0), taken / np.where(whole > 0, whole, 1.0), 0.0).clip(0, 1)
