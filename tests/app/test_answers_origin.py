"""Pages of people and items say on demand where their numbers come from."""

import pytest

from app.shared import theme
from learn.data.dataset import Dataset
from tests import synthetic
from tests.app.conftest import texts


@pytest.mark.parametrize(
    ("page", "query", "counted"),
    [
        ("recommendations", {"user": "u07", "k": "5"}, "lists of k = 5, of "),
        ("new_user", {"basket": ["i14", "i03"], "k": "5"}, "lists of k = 5, of "),
        ("cold_start", {}, "its place in each person"),
        ("why", {"user": "u07"}, "candidates: products that are new to the user"),
    ],
)
def test_numbers_say_where_they_come_from(trained_workspace, open_page, mounted_by_key, page, query, counted):
    dataset = Dataset.load(trained_workspace.dataset(synthetic.NAME))
    said = texts(open_page(page, **query))
    assert f"hash {dataset.fingerprint}" in said and "**Runs**: " in said and "seed " in said
    assert "**Counted**: " in said and theme.plain(counted) in said
    assert "**Interval**: " in said and "**Split**: " in said
