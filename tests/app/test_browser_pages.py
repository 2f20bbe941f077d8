"""From every page to every other by the sidebar, in a real browser: what comes is what the page's link brings."""

from itertools import pairwise, permutations

import pytest

from benchmarks.in_browser import CONTENT, by_sidebar, go_by_sidebar, settled, walk
from tests import trained
from tests.app.maps_fixtures import with_maps
from tests.app.ranking_fixtures import with_ranking
from tests.app.test_browser import READY, browser, page, pytestmark, served  # noqa: F401  (fixtures, marks)

pytestmark = [*pytestmark, pytest.mark.slow]


@pytest.fixture(scope="module")
def address(trained_once, tmp_path_factory):
    workspace = trained.copy_of(trained_once, tmp_path_factory.mktemp("pages") / "trained")
    with_maps(workspace)
    with_ranking(workspace)
    with served(workspace.root) as url:
        yield url


def test_a_walk_meets_every_ordered_pair_once():
    names = list("abcde")
    found = walk(names)
    assert sorted(pairwise(found)) == sorted(permutations(names, 2))


def test_between_any_two_pages_by_the_sidebar_shows_what_their_links_show(page, address):  # noqa: F811
    page.goto(address)
    page.wait_for_selector(READY)
    links = by_sidebar(page)
    paths = {name: link.evaluate("link => link.href") for name, link in links.items()}
    expected = {}
    for name, path in paths.items():
        page.goto(path)
        expected[name] = settled(page, looks=6)  # all others are held against it: on a busy machine parts come late
        assert page.locator("[data-testid=stException]").count() == 0, name
        assert page.title() == f"{name} · LEARN Explorer"
    route = walk(list(paths))
    page.goto(paths[route[0]])
    settled(page)
    for before, name in pairwise(route):
        go_by_sidebar(page, links[name])
        for _ in range(100):
            if page.evaluate(CONTENT) == expected[name]:
                break
            page.wait_for_timeout(100)
        assert settled(page) == expected[name], f"from {before} to {name}"
