"""Attacks of SECURITY.md: nothing of other people's is executed, and nothing is fetched unasked."""

import gzip
import pickle
import re
import socket
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from learn.data.readers import read_table
from learn.data.sources import load_source
from learn.errors import LearnError
from learn.runs.llms import is_here, reading_runs
from tests.source_code import ROOT, calls, imported


class Bomb:
    """Unpickled, it makes a file."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (self.marker,)


class TestNothingIsExecuted:
    def test_no_format_that_can_run_code_is_read(self):
        modules = {
            "pickle",
            "cPickle",
            "dill",
            "cloudpickle",
            "joblib",
            "marshal",
            "shelve",
            "yaml",
            "ruamel",
            "tarfile",
        }
        wrong = [(file, module) for file, module in imported() if module.partition(".")[0] in modules]
        runs = r"(eval|exec|compile|__import__|os\.(system|popen)|torch\.load|(np|numpy)\.load|pd\.read_pickle)"
        wrong += [(file, line) for file, line, name, _ in calls() if re.fullmatch(runs, name)]
        arrays = {"learn/cex/own_vectors.py", "learn/data/thumbnails.py"}  # np.load, never of objects
        assert {file for file, _ in wrong} == arrays
        for file in arrays:
            source = (ROOT / file).read_text(encoding="utf-8")
            assert len(re.findall(r"np\.load\([^)]*allow_pickle=False\)", source)) == source.count("np.load(") == 1

    def test_no_call_goes_through_a_shell(self):
        assert [one for one in calls() if one[3].get("shell", "False") != "False"] == []
        assert {file for file, _, name, _ in calls() if name.startswith("subprocess.")} == {
            "learn/cli/app_server.py", "learn/reproduce/external_runs.py", "learn/runs/info.py",
            "learn/building/background.py", "learn/showing.py",  # this project's own commands
            "learn/training/processes.py",
        }  # fmt: skip

    def test_archives_of_strangers_are_not_unpacked(self):
        assert {file for file, module in imported() if module == "zipfile"} == {
            "learn/cex/llm.py", "learn/cex/own_vectors.py",  # a package's own, and what np.load reads
            "learn/data/reading/unpack.py",  # one member, in bounded blocks, and never to the disk
        }  # fmt: skip

    @pytest.mark.parametrize(("lines", "said"), [(False, "a line of more than 64 MiB"), (True, "unpacks to more than")])
    def test_a_megabyte_that_unpacks_to_one_gigabyte_is_refused_in_little_memory(self, tmp_path, lines, said):
        part = b"a," * (1 << 23) if not lines else b"a,b\n" * (1 << 22)
        path = tmp_path / "items.csv.gz"
        path.write_bytes(gzip.compress(part, 9) * 64)  # members one after the other are one file
        assert path.stat().st_size < 1.2e6 * (1 + lines)
        tracemalloc.start()
        try:
            with pytest.raises(LearnError, match=f"{re.escape(str(path))} .*{said}"):
                load_source("tables", items=path, interactions=path)
            assert tracemalloc.get_traced_memory()[1] < 700e6
        finally:
            tracemalloc.stop()

    @pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl", "csv.gz"])
    def test_a_pickle_under_another_ending_is_refused(self, tmp_path, ending):
        path, marker = tmp_path / f"items.{ending}", tmp_path / "marker"
        path.write_bytes(pickle.dumps(Bomb(marker)))
        with pytest.raises(LearnError, match=re.escape(str(path))):
            load_source("tables", items=path, interactions=path)
        assert not marker.exists()

    def test_a_type_in_parquet_metadata_runs_nothing(self, tmp_path):
        path, marker = tmp_path / "items.parquet", tmp_path / "marker"
        field = pa.field("title", pa.string(), metadata={
            "ARROW:extension:name": "arrow.py_extension_type", "ARROW:extension:metadata": pickle.dumps(Bomb(marker)),
        })  # fmt: skip
        pq.write_table(pa.table([pa.array(["a"])], schema=pa.schema([field])), path)
        assert read_table(path)["title"].tolist() == ["a"] and not marker.exists()

    @pytest.mark.parametrize("metadata", [b"[", b"{}", b'{"index_columns": ["../x"], "columns": []}', b"\xff" * 9])
    def test_hostile_parquet_metadata_is_read_past_or_refused(self, tmp_path, metadata):
        path = tmp_path / "items.parquet"
        table = pa.table({"title": ["a"]}).replace_schema_metadata({b"pandas": metadata})
        pq.write_table(table, path)
        try:
            assert read_table(path)["title"].tolist() == ["a"]
        except LearnError as error:
            assert str(path) in error.what


class TestNothingIsFetched:
    def test_only_who_is_asked_to_talks_to_a_server(self):
        modules = {"requests", "httpx", "aiohttp", "ftplib", "socket", "http", "urllib3", "smtplib", "huggingface_hub"}
        found = {(file, module) for file, module in imported() if module.partition(".")[0] in modules}
        found |= {(file, module) for file, module in imported() if module == "urllib.request"}
        assert found == {
            ("app/shared/at_once.py", "socket"),  # a setting of the server's own
            ("learn/cli/app_server.py", "socket"), ("learn/cli/app_server.py", "urllib.request"),
            ("learn/partial.py", "socket"),  # the machine's name
            ("learn/showing.py", "socket"), ("learn/showing.py", "urllib.request"),  # whether the explorer is up
            ("learn/data/pictures/web.py", "socket"), ("learn/data/pictures/web.py", "http.client"),  # --fetch-pictures
            ("learn/runs/asked.py", "urllib.request"),  # the address that the user gave to `learn.show`
            ("learn/runs/model_folder.py", "huggingface_hub"),  # its folder format; nothing is fetched
        }  # fmt: skip

    @pytest.mark.parametrize(
        "address", ["http://127.0.0.1:{}/x.csv", "file:///etc/hostname", "ftp://127.0.0.1:{}/x.csv"]
    )
    def test_an_address_in_place_of_a_file_is_not_opened(self, tmp_path, address):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0)
            given = address.format(server.getsockname()[1])
            with pytest.raises(LearnError, match="does not exist"):
                load_source("tables", items=given, interactions=given)
            with pytest.raises(BlockingIOError):  # nobody has called
                server.accept()

    def test_opening_a_run_that_names_a_remote_llm_fetches_nothing(self, trained_workspace, tmp_path, monkeypatch):
        monkeypatch.setattr("learn.workspace.PREBUILT", tmp_path / "no-demo")
        assert len(list(reading_runs(trained_workspace))) == 1
        assert is_here("bundled") and not is_here("somebody/llm") and not is_here("https://example.com/llm")
        monkeypatch.setattr("learn.runs.llms.is_here", lambda llm: False)
        monkeypatch.setattr("learn.runs.new_items.reading_settings", lambda run: pytest.fail("it was looked up"))
        assert list(reading_runs(trained_workspace)) == []
