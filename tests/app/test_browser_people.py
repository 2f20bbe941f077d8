"""Every page in a real browser: links, back, reload, narrow, hostile titles; main paths of those about people."""

import re
from collections import Counter
from urllib.parse import quote_plus

import numpy as np
import pytest
from playwright.sync_api import expect

from benchmarks.in_browser import settled
from learn.data.stored import open_dataset
from learn.explore.catalogue import read_catalogue
from learn.explore.lists.terms import Weights, terms_of_user, weighted_list
from learn.ranking.schema import REVENUE
from learn.runs.recommender import Recommender
from learn.runs.run import Run
from tests import synthetic, trained
from tests.app.maps_fixtures import with_maps
from tests.app.ranking_fixtures import with_ranking
from tests.app.test_browser import browser, page, pytestmark, served, visit  # noqa: F401  (fixtures, marks)

HOSTILE = "&".join(f"basket=i0{place}" for place in range(len(synthetic.HOSTILE_TITLES)))
EVERY_PAGE = {
    "overview": "?dataset=synthetic&metric=ndcg&at=5",
    "recommendations": "recommendations?dataset=synthetic&user=u07&k=50&new=false",
    "atlas": "atlas?dataset=synthetic&item=i01&spaces=learn-a&spaces=LLM&colour=price",
    "why": "why?dataset=synthetic&user=u07&item=i00",
    "cold_start": "cold_start?dataset=synthetic&item=i59",
    "new_item": f"cold_start?dataset=synthetic&what=new&new_title={quote_plus(synthetic.HOSTILE_TITLES[1])}",
    "new_user": f"new_user?dataset=synthetic&{HOSTILE}&change=%2Bi03",
    "compare": "compare?dataset=synthetic&one=learn-b&other=popularity",
    "ranking": f"ranking?dataset=synthetic&judged={REVENUE}",
    "benchmarks": "benchmarks?dataset=synthetic&table=table6&measure=ndcg",
    "bring": "bring?dataset=synthetic&called=mine",
}
LAST = {
    "overview": "text=Where time is cut",
    "recommendations": ".lists .row >> nth=0",
    "atlas": "text=Nearest in",
    "why": "text=Why not another product?",
    "cold_start": "text=Who did buy it",
    "new_item": ".answers .row >> nth=0",
    "new_user": ".column .row >> nth=0",
    "compare": "text=How they learned",
    "ranking": "text=How this was measured",
    "benchmarks": ".js-plotly-plot >> nth=-1",
    "bring": "text=How much it takes",
}


@pytest.fixture(scope="module")
def address(trained_once, tmp_path_factory):
    workspace = trained.copy_of(trained_once, tmp_path_factory.mktemp("people") / "trained")
    with_maps(workspace)
    with_ranking(workspace)
    with served(workspace.root) as url:
        yield url


@pytest.fixture(autouse=True)
def patient(page):  # noqa: F811
    """These pages train nothing, but they do open towers and an LLM, on machines that may be busy."""
    page.set_default_timeout(60_000)


def widgets(tab):
    """The page's title, and what its boxes, tags and switches show."""
    main = tab.locator("[data-testid=stMain]")
    script = "node => node.type === 'checkbox' || node.type === 'radio' ? node.checked : node.value"
    values = [main.locator("input").nth(place).evaluate(script) for place in range(main.locator("input").count())]
    labels = main.locator("[aria-label^='Remove'], [data-baseweb=tag], .pane .label").all_inner_texts()
    return [main.locator("h1:not([hidden])").inner_text(), *values, *labels]


def rows(tab, place):
    return tab.locator(".lists").nth(place).locator(".row")


