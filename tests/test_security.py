"""Attacks of SECURITY.md that are about no single module; its table names a test for each."""

import ast
import io
import json
import os
import re

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock

from app.panels import basket, new_items_file
from app.shared import bench_settings
from learn.checksums import verify
from learn.data.cells import visible
from learn.data.readers import read_table
from learn.errors import LearnError
from learn.explore.atlas.html import single_file
from learn.explore.export import csv_bytes, file_name
from learn.files import atomic_folder, atomic_path, write_json
from learn.partial import sweep_partial
from learn.runs.run import Run
from learn.tensor_files import load_tensors, save_tensors
from tests.source_code import ROOT, SOURCES, calls


class TestNothingLeavesTheWorkspace:
    @pytest.mark.parametrize("key", ["../../secret", "/etc", "a/b", "..", "", "a\n", "a\x00b", "a\\b"])
    def test_a_run_cannot_name_content_elsewhere(self, tmp_path, workspace, key):
        found = next(iter(workspace.run_paths("synthetic")))
        about = json.loads((found / "run.json").read_text(encoding="utf-8")) | {"content_key": key}
        write_json(tmp_path / "mine" / "run.json", about)
        with pytest.raises(LearnError, match="is damaged"):
            Run(tmp_path / "mine")

    def test_a_run_of_several_llms_keeps_its_key(self, tmp_path, workspace):
        found = next(iter(workspace.run_paths("synthetic")))
        about = json.loads((found / "run.json").read_text(encoding="utf-8")) | {"content_key": "ab12+cd34"}
        write_json(tmp_path / "mine" / "run.json", about)
        assert Run(tmp_path / "mine").info.content_key == "ab12+cd34"

    @pytest.mark.parametrize("name", ["../other", "/etc", "..", "a/b"])
    def test_a_run_cannot_name_a_dataset_elsewhere(self, tmp_path, workspace, name):
        found = next(iter(workspace.run_paths("synthetic")))
        about = json.loads((found / "run.json").read_text(encoding="utf-8")) | {"dataset": name}
        write_json(tmp_path / "mine" / "run.json", about)
        with pytest.raises(LearnError, match="cannot be a folder's name"):
            workspace.content(Run(tmp_path / "mine").info.dataset)

    def test_checksums_that_name_other_files_are_only_names(self, tmp_path):
        (tmp_path / "a.json").write_text("{}", encoding="utf-8")
        write_json(tmp_path / "checksums.json", {"../../etc/passwd": "0" * 64, "/etc/passwd": "0" * 64})
        verify(tmp_path / "a.json", "no remedy")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "checksums.json"]

    @pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights elsewhere")
    def test_links_in_a_workspace_are_replaced_and_not_followed(self, tmp_path):
        outside, place = tmp_path / "outside", tmp_path / "datasets"
        outside.mkdir()
        place.mkdir()
        (outside / "kept").write_text("kept", encoding="utf-8")
        (place / "shop").symlink_to(outside)
        (place / "file.json").symlink_to(outside / "kept")
        (place / ".partial-x").symlink_to(outside)
        with atomic_folder(place / "shop") as folder:
            (folder / "new").write_text("new", encoding="utf-8")
        write_json(place / "file.json", [])
        sweep_partial(place)
        assert [path.name for path in outside.iterdir()] == ["kept"]
        assert (outside / "kept").read_text(encoding="utf-8") == "kept"
        assert not (place / "shop").is_symlink() and (place / "shop" / "new").exists()
        assert sorted(path.name for path in place.iterdir()) == ["file.json", "shop"]

    @pytest.mark.parametrize(
        "name", ["../../x.csv", "/etc/x.csv", "x.csv/../../y.csv", "C:\\x.csv", "x\x00.csv", "a\r\nb.csv"]
    )
    def test_the_name_of_an_upload_becomes_no_path(self, name):
        class Upload(io.BytesIO):
            pass

        upload = Upload(b"title\nTea\n")
        upload.name = name
        assert new_items_file._uploaded(upload)[0]["title"].tolist() == ["Tea"]

    @pytest.mark.parametrize("name", ["x.exe", "x", "x.csv\x00", "x.csv/..", "x./etc/passwd"])
    def test_an_upload_is_known_by_its_content_alone(self, name):
        upload = io.BytesIO(b"title\nTea\n")
        upload.name = name
        assert new_items_file._uploaded(upload)[0]["title"].tolist() == ["Tea"]
        program = io.BytesIO(b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\xff\xff")
        program.name = name
        with pytest.raises(LearnError):
            new_items_file._uploaded(program)


class TestWhatIsHandedOut:
    def test_every_csv_is_written_by_the_one_function_that_guards_it(self):
        files = {file for file, _, name, _ in calls() if name.endswith(".to_csv") or name == "csv.writer"}
        assert files == {
            "learn/explore/export.py",
            "learn/reproduce/external_baselines.py",  # for the peers' readers
        }
        given = [ast.unparse(node.args[1]) for path in SOURCES if "views" in path.parts or "panels" in path.parts
                 for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                 if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("download_button")]  # fmt: skip
        assert len(given) >= 4 and all("csv_bytes" in one for one in given)

    def test_formulas_become_text(self):
        lines = (
            csv_bytes(pd.DataFrame({"=1": ["=1+1", "+x", "-y", "@z", "\tq", "-3.5"]})).decode("utf-8-sig").split("\n")
        )
        assert lines[:6] == ["'=1", "'=1+1", "'+x", "'-y", "'@z", "'\tq"] and lines[6] == "-3.5"

    @pytest.mark.parametrize(
        "user", ["../../x", 'a"; filename="b.exe', "a\r\nSet-Cookie: x=1", "x" * 500, "\u202egpj", ""]
    )
    def test_the_name_of_a_download_breaks_no_header(self, user):
        name = file_name(f"lists_of_{user}.csv")
        assert re.fullmatch(r"[\w-]{1,80}\.csv", name) and name.startswith("lists_of_")

    def test_no_text_ends_the_script_of_the_page_to_send(self):
        page = single_file(
            b"points", {"about": "</script><script>alert(1)</script>"}, "</title><script>alert(1)</script>"
        )
        assert "alert(1)</script>" not in page and page.count("<script") == 3
        assert "default-src 'none'" in page and "unsafe-inline'; img" in page

    @pytest.mark.skipif(os.name != "posix", reason="no umask elsewhere")
    @pytest.mark.parametrize(("mask", "file", "folder"), [(0o077, 0o600, 0o700), (0o022, 0o644, 0o755)])
    def test_files_are_as_private_as_the_user_says(self, tmp_path, mask, file, folder):
        before = os.umask(mask)
        try:
            with atomic_folder(tmp_path / "thing") as place:
                (place / "a").write_text("a", encoding="utf-8")
                save_tensors(place / "b.safetensors", {"x": np.zeros(2)})
            with atomic_path(tmp_path / "c.parquet") as path:
                pd.DataFrame({"a": [1]}).to_parquet(path)
            write_json(tmp_path / "d.json", {})
        finally:
            os.umask(before)
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
        assert modes.pop("thing") == folder and set(modes.values()) == {file}
        assert load_tensors(tmp_path / "thing" / "b.safetensors")[0]["x"].tolist() == [0, 0]


class TestWhatABrowserSays:
    @pytest.mark.parametrize("told", [
        {"weights": {"similarity": "x"}}, {"weights": {"similarity": 7}}, {"weights": {"similarity": []}},
        {"weights": [1]},
        {"weights": {"similarity": float("nan")}}, {"weights": "similarity"}, [], "x", None,
    ])  # fmt: skip
    def test_a_bench_that_lies_changes_nothing(self, told, monkeypatch):
        import streamlit as st

        written = []
        monkeypatch.setattr(st, "session_state", {"k": {"settings": told}})
        monkeypatch.setattr(bench_settings, "write", written.append)
        bench_settings.heard("k")
        assert written == [] or all(value is None for value in written[0].values())

    def test_a_basket_of_millions_is_cut(self, monkeypatch):
        import streamlit as st

        written = []
        told = {"basket": {"items": ["x" * 10**6] + [str(n) for n in range(10**5)], "likes": {"a": 1}}}
        monkeypatch.setattr(st, "session_state", {"k": told})

        class Query(dict):
            def get_all(self, key):
                return []

        monkeypatch.setattr(st, "query_params", Query())
        monkeypatch.setattr(bench_settings, "write", written.append)
        basket.heard("k")
        assert len(written[0]["basket"]) == basket.MOST and written[0][basket.LIKES] == []


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights elsewhere")
def test_a_lock_that_is_a_link_empties_no_file(tmp_path):
    (tmp_path / "kept").write_text("kept", encoding="utf-8")
    (tmp_path / "lock").symlink_to(tmp_path / "kept")
    with pytest.raises(OSError), FileLock(tmp_path / "lock", timeout=0):
        pass
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize(
    "value", ["[" * 100_000, '{"a":' * 50_000, "1" * 100_000, '"' + "\\ud800" * 9 + '"', "-" + "9" * 400]
)
def test_json_that_is_deep_or_huge_is_said_with_its_line(tmp_path, value):
    path = tmp_path / "items.jsonl"
    path.write_text(f'{{"item_id": "a", "title": "Tea"}}\n{{"item_id": "b", "title": {value}}}\n', encoding="utf-8")
    try:
        titles = [visible(str(title)) for title in read_table(path)["title"]]
        lone = "ud800" in value  # no text: the reader of JSON puts the sign of what cannot be shown in their place
        assert titles == ["Tea", "\ufffd" * 9 if lone else value]
    except LearnError as error:
        assert f"{path}, line 2" in error.what and len(str(error)) < 5000


def test_each_attack_of_the_list_has_a_test_that_is_there():
    rows = re.findall(
        r"^\| (\d+) \| .* \| `(tests/[\w/]+\.py)::([\w:]+)` \|$", (ROOT / "SECURITY.md").read_text(), re.M
    )
    assert [int(number) for number, *_ in rows] == list(range(1, len(rows) + 1)) and len(rows) >= 30
    for _, file, name in rows:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert set(name.split("::")) <= there, f"{file} has no {name}"
    assert len({(file, name) for _, file, name in rows}) == len(rows)


def test_the_list_of_what_is_installed_has_hashes():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = [line for line in text.splitlines() if re.match(r"[a-zA-Z0-9]", line)]
    assert len(names) > 50 and text.count("--hash=sha256:") >= len(names)
