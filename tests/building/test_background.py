"""A build in a process of its own: it ends in Runs and maps, says how far it is, can be cancelled and goes on."""

import io
import json
import os
import signal
import time
from dataclasses import asdict, replace

import pandas as pd
import pytest

from learn.building import background, status
from learn.building.background import Spec, build_names, build_status, cancel, read_spec, start
from learn.building.files import inside, keep_upload, tables_in
from learn.building.record import write_record
from learn.building.status import CANCELLED, DONE, FAILED, RUNNING, STOPPED, FileProgress, Status, read_status, steps
from learn.building.steps import Plan, build
from learn.data.stored import dataset_names
from learn.errors import LearnError
from learn.files import write_json
from learn.item_towers import ITEM_TOWERS
from learn.pipeline import Preparation, configuration, towers_named, train_variants, untrainable
from learn.progress import SilentProgress
from learn.runs.baselines import EVERYWHERE
from learn.workspace import Workspace
from tests.fake_llm import make_tiny_llm
from tests.shop import write_tables


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr("learn.workspace.PREBUILT", tmp_path / "no-demo")
    root = tmp_path / "workspace"
    (root / "mine").mkdir(parents=True)
    write_tables(root / "mine")
    return Workspace(root)


@pytest.fixture
def spec(place, tmp_path):
    llm = make_tiny_llm(tmp_path / "llm")
    return Spec("shop", "mine/items.csv", "mine/interactions.csv", (), "tiny", ("training.epochs=1",), str(llm))


def wait_for(place, name, *states):
    for _ in range(3000):  # a bound on hanging, not on speed
        found = build_status(place, name)
        if found.state in states:
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def test_one_build_at_a_time_and_a_cancelled_one_ends(place, spec):
    start(place, spec)
    assert build_names(place) == ["shop"] and read_spec(place, "shop") == spec
    with pytest.raises(LearnError, match="The build of shop is running"):
        start(place, replace(spec, name="other"))
    cancel(place, "shop")
    assert wait_for(place, "shop", DONE, FAILED, CANCELLED, STOPPED).state == CANCELLED


@pytest.mark.slow
def test_a_cancelled_build_goes_on_and_ends_in_an_explorer(place, spec):
    start(place, spec)
    cancel(place, "shop")
    assert wait_for(place, "shop", DONE, FAILED, CANCELLED, STOPPED).state == CANCELLED
    start(place, spec)
    found = wait_for(place, "shop", DONE, FAILED, STOPPED)
    assert (found.state, found.share) == (DONE, 1.0), background.last_words(place, "shop")
    assert found.step == "Drawing maps" and found.place == found.of == len(steps())
    assert dataset_names(place) == ["shop"]
    made = {path.name for path in place.run_paths("shop")}
    assert made == {*(tower.run_name for tower in ITEM_TOWERS.entries), "text-counts", *EVERYWHERE, "slit"}
    with pytest.raises(LearnError, match="There is a dataset shop already"):
        start(place, replace(spec, mapping=("title=category",)))


def test_a_build_that_is_refused_says_why_and_what_to_do(place, spec):
    start(place, replace(spec, mapping=("title=nothing",)))
    found = wait_for(place, "shop", DONE, FAILED, STOPPED)
    assert found.state == FAILED
    assert "there is no column 'nothing'" in found.what and found.remedy.startswith("Name a column")
    assert dataset_names(place) == []


def test_a_process_that_was_killed_is_seen_to_be_gone(place, spec, monkeypatch):
    begun = []
    real = background.subprocess.Popen
    monkeypatch.setattr(background.subprocess, "Popen", lambda *a, **k: begun.append(real(*a, **k)) or begun[0])
    start(place, spec)
    while not (place.build("shop") / background.LOCK).exists():
        time.sleep(0.05)
    assert build_status(place, "shop").state == RUNNING
    os.kill(begun[0].pid, signal.SIGKILL)
    assert wait_for(place, "shop", STOPPED, DONE).state == STOPPED
    cancel(place, "shop")
    assert build_status(place, "shop").state == CANCELLED