@pytest.mark.parametrize("name", EVERY_PAGE)
def test_every_page_opens_from_its_link_and_fits_a_narrow_window(page, address, name):  # noqa: F811
    page.set_viewport_size({"width": 900, "height": 900})
    visit(page, address, EVERY_PAGE[name])
    page.wait_for_selector(LAST[name])
    settled(page)
    assert page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth + 1")
    assert main.locator("script, img[src=x], a[href^=javascript]").count() == 0
    assert page.evaluate("window.hacked") is None
    shown, url = widgets(page), page.url
    assert sorted(url.partition("?")[2].split("&")) == sorted(EVERY_PAGE[name].partition("?")[2].split("&"))

    def leave_and_return():
        if name == "atlas":  # it needs the whole window: the sidebar is folded away
            page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_role("link", name="Compare" if name == "overview" else "Overview").click()
        page.locator("h1", has_text=shown[0]).wait_for(state="detached")
        settled(page)
        assert "?" not in page.url
        page.go_back()

    for again in (page.reload, leave_and_return):
        again()
        page.locator("h1", has_text=shown[0]).wait_for()
        page.wait_for_selector(LAST[name])
        settled(page)
        assert widgets(page) == shown and page.url == url


def test_from_a_recommendation_to_why_and_back(page, address):  # noqa: F811
    visit(page, address, "recommendations?dataset=synthetic&user=u07&runs=learn-b")
    row = page.locator(".row").first
    row.wait_for()
    item = row.get_attribute("data-item")
    row.hover()
    row.get_by_role("link", name="why?").click()
    page.get_by_role("heading", name="Why", exact=True).wait_for()
    page.get_by_text("It is at place 1 of").first.wait_for()
    assert f"item={item}" in page.url and "user=u07" in page.url
    page.get_by_role("heading", name="Why not another product?").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Recommendations").wait_for()
    page.locator(".row").first.wait_for()


def test_a_basket_is_built_by_searching_and_clicking(page, address):  # noqa: F811
    visit(page, address, "new_user?dataset=synthetic&find=number&basket=")
    found, held = page.locator(".found .row"), page.locator(".held .row")
    found.nth(9).wait_for()
    ids = [found.nth(place).get_attribute("data-item") for place in range(10)]
    script = "(all) => all.slice(0, 10).forEach((button, n) => setTimeout(() => button.click(), 60 * n))"
    page.locator(".found .action[data-action=buy]").evaluate_all(script)
    expect(held).to_have_count(10)
    page.locator(".column .row").first.wait_for()
    settled(page)
    assert re.findall(r"basket=(\w+)", page.url) == ids  # nothing is lost, however fast
    assert [held.nth(place).get_attribute("data-item") for place in range(10)] == ids[::-1]
    assert [found.nth(place).get_attribute("data-item") for place in range(10)] == ids  # rows stay where they are
    assert page.locator(".column").count() == 4
    shown, url = page.locator(".grid").inner_text(), page.url
    page.goto("about:blank")
    page.goto(url)  # the link of a basket opens it, with what its last click changed
    page.locator(".column .row").first.wait_for()
    settled(page)
    assert page.locator(".grid").inner_text() == shown
    held.first.locator("[data-action=remove]").click()
    expect(held).to_have_count(9)
    held.first.locator("[data-action=like]").click()
    expect(page.locator(".held .row.liked")).to_have_count(1)
    page.wait_for_function("() => location.search.includes('likes=')")
    settled(page)
    assert re.findall(r"basket=(\w+)", page.url) == ids[:8] and re.findall(r"likes=(\w+)", page.url) == [ids[8]]
    page.go_back()
    expect(held).to_have_count(10)


def test_a_basket_is_a_line_until_it_is_asked_for(page, address):  # noqa: F811
    visit(page, address, "new_user?dataset=synthetic&basket=i14&basket=i03")
    expect(page.locator(".pill:visible")).to_have_count(2)
    page.get_by_role("button", name="Change the basket").click()
    expect(page.locator(".pill:visible")).to_have_count(0)
    page.get_by_role("button", name="Fold the basket").click()
    page.locator(".pill button").first.click()
    expect(page.locator(".pill:visible")).to_have_count(1)


def test_one_click_shows_the_lists_without_popularity_and_back(page, address):  # noqa: F811
    visit(page, address, "new_user?dataset=synthetic&basket=i14&basket=i03")
    page.get_by_role("button", name="Show without popularity").click()
    expect(page.locator("input[data-term=popularity_bias]")).to_have_value("0")
    page.wait_for_url("**pop=0**")
    page.get_by_role("button", name="Show as trained").click()
    expect(page.locator("input[data-term=popularity_bias]")).to_have_value("1")


