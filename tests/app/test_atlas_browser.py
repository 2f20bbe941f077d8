"""The Atlas in a real browser: linked maps without the server, what differs, links, keys, any title, and one file."""

import re
from urllib.parse import urlsplit

import numpy as np
import pytest

from learn.data.stored import open_dataset
from learn.explore.atlas.single import make_atlas
from learn.explore.catalogue import read_catalogue
from learn.explore.maps import moved
from learn.explore.maps.neighbours import nearest
from learn.explore.maps.spaces import find_spaces, space_vectors
from learn.runs.run import Run
from tests import synthetic
from tests.app.maps_fixtures import with_maps
from tests.app.test_browser import READY, browser, page, pytestmark, served, visit  # noqa: F401
from tests.explore.test_colours import contrast

PAINTED = ".maps[data-painted]"
WATCH = """() => {
    window.states = [];
    const app = document.querySelector('[data-testid=stApp]');
    new MutationObserver(() => window.states.push(app.dataset.testScriptState)).observe(app, {attributes: true});
}"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace with maps, and its Atlas as one file."""
    workspace = synthetic.make_synthetic_workspace(tmp_path_factory.mktemp("atlas"))
    maps = with_maps(workspace)
    dataset = open_dataset(workspace, synthetic.NAME)
    spaces = find_spaces([Run(path) for path in workspace.run_paths(synthetic.NAME)])
    (workspace.root / "atlas.html").write_bytes(make_atlas(dataset, spaces, maps))
    return workspace, dataset, spaces


@pytest.fixture(scope="module")
def address(made):
    with served(made[0].root) as found:
        yield found


def open_atlas(page, address, query=""):  # noqa: F811
    visit(page, address, f"atlas?dataset=synthetic{query}")
    page.locator(PAINTED).wait_for()
    page.wait_for_selector(READY)


def hover_an_item(page, pane=0):  # noqa: F811
    """Moves over a pane until an item is hovered; returns its point."""
    box = page.locator(".over").nth(pane).bounding_box()
    for row in range(3, 18):
        for column in range(2, 19):
            page.mouse.move(box["x"] + box["width"] * column / 20, box["y"] + box["height"] * row / 20)
            point = page.locator(PAINTED).get_attribute("data-hovered")
            if point not in (None, "-1"):
                return int(point)
    pytest.fail("no item under the pointer anywhere")


def click_here(page):  # noqa: F811
    page.mouse.down()
    page.mouse.up()


def fragment(page):  # noqa: F811
    page.wait_for_timeout(500)
    return urlsplit(page.url).fragment


def kept_of(made, before, after):
    _, dataset, spaces = made
    by_name = {space.name: space for space in spaces}
    near = [nearest(space_vectors(by_name[name], dataset), 10)[0] for name in (before, after)]
    counts = synthetic.synthetic_split(dataset).training_counts()
    return near, moved.moved_items(*near, np.arange(60), read_catalogue(dataset), counts)


