"""axe-core on every page, light and dark: no serious finding in what the app draws."""

import importlib.util
import os
from pathlib import Path

import pytest

from tests import trained
from tests.app.maps_fixtures import with_maps
from tests.app.ranking_fixtures import with_ranking
from tests.app.test_browser import READY, browser, page, pytestmark, served  # noqa: F401  (fixtures, marks)

_PACKAGE = importlib.util.find_spec("axe_playwright_python")
AXE = next(iter(Path(_PACKAGE.origin).parent.rglob("axe.min.js")), None) if _PACKAGE else None

pytestmark = [
    *pytestmark,
    pytest.mark.slow,
    pytest.mark.skipif(
        AXE is None and not os.environ.get("LEARN_BROWSER_REQUIRED"),
        reason="axe-core is not here: pip install axe-playwright-python",
    ),
]

RUN = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => [one.id, one.nodes.map(node => node.html.slice(0, 200) + ' | ' + node.failureSummary.slice(0, 200))])"""


@pytest.fixture(scope="module")
def address(trained_once, tmp_path_factory):
    workspace = trained.copy_of(trained_once, tmp_path_factory.mktemp("axe") / "trained")
    with_maps(workspace)
    with_ranking(workspace)
    with served(workspace.root) as url:
        yield url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_finding(page, address, scheme):  # noqa: F811
    page.emulate_media(color_scheme=scheme)
    page.goto(address)
    page.wait_for_selector(READY)
    page.locator("[data-testid=stSidebarNavLink]").first.wait_for()
    paths = page.locator("[data-testid=stSidebarNavLink]").evaluate_all("links => links.map(link => link.href)")
    found = {}
    for path in paths:
        page.goto(path)
        page.wait_for_selector(READY)
        page.locator("[data-testid=stMain] h1").wait_for()
        page.wait_for_timeout(1500)
        page.wait_for_selector(READY)
        page.add_script_tag(path=AXE)
        for name, nodes in page.evaluate(RUN):
            found[path.rpartition("/")[2] or "overview", name] = nodes
    assert found == {}