def test_a_households_purchases_are_told_to_be_those_of_a_stranger(page, address):  # noqa: F811
    visit(page, address, "new_user?dataset=synthetic&basket=i14")
    page.get_by_role("button", name="Household A").click()
    expect(page.locator(".stranger")).to_contain_text("treated as a stranger: only these ")


def test_lists_do_not_change_under_the_pointer(page, address):  # noqa: F811
    visit(page, address, "new_user?dataset=synthetic&basket=i14&basket=i03")
    row = page.locator(".column .row").first
    row.wait_for()
    settled(page)
    shown = page.locator(".grid").inner_text()
    row.hover()
    row.locator("[data-action=buy]").click()
    expect(page.locator(".held .row")).to_have_count(3)
    page.locator("button.ready").wait_for()
    signs = ("✓\n♡", "+\n♡")  # on every copy of the row that was clicked
    assert signs[0] in page.locator(".grid").inner_text()
    assert page.locator(".grid").inner_text().replace(*signs) == shown.replace(*signs)
    page.locator("button.ready").click()
    page.locator(".grid .badge.new").first.wait_for()
    assert page.locator("button.ready").is_hidden()


def test_buttons_of_a_list_show_under_the_pointer_by_keyboard_and_by_touch(page, address, browser):  # noqa: F811
    path = "new_user?dataset=synthetic&basket=i14&basket=i03"
    seen = "(node) => Number(getComputedStyle(node).opacity)"
    visit(page, address, path)
    row = page.locator(".column .row").first
    row.wait_for()
    buttons = row.locator(".action")
    assert [buttons.nth(place).evaluate(seen) for place in range(2)] == [0, 0]
    row.locator(".title").focus()
    page.keyboard.press("Tab")  # the link to the map
    page.keyboard.press("Tab")
    assert buttons.first.evaluate("(node) => node.matches(':focus')")
    assert [buttons.nth(place).evaluate(seen) for place in range(2)] == [1, 1]
    page.keyboard.press("Enter")
    expect(page.locator(".held .row")).to_have_count(3)
    touched = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 400, "height": 800})
    tab = touched.new_page()
    visit(tab, address, path)
    tab.locator(".column .row .action").first.wait_for()
    assert tab.locator(".column .row .action").first.evaluate(seen) == 1
    touched.close()


def test_items_of_a_kind_in_the_basket_and_of_one_title_are_marked(page, address, trained_once):  # noqa: F811
    dataset = open_dataset(trained_once, synthetic.NAME)
    visit(page, address, "new_user?dataset=synthetic&basket=i14&basket=i03&k=50")
    page.locator(".column .row").first.wait_for()
    settled(page)
    catalogue = read_catalogue(dataset)
    kinds = dict(zip(dataset.item_ids, catalogue.finer + catalogue.categories, strict=True))
    marked = page.locator(".column .row").evaluate_all(
        "(all) => all.map((row) => [row.dataset.item, row.querySelector('.like') !== null])"
    )
    assert all(has == (kinds[item] in (kinds["i14"], kinds["i03"])) for item, has in marked)
    assert {has for _, has in marked} == {True, False}
    assert "same kind as in the basket" in page.locator(".legend").inner_text()
    titles = dict(zip(dataset.item_ids, catalogue.titles, strict=True))
    shown = page.locator(".row").evaluate_all("(all) => all.map((row) => row.dataset.item)")
    often = Counter(titles[item].lower() for item in set(shown))
    twins = set(page.locator(".row.twin").evaluate_all("(all) => all.map((row) => row.dataset.item)"))
    assert twins == {item for item in shown if often[titles[item].lower()] > 1}


