"""Maps and What moved in a real browser: linked panes without the server, links, back, narrow windows, any title."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import synthetic
from tests.app.maps_fixtures import with_maps
from tests.app.test_browser import READY, browser, page, pytestmark, served, visit  # noqa: F401

PAINTED = ".maps[data-painted]"
WATCH = """() => {
    window.states = [];
    const app = document.querySelector('[data-testid=stApp]');
    new MutationObserver(() => window.states.push(app.dataset.testScriptState)).observe(app, {attributes: true});
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    workspace = synthetic.make_synthetic_workspace(tmp_path_factory.mktemp("maps"))
    with_maps(workspace)
    with served(workspace.root) as found:
        yield found


def open_maps(page, address, query=""):  # noqa: F811
    visit(page, address, f"maps?dataset=synthetic{query}")
    page.locator(PAINTED).wait_for()
    page.wait_for_selector(READY)


def hover_an_item(page, pane=0):  # noqa: F811
    """Moves over a pane until an item is hovered; returns its point."""
    page.locator(".over").nth(pane).scroll_into_view_if_needed()
    box = page.locator(".over").nth(pane).bounding_box()
    for row in range(2, 19):
        for column in range(2, 19):
            page.mouse.move(box["x"] + box["width"] * column / 20, box["y"] + box["height"] * row / 20)
            point = page.locator(PAINTED).get_attribute("data-hovered")
            if point not in (None, "-1"):
                return int(point)
    pytest.fail("no item under the pointer anywhere")


def pixels(page, pane):  # noqa: F811
    """What is drawn on a pane's upper canvas: how many pixels are not clear."""
    script = """(canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
        .filter((value, place) => place % 4 === 3 && value > 0).length"""
    return page.locator(".over").nth(pane).evaluate(script)


def item_in_url(page):  # noqa: F811
    return parse_qs(urlsplit(page.url).query).get("item", [None])[0]


def lasso_everything(page, pane=0):  # noqa: F811
    page.get_by_role("button", name="Lasso").click()
    page.locator(".over").nth(pane).scroll_into_view_if_needed()
    box = page.locator(".over").nth(pane).bounding_box()
    corners = [(0.01, 0.01), (0.99, 0.01), (0.99, 0.99), (0.01, 0.99)]
    places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


def test_pointing_lights_every_pane_without_the_server(page, address):  # noqa: F811
    open_maps(page, address)
    assert page.locator(".pane").count() == 3
    assert [pixels(page, pane) for pane in range(3)] == [0, 0, 0]
    page.evaluate(WATCH)
    hover_an_item(page)
    assert all(pixels(page, pane) > 0 for pane in range(3))
    assert page.locator(".tip:visible").count() == 1
    page.mouse.wheel(0, -300)
    page.get_by_role("button", name="Zoom in").first.click()
    page.get_by_role("button", name="Whole map").click()
    page.wait_for_timeout(300)
    assert page.evaluate("window.states") == []


def test_a_click_links_the_true_neighbours_and_survives_as_a_link(page, address):  # noqa: F811
    open_maps(page, address, "&spaces=learn-a&spaces=learn-c&colour=price")
    point = hover_an_item(page, 1)
    page.mouse.down()
    page.mouse.up()
    page.get_by_role("heading", name="Nearest to").wait_for()
    page.wait_for_selector(READY)
    assert item_in_url(page) == f"i{point:02d}"
    notes = page.locator(".note").all_inner_texts()
    assert len(notes) == 2 and all(re.match(r"\d+ of its 10 true neighbours", note) for note in notes)
    heading, url = page.get_by_role("heading", name="Nearest to").inner_text(), page.url
    page.goto("about:blank")
    page.goto(url)
    for _ in range(2):  # opened as a link, then reloaded
        page.get_by_role("heading", name="Nearest to").wait_for()
        page.locator(PAINTED).wait_for()
        page.wait_for_selector(READY)
        assert page.get_by_role("heading", name="Nearest to").inner_text() == heading
        assert page.locator(".pane .label").all_inner_texts() == ["(a) sequence to sequence", "(c) no item PAL"]
        assert page.locator(".note").all_inner_texts() == notes and item_in_url(page) == f"i{point:02d}"
        assert "price" in page.locator(".legend").inner_text() or page.locator(".key").count() > 4
        page.reload()


def test_a_lasso_selects_in_all_panes_and_lists(page, address):  # noqa: F811
    open_maps(page, address)
    lasso_everything(page)
    count = int(page.locator(PAINTED).get_attribute("data-lit"))
    assert 50 < count <= 60
    page.get_by_role("heading", name=f"{count} selected items").wait_for()
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("heading", name="selected items").wait_for(state="detached")
    assert page.locator(PAINTED).get_attribute("data-lit") == "all"


def test_the_legend_lights_one_group_and_morphing_renames_the_pane(page, address):  # noqa: F811
    open_maps(page, address)
    key = page.locator("button.key").first
    key.click()
    number = key.locator(".keyCount").inner_text()
    assert page.locator(PAINTED).get_attribute("data-lit") == number
    page.locator(".morph").click()
    page.locator(".pane .label").first.get_by_text("(b) sequence to item").wait_for()
    assert "Morph into (c)" in page.locator(".morph").inner_text()


@pytest.mark.parametrize("title", [*synthetic.HOSTILE_TITLES])
def test_titles_of_strangers_are_found_and_shown_as_text(page, address, title):  # noqa: F811
    open_maps(page, address)
    page.locator(".searchBox").fill(title[:40].upper())
    result = page.locator(".resultTitle").first
    result.wait_for()
    assert result.text_content() == title.strip()
    result.click()
    page.get_by_role("heading", name="Nearest to").wait_for()
    page.wait_for_selector(READY)
    assert page.get_by_role("heading", name="Nearest to").inner_text() == f"Nearest to {title.strip()}"
    # The item is in the middle of every pane now: its tip is text as well.
    box = page.locator(".over").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator(".tipTitle").first.wait_for()
    assert page.locator(".tipTitle:visible").text_content() == title.strip()
    assert page.locator(".maps script, .maps img, .maps a").count() == 0
    assert page.evaluate("window.hacked") is None


def test_what_moved_opens_the_maps_and_back_leads_back(page, address):  # noqa: F811
    visit(page, address, "moved?dataset=synthetic&before=learn-a&after=learn-c")
    page.get_by_role("button", name="See it on the maps").click()
    page.get_by_role("heading", name="Nearest to").wait_for()
    page.locator(PAINTED).wait_for()
    page.wait_for_selector(READY)
    assert page.locator(".pane .label").all_inner_texts() == ["(a) sequence to sequence", "(c) no item PAL"]
    assert item_in_url(page)
    page.go_back()
    page.get_by_role("heading", name="Changed most").wait_for()
    page.wait_for_selector(READY)
    page.get_by_text("Items compared").wait_for()
    assert urlsplit(page.url).path == "/moved"
    assert chosen(page) == ["synthetic", "(a) sequence to sequence", "(c) no item PAL", "10"]


def chosen(page):  # noqa: F811
    """What the page's select boxes show."""
    boxes = page.locator("[data-testid=stSelectbox] input")
    return [boxes.nth(place).input_value() for place in range(boxes.count())]


def test_back_undoes_a_choice_and_then_the_change_of_page(page, address):  # noqa: F811
    open_maps(page, address, "&spaces=learn-a&spaces=learn-c&colour=brand")
    hover_an_item(page)
    page.mouse.down()
    page.mouse.up()
    page.get_by_role("heading", name="Nearest to").wait_for()
    page.wait_for_selector(READY)
    item = item_in_url(page)
    page.get_by_role("link", name="Recommendations").click()
    page.locator(".row").first.wait_for()
    page.wait_for_selector(READY)
    assert urlsplit(page.url).query == ""
    page.go_back()
    page.get_by_role("heading", name="Nearest to").wait_for()
    page.locator(PAINTED).wait_for()
    page.wait_for_selector(READY)
    assert item_in_url(page) == item and chosen(page) == ["synthetic", "brand"]
    assert page.locator(".pane .label").all_inner_texts() == ["(a) sequence to sequence", "(c) no item PAL"]
    page.go_back()
    page.get_by_role("heading", name="Nearest to").wait_for(state="detached")
    page.wait_for_selector(READY)
    assert item_in_url(page) is None and chosen(page) == ["synthetic", "brand"]


def test_a_row_of_what_moved_opens_its_item(page, address):  # noqa: F811
    visit(page, address, "moved?dataset=synthetic&before=learn-a&after=learn-c")
    table = page.locator("[data-testid=stDataFrame]").first
    table.scroll_into_view_if_needed()
    table.click(position={"x": 16, "y": 54})
    page.get_by_role("heading", name="Nearest to").wait_for()
    assert urlsplit(page.url).path == "/maps" and item_in_url(page)


def test_a_narrow_window_stacks_the_panes(page, address):  # noqa: F811
    page.set_viewport_size({"width": 900, "height": 800})
    open_maps(page, address)
    boxes = [page.locator(".stage").nth(pane).bounding_box() for pane in range(3)]
    assert all(box["width"] > 250 and box["x"] + box["width"] <= 900 for box in boxes)
    assert page.evaluate("document.documentElement.scrollWidth") <= 900
    hover_an_item(page)
    assert all(pixels(page, pane) > 0 for pane in range(3))
