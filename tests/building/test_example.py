"""The example's tables are the same each time, read without a word of help, and every item has a text of its own."""

from learn.building.example import NAMES, USERS, example_tables
from learn.building.files import is_temporary
from learn.explore.export import csv_bytes
from learn.pipeline import Preparation, untrainable
from learn.preview import preview


def test_the_example_is_read_as_it_is(tmp_path):
    again = example_tables()
    for name, table in example_tables().items():
        assert table.equals(again[name])
        (tmp_path / NAMES[name]).write_bytes(csv_bytes(table))
    found = preview(Preparation("tables", *(str(tmp_path / name) for name in NAMES.values())))
    assert found.dataset.report["users"] == USERS and found.times is not None and not found.unread
    assert found.dataset.items["title"].is_unique and untrainable(found.dataset) is None


def test_a_temporary_folder_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert is_temporary(tmp_path / "temporary" / "workspace") and not is_temporary(tmp_path / "workspace")