def test_a_slider_makes_the_librarys_lists_without_the_server(page, address, trained_once):  # noqa: F811
    runs = ("learn-a", "learn-b", "learn-c", "without-align")
    visit(page, address, "recommendations?dataset=synthetic&user=u07&k=20&new=false&runs=" + "&runs=".join(runs))
    page.locator(".column .row").first.wait_for()
    settled(page)
    dataset = open_dataset(trained_once, synthetic.NAME)
    user, everything = list(dataset.user_ids).index("u07"), np.ones(dataset.n_items, dtype=bool)
    similarity = page.locator("input[data-term=similarity]")
    expect(similarity).to_be_hidden()
    page.get_by_role("button", name=" in the score").click()
    expect(similarity).to_be_visible()
    for popularity, again in ((0.0, 1.0), (0.35, 0.0), (1.0, 1.0)):
        for code, value in (("popularity_bias", popularity), ("repeat_bias", again)):
            slider = page.locator(f"input[data-term={code}]")
            if code == "repeat_bias" and not slider.count():  # these Runs have no such bias
                assert "No slider for “Buying again”" in page.locator(".bar .what").get_attribute("title")
                continue
            slider.evaluate(
                "(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }", str(value)
            )
        weights = Weights(popularity_bias=popularity, repeat_bias=again)
        for run in runs:
            one = Recommender(Run(trained_once.run(synthetic.NAME, run)), dataset)
            found = weighted_list(terms_of_user(one, user), weights, 20, everything)
            column = page.locator(".column", has=page.locator(".label", has_text=one.run.info.label))
            items = column.locator(".row").evaluate_all("(rows) => rows.map((row) => row.dataset.item)")
            assert items == [dataset.item_ids[item] for item in found.items], (run, weights)
    page.locator("input[data-term=popularity_bias]").evaluate(
        "(node) => { node.value = 0.5; node.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_function("() => location.search.includes('pop=0.5')")
    page.reload()
    page.locator(".column .row").first.wait_for()
    expect(page.locator("input[data-term=popularity_bias]")).to_be_visible()  # what is not as trained is in sight
    assert page.locator("input[data-term=popularity_bias]").input_value() == "0.5"


def test_a_new_item_is_typed_and_answered(page, address):  # noqa: F811
    visit(page, address, "cold_start?dataset=synthetic")
    page.get_by_text("A new item").click()
    box = page.get_by_label("Title")
    box.fill(synthetic.SCRIPT_TITLE + " 🍎 חלב")
    box.press("Enter")
    page.locator(".answers .row").first.wait_for()
    settled(page)
    assert "what=new" in page.url and page.locator(".answers").count() == 2
    assert synthetic.SCRIPT_TITLE in page.locator("[data-testid=stCode]").first.text_content()
    shown, url = page.locator(".answers").nth(1).inner_text(), page.url
    page.goto("about:blank")
    page.goto(url)
    page.locator(".answers .row").first.wait_for()
    settled(page)
    assert page.locator(".answers").nth(1).inner_text() == shown
    page.locator(".answers a.link", has_text="User ").first.click()
    page.get_by_role("heading", name="Recommendations").wait_for()
    assert page.evaluate("window.hacked") is None


def test_the_most_different_user_of_a_duel_opens_side_by_side(page, address):  # noqa: F811
    visit(page, address, EVERY_PAGE["compare"])
    page.get_by_role("link", name="open side by side").first.click()
    page.get_by_role("heading", name="Recommendations").wait_for()
    page.locator(".row").first.wait_for()
    assert sorted(page.locator(".column .label").all_inner_texts()) == ["(b) sequence to item", "Popularity"]


def test_titles_of_strangers_are_shown_as_text(page, address):  # noqa: F811
    basket = "&".join(f"basket=i0{place}" for place in range(6))
    visit(page, address, f"new_user?dataset=synthetic&{basket}&change=%2Bi00")
    page.locator(".column .row").first.wait_for()
    settled(page)
    titles = page.locator(".held .title").all_text_contents()
    assert titles == list(synthetic.HOSTILE_TITLES)[::-1]
    for item in ("i00", "i01", "i03", "i04"):
        visit(page, address, f"why?dataset=synthetic&user=u07&item={item}")
        title = synthetic.HOSTILE_TITLES[int(item[1:])]
        page.get_by_role("heading", level=3).filter(has_text=title).first.wait_for()
    settled(page)
    assert page.locator("[data-testid=stMain] script, [data-testid=stMain] img[src=x]").count() == 0
    assert page.evaluate("window.hacked") is None