def test_a_process_that_never_began_is_seen_to_be_gone(place, spec, monkeypatch):
    monkeypatch.setattr(background, "_spawn", lambda *_: None)
    start(place, spec)
    assert build_status(place, "shop").state == RUNNING
    folder = place.build("shop")
    late = time.time() - background.SECONDS_TO_START - 1
    write_json(folder / status.FILE, asdict(replace(read_status(folder), updated=late)))
    assert build_status(place, "shop").state == STOPPED


def test_the_shipped_datasets_name_is_taken(place, spec, monkeypatch):
    monkeypatch.setattr(background, "needs_no_preparing", lambda name: name == "completejourney")
    with pytest.raises(LearnError, match="There is a dataset completejourney already"):
        start(place, replace(spec, name="completejourney"))
    with pytest.raises(LearnError, match="cannot be a folder's name"):
        start(place, replace(spec, name="../up"))


def test_progress_knows_the_step_its_share_and_what_is_left(tmp_path):
    progress = FileProgress(tmp_path)
    assert read_or_none(tmp_path) is None
    with progress.kept():
        assert read_status(tmp_path).step == status.CHECKING
        with progress.task("Training learn-a", 10, "steps") as bar:
            bar.update(5)
        with progress.task("Something else", 4, "steps") as bar:
            bar.update(1)
            place = progress.status.place
    progress.end(FAILED, "what", "remedy")
    found = read_status(tmp_path)
    assert (place, found.state, found.what, found.remedy) == (3, FAILED, "what", "remedy")
    half = Status(place=3, of=8, done=5, total=10, step_started=100, updated=110)
    assert half.share == pytest.approx(2.5 / 8) and half.seconds_left == pytest.approx(10)
    assert Status(total=10).seconds_left is None


def read_or_none(folder):
    return read_status(folder) if (folder / status.FILE).exists() else None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("items.csv", "items.csv"),
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\evil.csv", "evil.csv"),
        ("/etc/cron.d/x.csv", "x.csv"),
        ("..", "table"),
        ("", "table"),
        (".partial-1.csv", "partial-1.csv"),
        ("a\x00b<script>.csv", "a_b_script_.csv"),
        ("商品 カタログ.csv.gz", "_.csv.gz"),
        ("x" * 300 + ".parquet", "x" * 72 + ".parquet"),
    ],
)
def test_an_uploads_name_cannot_lead_anywhere(place, name, kept):
    file = keep_upload(place, name, io.BytesIO(b"a,b\n1,2\n"))
    folder, hashed, last = file.split("/")
    assert (folder, last) == ("uploads", kept) and len(hashed) == 16
    assert inside(place, file).read_bytes() == b"a,b\n1,2\n"
    assert keep_upload(place, name, io.BytesIO(b"a,b\n1,2\n")) == file


def test_only_tables_within_the_workspace_are_offered(place, tmp_path):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (place.root / "mine" / "link.csv").symlink_to(tmp_path / "secret.csv")
    (place.root / "mine" / "notes.md").write_text("no table")
    (place.root / "datasets" / "x").mkdir(parents=True)
    (place.root / "datasets" / "x" / "items.parquet").write_text("the workspace's own")
    upload = keep_upload(place, "ratings.dat", io.BytesIO(b"1::2\n"))
    assert tables_in(place) == [upload, "mine/interactions.csv", "mine/items.csv"]
    assert tables_in(Workspace(tmp_path / "nowhere")) == []
    for outside in ("../secret.csv", "mine/link.csv", str(tmp_path / "secret.csv")):
        with pytest.raises(LearnError, match="not within the workspace"):
            inside(place, outside)
    with pytest.raises(LearnError, match="not in the workspace"):
        inside(place, "uploads/gone.csv")


