"""Bring your own: two tables are chosen, shown as they are read, mended, and built in the background."""

import re
import time
from dataclasses import asdict

import pandas as pd
import pytest

from app.panels import bring_steps
from app.shared.text import plain
from learn.building import background, status
from learn.building.background import LOCK, SPEC, Spec
from learn.building.example import NAMES, USERS, example_tables
from learn.building.status import CANCELLED, DONE, FAILED, RUNNING, Status
from learn.explore.export import csv_bytes
from learn.files import write_json
from learn.workspace import Workspace
from tests.app.conftest import texts
from tests.shop import write_tables

FILES = {"items": "mine/items.csv", "interactions": "mine/interactions.csv"}


@pytest.fixture
def place(empty_workspace):
    (empty_workspace / "mine").mkdir(parents=True)
    write_tables(empty_workspace / "mine")
    return Workspace(empty_workspace)


@pytest.fixture
def begun(monkeypatch):
    """Names of the builds that were started; none runs."""
    names = []
    monkeypatch.setattr(background, "_spawn", lambda workspace, name: names.append(name))
    return names


def with_build(workspace, state, **more):
    folder = workspace.build("shop")
    folder.mkdir(parents=True)
    write_json(folder / SPEC, asdict(Spec("shop", *FILES.values())))
    now = time.time()
    shown = Status(state=state, started=now - 90, updated=now, step_started=now - 30, **more)
    write_json(folder / status.FILE, asdict(shown))
    return folder


def test_without_tables_it_says_what_to_bring_and_what_will_come(place, open_page):
    page = open_page("bring")
    shown = texts(page)
    assert page.selectbox(key="items_choice").options == ["mine/interactions.csv", "mine/items.csv"]
    assert next(one.type for one in page.main if one.type in ("title", "markdown", "caption")) == "title"
    assert "customer,sku,when" in shown and "id: sku, item_id, asin, parent_asin, …" in shown
    assert "title: name, title, product_name" in shown and "Optional: category, price" in shown
    assert "A language model for English (SmolLM2-135M-Instruct; " in bring_steps.WHAT[-1]
    assert "stay on the computer that runs this app" in shown
    assert bring_steps.BUILD not in shown and all(line in shown for line in bring_steps.NEEDS)
    label = "CSV, TSV, Parquet or JSON lines, also gzipped, up to 200 MB"
    assert {page.file_uploader(key=f"bring_upload_{key}").label for key in FILES} == {label}
    assert plain(str(place.root)) in page.selectbox(key="items_choice").help


def test_it_says_where_the_table_of_impressions_is_given(place, open_page):
    for query in ({}, FILES):
        page = open_page("bring", **query)
        assert "learn rank NAME --impressions impressions.csv" in [one.value for one in page.code]
        assert "`user_id`, `item_id`, `timestamp` and `label`" in texts(page)


def test_only_of_a_temporary_folder_it_warns(place, open_page, monkeypatch):
    monkeypatch.setattr("learn.building.files.gettempdir", lambda: str(place.root.parent))
    for query in ({}, FILES):
        shown = texts(open_page("bring", **query))
        assert "may be lost" in shown and "`learn app --workspace FOLDER`" in shown
    monkeypatch.setattr("learn.building.files.gettempdir", lambda: str(place.root / "elsewhere"))
    assert "may be lost" not in texts(open_page("bring"))


def steps_of(page):
    """The step that is filled."""
    html = next(html.proto.body for html in page.get("html") if "bring-steps" in html.proto.body)
    return re.findall(r"<li aria-current=step><b>(\d)\.", html)


def test_the_step_that_it_is_at_is_filled_and_what_has_come_is_not_announced(place, open_page):
    assert steps_of(open_page("bring")) == ["1"] == steps_of(open_page("bring", items=FILES["items"]))
    page = open_page("bring", **FILES)
    assert steps_of(page) == ["2"] and bring_steps.NEEDS[0] not in texts(page)
    assert bring_steps.BUILD in texts(page)
    with pytest.raises(KeyError):
        page.button(key="bring_example")


def test_the_examples_tables_are_taken_as_uploads_are_and_can_be_built(place, open_page, begun):
    page = open_page("bring")
    page.button(key="bring_example").click().run()
    for key, name in NAMES.items():
        kept = page.query_params[key]
        assert kept.startswith("uploads/") and kept.endswith(f"/{name}")
        assert (place.root / kept).read_bytes() == csv_bytes(example_tables()[key])
    items = pd.read_csv(place.root / page.query_params["items"])
    assert [tile.value for tile in page.metric[:2]] == [f"{len(items):,}", f"{USERS:,}"]
    assert not page.error and not page.warning
    page.button(key="bring_build").click().run()
    assert begun == ["example-shop"]


