"""Pictures of items in a real browser: in the lists, in a basket, among a cold item's neighbours, beside the Atlas."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from learn.data.pictures.shrink import shrink
from learn.data.stored import open_dataset, save_dataset
from learn.data.thumbnails import Thumbnails
from tests import synthetic, trained
from tests.app.maps_fixtures import with_maps
from tests.app.test_browser import READY, browser, page, pytestmark, served, visit  # noqa: F401  (fixtures, marks)

LOADED = "image => image.complete && image.naturalWidth > 0"


def drawn(place: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (300, 200 + place), ((place * 40) % 256, 120, 200)).save(made, "PNG")
    return shrink(made.getvalue())


def with_pictures(workspace, name):
    """Pictures of all items but every third."""
    dataset = open_dataset(workspace, name)
    pictures = Thumbnails.of([b"" if item % 3 == 2 else drawn(item) for item in range(dataset.n_items)])
    save_dataset(workspace, replace(dataset, pictures=pictures))
    return dataset


@pytest.fixture(scope="module")
def shown(trained_once, tmp_path_factory):
    workspace = trained.copy_of(trained_once, tmp_path_factory.mktemp("pictures") / "trained")
    with_maps(workspace)
    dataset = with_pictures(workspace, synthetic.NAME)
    with served(workspace.root) as address:
        yield address, dataset


def has_picture(dataset, row) -> bool:
    return int(dataset.item_index.get_indexer([row.get_attribute("data-item")])[0]) % 3 != 2


def check_rows(page, dataset, rows):  # noqa: F811
    """Every one of the ``rows`` has its item's picture, loaded, or an empty place."""
    rows.first.wait_for()
    for row in rows.all()[:8]:
        row.scroll_into_view_if_needed()
        image = row.locator(".picture img")
        assert row.locator(".picture").count() == 1 and image.count() == has_picture(dataset, row)
        if image.count():
            page.wait_for_function(LOADED, arg=image.element_handle())
            words, box = row.locator(".title").bounding_box(), image.bounding_box()
            assert box["x"] + box["width"] <= words["x"] and image.evaluate("image => image.naturalWidth") == 128


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("recommendations?user=u07", ".slim .row"),
        ("new_user?basket={item}", ".slim .row"),
        ("new_user?basket={item}&find=number", ".basketPart .held .row"),
        ("cold_start?item={item}", ".answers .row:has(.picture)"),
    ],
)
def test_lists_show_the_pictures_of_their_items(page, shown, path, rows):  # noqa: F811
    address, dataset = shown
    there, _, query = path.partition("?")
    visit(page, address, f"{there}?dataset={synthetic.NAME}&{query.format(item=dataset.item_ids[0])}")
    page.wait_for_selector(READY)
    check_rows(page, dataset, page.locator(rows))


def test_the_atlas_shows_the_picture_of_the_item_that_is_open(page, shown):  # noqa: F811
    address, dataset = shown
    for item in (0, 2):
        visit(page, address, f"atlas?dataset={synthetic.NAME}&item={dataset.item_ids[item]}")
        page.locator(".maps[data-painted] .card").wait_for()
        page.wait_for_selector(READY)
        if item == 0:
            image = page.locator(".cardPicture")
            image.wait_for()
            assert image.get_attribute("src") == f"{Thumbnails.of([drawn(0)]).address(0)}"
    assert page.locator(".cardPicture").count() == 0