def test_what_differs_equals_the_librarys_tables(page, address, made):  # noqa: F811
    open_atlas(page, address, "&before=learn-a&after=learn-c&colour=neighbours kept")
    near, table = kept_of(made, "learn-a", "learn-c")
    bars = page.locator(".bin")
    items = [int(bars.nth(kept).get_attribute("data-items")) for kept in range(11)]
    assert items == moved.shared_histogram(table, 10)["items"].tolist()
    rows = [int(row.get_attribute("data-point")) for row in page.locator(".movedRow").all()]
    assert rows == moved.most_changed(table, 60)["item"].tolist()
    codes = "root => Array.from(root.explorer.colouringOf('learn-a').codes)"
    assert page.locator(PAINTED).evaluate(codes) == table["shared"].tolist()
    page.get_by_label("Colour").select_option("crossed category")
    categories = read_catalogue(made[1]).category_order
    own = np.array([categories.index(name) for name in read_catalogue(made[1]).categories])
    assert page.locator(PAINTED).evaluate(codes) == moved.crossed(*near, own).astype(int).tolist()
    mean = table["shared"].mean()
    words = {0: "hardly any", 0.1: "about a tenth", 0.25: "about a quarter", 1 / 3: "about a third", 0.5: "about half"}
    words |= {2 / 3: "about two thirds", 0.75: "about three quarters", 0.9: "about nine tenths", 1: "nearly all"}
    share = words[min(words, key=lambda one: abs(one - mean / 10))]
    said = page.locator(".conclusion").inner_text()
    assert said.startswith(
        f"From (a) sequence to sequence to (c) no item PAL: an item keeps {share} of its 10 nearest neighbours"
    )
    shared = page.locator(PAINTED).evaluate("root => (root.explorer.points.buyers || {}).shared || {}")
    was, now = (f"{100 * shared[name]:.1f}%" if name in shared else "" for name in ("learn-a", "learn-c"))
    than = "as many" if was == now else "more" if shared["learn-c"] > shared["learn-a"] else "fewer"
    told = f"as before ({now})" if was == now else f"than before ({now}, before {was})"
    assert said.endswith(f" a neighbour shares {than} of its buyers {told}.")
    other = kept_of(made, "learn-a", "learn-b")[1]["shared"].mean()
    figures = page.locator(".figures").text_content()
    assert figures.startswith(
        f"It keeps {mean:.1f} on average in (c) no item PAL, against {other:.1f} in (b) sequence to item and "
        f"{100 / 59:.1f} by chance;"
    )
    said = page.locator(".movedWords").first.inner_text()
    assert said.startswith(f"keeps {table['shared'].min()} of 10 · ")
    bought = page.locator(".movedRow .movedBought").first.inner_text()
    assert bought == f"{moved.most_changed(table, 1).iloc[0]['interactions']:,}"
    assert page.locator(".caution").count() == 0, "the rows are all items there are"


def test_the_whole_map_is_whole_and_its_buttons_keep_to_their_map(page, address):  # noqa: F811
    open_atlas(page, address)
    outside = """root => root.explorer.panes.map(pane => Array.from(pane.explorer.points.order).filter(point => {
        const [left, top] = pane.place(point);
        return left < 0 || top < 60 || left > pane.camera.width || top > pane.camera.height - 44;
    }).length)"""
    assert page.locator(PAINTED).evaluate(outside) == [0, 0]
    clear = page.get_by_role("button", name="Clear")
    assert not clear.is_visible(), "there is nothing to clear"
    controls, pane = page.locator(".controls").bounding_box(), page.locator(".stage").first.bounding_box()
    assert controls["x"] + controls["width"] <= pane["x"] + pane["width"]
    page.locator(".bin").nth(2).click()
    clear.click()
    assert page.locator(PAINTED).get_attribute("data-lit") == "all" and not clear.is_visible()


EXAMPLE = """root => {
    const { points, state } = root.explorer;
    const told = points.examples[`${state.before}\\n${state.after}`];
    const names = (found) => found.map(point => points.titles[point]).join(' and ');
    return told && [told.before, told.after].map(near => `${points.titles[told.point]}, here beside ${names(near)}. `);
}"""
DARK_PIXELS = """(root) => root.explorer.panes.map(pane => {
    const { width, height } = pane.over;
    return pane.over.getContext('2d').getImageData(0, 0, width, height).data.some((part, at) => at % 4 === 3 && part);
})"""


def said_of_examples(page):  # noqa: F811
    """What a screen reader says of the example, map by map; "" where none is marked."""
    labels = [one.get_attribute("aria-label") for one in page.locator(".over").all()]
    return [label.partition("Ringed as an example: ")[2].partition("Arrows move it")[0] for label in labels]