def test_two_tables_are_shown_as_they_are_read(place, open_page):
    page = open_page("bring", **FILES)
    assert {tile.label: tile.value for tile in page.metric} == {
        "Items": "120", "Users": "30", "Interactions": "300", "Time": "01 Jan 2024 to 27 Oct 2024",
    }  # fmt: skip
    assert page.selectbox(key="items.title_choice").value == "name"
    assert page.selectbox(key="interactions.timestamp_choice").value == "when"
    assert page.selectbox(key="items.brand_choice").value is None
    assert 'Item title is "apple number 0".' in texts(page)
    assert not page.error and not page.warning


def test_a_mended_mapping_is_read_at_once_and_is_in_the_link(place, open_page, begun):
    table = pd.read_csv(place.root / FILES["items"])
    table.assign(story=[f"Story of {n} and of its friends" for n in range(120)]).to_csv(
        place.root / FILES["items"], index=False
    )
    page = open_page("bring", **FILES)
    assert "Column **story** is not read" in texts(page)
    page.selectbox(key="items.attributes_choice").select("story").run()
    assert 'This item supports "Story of 0 and of its friends".' in texts(page)
    assert page.query_params["items.attributes"] == "story"
    page.button(key="bring_build").click().run()
    assert begun == ["mine"]
    assert background.read_spec(place, "mine").mapping == ("items.attributes=story",)


def test_a_column_that_nobody_recognises_can_be_chosen(place, open_page):
    table = pd.read_csv(place.root / FILES["interactions"]).rename(columns={"customer": "who_it_was"})
    table.to_csv(place.root / FILES["interactions"], index=False)
    page = open_page("bring", **FILES)
    assert "has no column user" in page.error[0].value and "What to do" in page.error[0].value
    page.selectbox(key="interactions.user_id_choice").select("who_it_was").run()
    assert not page.error
    assert page.metric[1].value == "30"


def test_a_build_is_started_under_the_name_that_was_typed(place, open_page, begun):
    page = open_page("bring", called="shop", **FILES)
    page.button(key="bring_build").click().run()
    assert begun == ["shop"] and not page.exception
    assert background.read_spec(place, "shop") == Spec("shop", *FILES.values())
    assert "step 1 of 8: Checking the tables" in texts(page)
    assert page.button(key="bring_build").disabled, "one at a time"


def test_a_name_that_is_taken_or_none_cannot_be_built(workspace, open_page, begun):
    (workspace.root / "mine").mkdir()
    write_tables(workspace.root / "mine")
    page = open_page("bring", called="synthetic", **FILES)
    assert page.button(key="bring_build").disabled
    assert "There is a dataset synthetic already" in page.warning[0].value
    page = open_page("bring", called="../up", **FILES)
    assert "cannot be a folder's name" in page.error[0].value


def test_a_running_build_is_shown_whatever_the_link_and_can_be_cancelled(place, open_page):
    folder = with_build(place, RUNNING, step="Training learn-a", place=3, of=8, done=25, total=100, unit="steps")
    page = open_page("bring")
    words = texts(page)
    assert "Building shop" in words
    assert "step 3 of 8: Training learn-a, 25 of 100 steps, 1 min 30 s left of this step · 1 min 30 s so far" in words
    page.button(key="bring_cancel").click().run()
    assert (folder / background.CANCEL).exists()


def test_a_finished_build_leads_to_its_explorer(place, open_page):
    with_build(place, DONE)
    page = open_page("bring")
    assert "shop is ready" in texts(page) and "after 1 min 30 s" in texts(page)
    assert any('href="./?dataset=shop"' in html.proto.body for html in page.get("html"))


def test_a_failed_build_says_why_and_goes_on_when_told(place, open_page, begun):
    with_build(place, FAILED, what="There is no column 'x'.", remedy="Name one that exists.")
    page = open_page("bring")
    assert "There is no column 'x'." in page.error[0].value and "Name one that exists." in page.error[0].value
    page.button(key="bring_go_on").click().run()
    assert begun == ["shop"] and "Building shop" in texts(page)


def test_a_build_whose_process_is_gone_says_so(place, open_page):
    folder = with_build(place, RUNNING)
    (folder / LOCK).touch()
    write_json(folder / status.FILE, asdict(Status(state=RUNNING, updated=time.time() - 10)))
    (folder / background.LOG).write_text("Killed")
    page = open_page("bring")
    assert "ended without a word" in page.error[0].value
    assert "Killed" in texts(page)


