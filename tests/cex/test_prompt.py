"""The prompt, word for word, and what is left of it when fields are missing."""

import itertools

import numpy as np
import pandas as pd
import pytest

from learn.cex.prompt import item_prompt, item_prompts
from learn.data.schema import Items

FULL = (
    'The item information is given as follows. Item title is "Green tea". This item belongs to "Grocery > Tea" and '
    'brand is "Orchard". The price is "12.99". The key words of item are "fresh, organic". '
    'This item supports "20 bags".'
)
FIELDS = {
    "title": "Green tea",
    "category": "Grocery > Tea",
    "brand": "Orchard",
    "price": 12.99,
    "keywords": "fresh, organic",
    "attributes": "20 bags",
}


def test_all_fields_give_the_papers_prompt():
    assert item_prompt(**FIELDS) == FULL


@pytest.mark.parametrize(
    ("field", "gone"),
    [
        ("title", 'Item title is "Green tea". '),
        ("price", 'The price is "12.99". '),
        ("keywords", 'The key words of item are "fresh, organic". '),
        ("attributes", ' This item supports "20 bags".'),
    ],
)
@pytest.mark.parametrize("missing", [None, "", "  ", float("nan"), pd.NA])
def test_a_missing_field_takes_its_whole_sentence_away(field, gone, missing):
    if field == "price" and isinstance(missing, str):
        missing = None
    assert item_prompt(**FIELDS | {field: missing}) == FULL.replace(gone, "")


def test_category_and_brand_share_a_sentence_that_stays_grammatical():
    both = 'This item belongs to "Grocery > Tea" and brand is "Orchard".'
    assert item_prompt(**FIELDS | {"brand": None}) == FULL.replace(both, 'This item belongs to "Grocery > Tea".')
    assert item_prompt(**FIELDS | {"category": None}) == FULL.replace(both, 'The brand of this item is "Orchard".')
    assert item_prompt(**FIELDS | {"category": None, "brand": None}) == FULL.replace(both + " ", "")


def test_nothing_known_leaves_the_opening():
    assert item_prompt() == "The item information is given as follows."


@pytest.mark.parametrize(
    ("price", "shown"), [(0, "0.00"), (3, "3.00"), (1234.5, "1234.50"), (np.float64(0.999), "1.00")]
)
def test_prices_have_two_decimals(price, shown):
    assert f'The price is "{price_of(item_prompt(price=price))}".' == f'The price is "{shown}".'


def price_of(prompt):
    return prompt.split('The price is "')[1].removesuffix('".')


def test_every_subset_of_fields_is_whole_sentences_in_order():
    starts = (
        "Item title",
        "This item belongs",
        "The brand of this item",
        "The price",
        "The key words",
        "This item sup",
    )
    for chosen in itertools.product([True, False], repeat=6):
        prompt = item_prompt(**{name: FIELDS[name] for name, kept in zip(FIELDS, chosen, strict=True) if kept})
        assert prompt.startswith("The item information is given as follows.") and prompt.endswith(".")
        assert "None" not in prompt and "nan" not in prompt and '""' not in prompt and "  " not in prompt
        places = [prompt.find(start) for start in starts if start in prompt]
        assert places == sorted(places)
        for name, kept in zip(FIELDS, chosen, strict=True):
            assert (f'"{FIELDS[name]}"' in prompt) == kept


def test_quotes_and_other_scripts_stay_as_they_are():
    assert item_prompt('12" pan "Gold" חלב 🍎') == (
        'The item information is given as follows. Item title is "12" pan "Gold" חלב 🍎".'
    )


def test_a_table_gives_one_prompt_per_row_in_order():
    items = pd.DataFrame([{name: FIELDS[name] for name in FIELDS}, {"title": "Salt", "price": np.nan}, {"brand": "B"}])
    items = items.rename(columns=dict(zip(FIELDS, Items.ALL[1:], strict=True)))
    assert item_prompts(items) == [FULL, item_prompt("Salt"), item_prompt(brand="B")]
    assert item_prompts(items[[Items.TITLE]]) == [item_prompt("Green tea"), item_prompt("Salt"), item_prompt()]
    assert item_prompts(items.iloc[:0]) == []