def test_while_nothing_is_chosen_an_example_is_ringed_on_both_maps(page, address):  # noqa: F811
    open_atlas(page, address)
    expected = page.locator(PAINTED).evaluate(EXAMPLE)
    assert expected, "the made-up data must have an example"
    page.evaluate(WATCH)
    marked, drawn = (lambda: said_of_examples(page)), (lambda: page.locator(PAINTED).evaluate(DARK_PIXELS))
    page.mouse.move(2, 2)
    assert marked() == expected and drawn() == [True, True] and fragment(page) == ""
    title = page.locator(".difference .listTitle", has_text="For example")
    assert title.inner_text() == "For example, ringed on the maps (small ring: the neighbour)"
    page.locator(".bin").nth(2).click()
    assert marked() == ["", ""] and title.inner_text() == "For example"
    page.mouse.move(2, 2)
    assert drawn() == [False, False]
    page.get_by_role("button", name="Clear").click()
    assert marked() == expected and fragment(page) == ""
    page.locator(".searchBox").fill("item number 9")
    page.wait_for_timeout(500)
    assert marked() == ["", ""]
    page.locator(".searchBox").fill("")
    page.wait_for_timeout(500)
    page.locator(".story button").first.click()
    page.locator(".cardTitle").wait_for()
    assert marked() == ["", ""] and page.evaluate("window.states") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_on_the_maps_can_be_read_on_their_ground(browser, made, scheme):  # noqa: F811
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    tab = context.new_page()
    tab.goto((made[0].root / "atlas.html").as_uri())
    tab.locator(PAINTED).wait_for()
    assert tab.get_by_role("heading", name="Atlas", exact=True).is_visible()
    inks, ground = tab.locator(PAINTED).evaluate(
        "root => [root.explorer.panes.flatMap(pane => [...pane.inks]), root.explorer.colours.background]"
    )
    as_hex = ["#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", ink)) for ink in inks if "rgb" in ink]
    assert as_hex and all(contrast(ink, ground) >= 4.5 for ink in as_hex)
    context.close()


def test_looking_around_never_asks_the_server(page, address):  # noqa: F811
    open_atlas(page, address)
    page.evaluate(WATCH)
    hover_an_item(page)
    click_here(page)
    page.locator(".cardTitle").wait_for()
    page.mouse.wheel(0, -300)
    page.get_by_role("button", name="Zoom in").first.click()
    page.get_by_role("button", name="Whole map").click()
    page.get_by_role("button", name="More options").click()
    page.get_by_label("Maps").select_option("3")
    page.get_by_label("with").select_option("learn-a")
    page.locator(".searchBox").fill("item number 9")
    page.locator(".bin").nth(2).click()
    page.wait_for_timeout(700)
    assert page.evaluate("window.states") == [] and page.locator(".pane").count() == 3


def test_a_click_lists_true_neighbours_kept_lost_and_gained(page, address, made):  # noqa: F811
    open_atlas(page, address, "&before=learn-a&after=learn-b")
    point = hover_an_item(page)
    click_here(page)
    page.locator(".cardTitle").wait_for()
    near, _ = kept_of(made, "learn-a", "learn-b")
    lists = page.locator(".card .near")
    for place, (own, other, missing) in enumerate(((near[0], near[1], "lost"), (near[1], near[0], "gained"))):
        rows = lists.nth(place).locator(".nearRow").all()
        assert [int(row.get_attribute("data-point")) for row in rows] == own[point].tolist()
        words = ["kept" if one in other[point] else missing for one in own[point]]
        assert [row.locator(".word").inner_text() for row in rows] == words
    lists.first.locator("button").first.click()
    assert page.locator(PAINTED).get_attribute("data-selected") == str(near[0][point][0])
    page.get_by_role("button", name="Back").click()
    assert page.locator(PAINTED).get_attribute("data-selected") == str(point)


def test_the_legend_keeps_its_height_in_every_view(page, address):  # noqa: F811
    """A line that came and went with the arrows at the rim would move the maps: a link would show another view."""
    open_atlas(page, address)
    note, map_box = page.locator(".legendNote", has_text="beyond the edge"), page.locator(".over").first.bounding_box()
    assert note.is_visible()
    page.get_by_role("button", name="Zoom in").click()
    page.reload()
    page.locator(PAINTED).wait_for()
    assert note.is_visible() and page.locator(".over").first.bounding_box() == map_box


def test_reload_and_back_come_out_the_same(page, address):  # noqa: F811
    open_atlas(page, address)
    point = hover_an_item(page)
    click_here(page)
    page.locator(".cardTitle").wait_for()
    page.locator(".bin").nth(1).click()
    state = fragment(page)
    assert f"item=i{point:02d}" in state and "kept=1,1" in state
    lit = page.locator(PAINTED).get_attribute("data-lit")
    page.reload()
    page.locator(PAINTED).wait_for()
    page.wait_for_selector(READY)
    assert fragment(page) == state and page.locator(PAINTED).get_attribute("data-lit") == lit
    assert page.locator(PAINTED).get_attribute("data-selected") == str(point)
    page.go_back()
    page.wait_for_timeout(500)
    assert page.locator(PAINTED).get_attribute("data-selected") == "-1"