def test_a_build_of_long_ago_is_not_shown(place, open_page):
    folder = with_build(place, CANCELLED)
    assert "was cancelled" in texts(open_page("bring"))
    write_json(folder / status.FILE, asdict(Status(state=CANCELLED, updated=time.time() - 90_000)))
    assert "was cancelled" not in texts(open_page("bring"))


@pytest.mark.parametrize("file", ["../secret.csv", "/etc/passwd", "datasets/x/items.parquet", "mine/gone.csv"])
def test_a_link_leads_to_no_file_that_is_not_offered(place, open_page, file):
    (place.root.parent / "secret.csv").write_text("item_id,title\n1,secret\n")
    page = open_page("bring", items=file, interactions=FILES["interactions"])
    assert "is not among" in page.warning[0].value
    assert page.selectbox(key="items_choice").value is None and not page.metric


def test_an_upload_is_kept_under_a_safe_name_and_read(place, open_page):
    page = open_page("bring", interactions=FILES["interactions"])
    content = (place.root / FILES["items"]).read_bytes()
    page.file_uploader(key="bring_upload_items").upload("../../evil.csv", content, "text/csv").run()
    kept = page.query_params["items"]
    assert kept.startswith("uploads/") and kept.endswith("/evil.csv")
    assert (place.root / kept).read_bytes() == content
    assert page.metric[0].value == "120"


def test_dates_that_read_in_two_ways_are_settled_by_a_box(place, open_page, begun):
    table = pd.read_csv(place.root / FILES["interactions"])
    table["when"] = [f"{1 + n % 12:02d}/{1 + n % 11:02d}/2024" for n in range(len(table))]
    table.to_csv(place.root / FILES["interactions"], index=False)
    page = open_page("bring", **FILES)
    assert "--date-order" in page.error[0].value and not page.metric
    page.selectbox(key="date_order_choice").select("dmy").run()
    assert not page.error and page.query_params["date_order"] == "dmy"
    assert page.metric[3].value == "01 Jan 2024 to 12 Nov 2024"
    page.button(key="bring_build").click().run()
    assert background.read_spec(place, begun[0]).date_order == "dmy"


def test_files_without_a_header_are_named_by_what_is_typed(place, open_page, begun):
    for file in FILES.values():
        lines = (place.root / file).read_text().splitlines(keepends=True)
        (place.root / file).write_text("".join(lines[1:]))
    names = "--columns interactions=customer,sku,when"
    page = open_page("bring", **FILES)
    assert page.error and not page.metric
    items = pd.read_csv(place.root / FILES["items"], header=None)
    typed = ["sku", "name", *(f"c{n}" for n in range(2, items.shape[1]))]
    page.text_input(key="items.columns_choice").input(",".join(typed)).run()
    columns = pd.read_csv(place.root / FILES["interactions"], header=None).shape[1]
    page.text_input(key="interactions.columns_choice").input(
        ",".join([names, *(f"c{n}" for n in range(3, columns))])
    ).run()
    assert not page.error
    assert [tile.value for tile in page.metric[:3]] == ["120", "30", "300"]
    page.button(key="bring_build").click().run()
    kept = background.read_spec(place, begun[0]).columns
    assert [one.partition("=")[0] for one in kept] == ["items", "interactions"]


def test_encoding_and_separator_are_taken_as_chosen(place, open_page, begun):
    items = place.root / FILES["items"]
    items.write_bytes(items.read_text().replace("apple number 0", "crème number 0").encode("latin-1"))
    page = open_page("bring", encoding="latin-1", separator="comma", **FILES)
    assert not page.error
    assert 'Item title is "crème number 0".' in texts(page)
    page.button(key="bring_build").click().run()
    spec = background.read_spec(place, begun[0])
    assert (spec.encoding, spec.separator) == ("latin-1", "comma")


def test_a_recognised_column_can_be_switched_off(place, open_page, begun):
    page = open_page("bring", **FILES)
    assert "-" not in page.selectbox(key="items.item_id_choice").options, "an id is needed"
    page.selectbox(key="interactions.timestamp_choice").select("-").run()
    assert not page.error and page.metric[3].value == "none"
    assert page.query_params["interactions.timestamp"] == "-"
    page.button(key="bring_build").click().run()
    assert background.read_spec(place, begun[0]).mapping == ("interactions.timestamp=-",)


def test_a_build_that_was_begun_before_is_read(place):
    folder = with_build(place, DONE)
    write_json(folder / SPEC, {"name": "shop", **FILES, "mapping": [], "preset": "auto", "settings": [], "llm": None})
    assert background.read_spec(place, "shop") == Spec("shop", *FILES.values())