def test_items_of_one_text_get_the_baselines_and_a_reason(place, tmp_path, monkeypatch):
    monkeypatch.setattr("learn.building.steps.draw_maps", lambda *_, **__: pytest.fail("there are no vectors to map"))
    table = pd.read_csv(place.root / "mine" / "items.csv").assign(name="Gift card", category="Gift", price=10)
    table.to_csv(place.root / "mine" / "items.csv", index=False)
    what = Preparation(
        "tables", place.root / "mine" / "items.csv", place.root / "mine" / "interactions.csv", name="shop"
    )
    dataset, runs = build(place, Plan(what, "tiny"), progress=SilentProgress())
    assert [run.name for run in runs] == [name for name in EVERYWHERE if name != "l3ae"]  # which reads texts
    assert "All 120 items of shop have the same text" in untrainable(dataset).what
    with pytest.raises(LearnError, match="All 120 items of shop have the same text"):
        train_variants(place, dataset, configuration(dataset, "tiny"), towers_named("b"))
    two = dataset.items.assign(title=["Gift card"] * 119 + ["Another"])
    assert untrainable(replace(dataset, items=two)) is None


def test_an_upload_that_is_not_what_was_uploaded_is_refused_until_it_is_uploaded_again(tmp_path):
    workspace = Workspace(tmp_path)
    kept = keep_upload(workspace, "items.csv", io.BytesIO(b"id,title\n1,tea\n"))
    assert inside(workspace, kept).read_bytes() == b"id,title\n1,tea\n"
    for damage in (b"id,title\n1,teb\n", b""):
        (tmp_path / kept).write_bytes(damage)
        with pytest.raises(LearnError, match=r"items\.csv is damaged: it is not what was uploaded") as caught:
            inside(workspace, kept)
        assert caught.value.remedy == "Upload it again."
    assert keep_upload(workspace, "items.csv", io.BytesIO(b"id,title\n1,tea\n")) == kept
    assert inside(workspace, kept).read_bytes() == b"id,title\n1,tea\n"
    other = tmp_path / "uploads" / "mine" / "items.csv"  # put there by hand: nobody knows what it should hold
    other.parent.mkdir()
    other.write_text("id\n1\n")
    assert inside(workspace, "uploads/mine/items.csv") == other


def test_an_upload_that_became_a_folder_is_named(tmp_path):
    workspace = Workspace(tmp_path)
    kept = keep_upload(workspace, "items.csv", io.BytesIO(b"id\n1\n"))
    (tmp_path / kept).unlink()
    (tmp_path / kept).mkdir()
    assert tables_in(workspace) == [kept]
    for opened in (
        lambda: inside(workspace, kept),
        lambda: keep_upload(workspace, "items.csv", io.BytesIO(b"id\n1\n")),
    ):
        with pytest.raises(LearnError, match=r"items\.csv is damaged: it is a folder") as caught:
            opened()
        assert str(tmp_path / kept) in str(caught.value.remedy)
    (tmp_path / kept).rmdir()
    assert keep_upload(workspace, "items.csv", io.BytesIO(b"id\n1\n")) == kept


@pytest.mark.parametrize("file", [background.SPEC, status.FILE])
def test_a_record_that_is_not_what_was_written_is_refused(tmp_path, file):
    workspace = Workspace(tmp_path)
    folder = workspace.build("shop")
    spec, said = Spec("shop", "items.csv", "sales.csv", mapping=("title=name",)), Status(step="Reading", started=9.5)
    write_record(folder / background.SPEC, asdict(spec))
    write_record(folder / status.FILE, asdict(said))
    assert read_spec(workspace, "shop") == spec and read_status(folder) == said
    whole = (folder / file).read_text()
    for place in range(0, len(whole), 7):
        (folder / file).write_text(whole[:place] + chr(ord(whole[place]) ^ 1) + whole[place + 1 :])
        try:
            read_spec(workspace, "shop"), read_status(folder)
        except LearnError as error:
            assert file in error.what and error.remedy == "Start the build again."
        else:
            assert json.loads((folder / file).read_text()) == json.loads(whole)  # a blank became another one
    for other in ("[]", "null", "{}", '{"name": "shop"}'):
        (folder / background.SPEC).write_text(other)
        with pytest.raises(LearnError, match=r"build\.json is damaged"):
            read_spec(workspace, "shop")


def test_records_of_earlier_versions_are_read(tmp_path):
    write_json(tmp_path / status.FILE, {"state": DONE, "step": "Drawing maps"})
    assert read_status(tmp_path) == Status(state=DONE, step="Drawing maps")
