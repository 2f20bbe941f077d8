"""From every page to every other by the sidebar, in a real browser: what comes is what the page's link brings."""

from itertools import pairwise, permutations

import pytest

from tests import trained
from tests.app.maps_fixtures import with_maps
from tests.app.ranking_fixtures import with_ranking
from tests.app.test_browser import READY, browser, page, pytestmark, served  # noqa: F401  (fixtures, marks)

pytestmark = [*pytestmark, pytest.mark.slow]

CONTENT = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const texts = '[data-testid=stMarkdown], [data-testid=stHeading], [data-testid=stCaptionContainer], ' +
        '[data-testid=stMetric], [data-testid=stAlert], [data-baseweb=tag], .lists, .pane .label';
    return {
        title: main?.querySelector('h1')?.innerText,
        boxes: [...main.querySelectorAll('input')].map(
            node => ['checkbox', 'radio'].includes(node.type) ? node.checked : node.value),
        texts: [...main.querySelectorAll(texts)].map(node => node.innerText),
        charts: main.querySelectorAll('.js-plotly-plot').length,
        tables: main.querySelectorAll('[data-testid=stDataFrame]').length,
    };
}"""


@pytest.fixture(scope="module")
def address(trained_once, tmp_path_factory):
    workspace = trained.copy_of(trained_once, tmp_path_factory.mktemp("pages") / "trained")
    with_maps(workspace)
    with_ranking(workspace)
    with served(workspace.root) as url:
        yield url


def settled(tab):
    """What the page shows once it has been the same for half a second."""
    tab.wait_for_selector(READY)
    before = tab.evaluate(CONTENT)
    while True:
        tab.wait_for_timeout(500)
        tab.wait_for_selector(READY)
        if before == (before := tab.evaluate(CONTENT)):
            return before


def walk(names):
    """One walk along every ordered pair of ``names`` once (an Euler circuit of the complete graph)."""
    left = {name: [other for other in names if other != name] for name in names}
    stack, found = [names[0]], []
    while stack:
        if left[stack[-1]]:
            stack.append(left[stack[-1]].pop())
        else:
            found.append(stack.pop())
    return found[::-1]


def test_a_walk_meets_every_ordered_pair_once():
    names = list("abcde")
    found = walk(names)
    assert sorted(pairwise(found)) == sorted(permutations(names, 2))


def test_between_any_two_pages_by_the_sidebar_shows_what_their_links_show(page, address):  # noqa: F811
    page.goto(address)
    page.wait_for_selector(READY)
    sidebar = page.locator("[data-testid=stSidebarNavLink]")
    sidebar.first.wait_for()
    folded = page.locator("[data-testid=stExpandSidebarButton]")
    links = {name.splitlines()[-1]: sidebar.nth(place) for place, name in enumerate(sidebar.all_inner_texts())}
    paths = {name: link.evaluate("link => link.href") for name, link in links.items()}
    expected = {}
    for name, path in paths.items():
        page.goto(path)
        expected[name] = settled(page)
        assert page.locator("[data-testid=stException]").count() == 0, name
        assert page.title() == f"{name} · LEARN Explorer"
    route = walk(list(paths))
    page.goto(paths[route[0]])
    settled(page)
    for before, name in pairwise(route):
        if folded.count():  # the Atlas opens with the sidebar folded away
            folded.click()
        links[name].click()
        for _ in range(100):
            if page.evaluate(CONTENT) == expected[name]:
                break
            page.wait_for_timeout(100)
        assert settled(page) == expected[name], f"from {before} to {name}"
