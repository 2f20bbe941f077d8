"""What the runners of peers read and write: lists stay long enough when the history is left out."""

import sys
from pathlib import Path

import pytest

PEERS = Path(__file__).resolve().parents[2] / "benchmarks" / "peers"


@pytest.fixture
def peer_files(monkeypatch):
    monkeypatch.syspath_prepend(str(PEERS))
    import peer_files

    yield peer_files
    del sys.modules["peer_files"]


def test_lists_are_longer_than_the_longest_history_by_what_counts(peer_files, tmp_path):
    rows = ["user,item,position,timestamp", "a,1,0,", "a,1,1,", "a,2,2,", "b,7,0,"]
    (tmp_path / "history.csv").write_text("\n".join(rows))
    job = peer_files.Job(tmp_path, "sasrec", 0, {}, tmp_path)
    assert job.list_length() == peer_files.LIST_LENGTH + 2
    for runner in ("recbole_peers.py", "rectools_peers.py"):
        assert "job.list_length()" in (PEERS / runner).read_text(encoding="utf-8")