def test_keys_alone_find_choose_and_follow(page, address):  # noqa: F811
    open_atlas(page, address)
    page.locator(".over").first.focus()
    page.keyboard.press("Enter")
    first = page.locator(PAINTED).get_attribute("data-hovered")
    assert int(first) >= 0
    moved_to = {first}
    for key in ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        moved_to.add(page.locator(PAINTED).get_attribute("data-hovered"))
    assert len(moved_to) > 1
    page.keyboard.press("Enter")
    page.locator(".cardTitle").wait_for()
    page.keyboard.press("Escape")
    page.locator(".cardTitle").wait_for(state="detached")
    page.locator(".searchBox").focus()
    page.keyboard.type("number 9")
    page.locator(".result").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(".cardTitle", has_text="Item number 9").wait_for()


def test_what_is_seldom_asked_for_is_in_a_menu_that_keys_open_and_close(page, address):  # noqa: F811
    open_atlas(page, address)
    more, maps = page.get_by_role("button", name="More options"), page.get_by_label("Maps shown")
    assert not maps.is_visible() and more.get_attribute("aria-expanded") == "false"
    more.focus()
    page.keyboard.press("Enter")
    assert maps.is_visible() and page.get_by_label("Person").is_visible()
    page.keyboard.press("Tab")
    assert maps.evaluate("one => one.getRootNode().activeElement === one")
    page.keyboard.press("Escape")
    assert not maps.is_visible() and more.get_attribute("aria-expanded") == "false"
    more.click()
    page.locator(".over").first.click(position={"x": 200, "y": 300})
    assert not maps.is_visible()


def test_what_is_said_over_the_list_of_what_is_found_is_visible(page, address):  # noqa: F811
    open_atlas(page, address)
    page.locator(".searchBox").fill("zzyzx")
    page.locator(".results .more", has_text="No item has these words").wait_for()


@pytest.mark.parametrize("title", [*synthetic.HOSTILE_TITLES])
def test_titles_of_strangers_are_found_and_shown_as_text(page, address, title):  # noqa: F811
    open_atlas(page, address)
    page.locator(".searchBox").fill(title[:40].upper())
    result = page.locator(".result", has=page.get_by_text(title.strip(), exact=True)).first
    result.wait_for()
    result.click()
    page.locator(".cardTitle").wait_for()
    assert page.locator(".cardTitle").text_content() == title.strip()
    assert page.locator(".maps script, .maps img").count() == 0
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize(
    "old",
    ["maps?dataset=synthetic&spaces=learn-a&spaces=learn-c", "moved?dataset=synthetic&before=learn-a&after=learn-c"],
)
def test_old_addresses_open_it_with_their_meaning(page, address, old):  # noqa: F811
    visit(page, address, old)
    page.locator(PAINTED).wait_for()
    page.wait_for_selector(READY)
    assert urlsplit(page.url).path == "/atlas"
    assert page.locator(".pane .label").all_inner_texts() == ["(a) sequence to sequence", "(c) no item PAL"]


def test_one_file_works_without_a_network(browser, made):  # noqa: F811
    workspace = made[0]
    context = browser.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    tab = context.new_page()
    errors, asked = [], []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((workspace.root / "atlas.html").as_uri())
    tab.locator(PAINTED).wait_for()
    near, table = kept_of(
        made, *tab.locator(PAINTED).evaluate("root => [root.explorer.state.before, root.explorer.state.after]")
    )
    assert said_of_examples(tab) == (tab.locator(PAINTED).evaluate(EXAMPLE) or ["", ""]) != ["", ""]
    point = hover_an_item(tab)
    click_here(tab)
    assert said_of_examples(tab) == ["", ""]
    rows = tab.locator(".card .near").first.locator(".nearRow").all()
    assert [int(row.get_attribute("data-point")) for row in rows] == near[0][point].tolist()
    tab.locator(".searchBox").fill("item 9")
    tab.locator(".result").first.wait_for()
    assert [int(bar.get_attribute("data-items")) for bar in tab.locator(".bin").all()] == moved.shared_histogram(
        table, 10
    )["items"].tolist()
    assert errors == [] and asked == [(workspace.root / "atlas.html").as_uri()]
    context.close()
