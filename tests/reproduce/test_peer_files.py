"""What the runners of peers read and write: lists stay long enough when the history is left out."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

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
    for runner in ("recbole_peers.py", "rectools_peers.py", "unisrec_peer.py", "hllm_peer.py"):
        assert "job.list_length()" in (PEERS / runner).read_text(encoding="utf-8")


def test_a_course_ends_for_want_of_patience_when_beaten_or_when_time_is_up(peer_files, tmp_path):
    def course(scores, patience=2, **more):
        made = peer_files.Course(peer_files.Job(tmp_path, "x", 0, {}, tmp_path, **more), patience)
        best = []
        for score in scores:
            best.append(made.note(score))
            if made.over:
                break
        return made, best

    made, best = course([0.1, 0.3, 0.2, 0.1, 0.9])
    assert made.over and made.ended == "whole" and best == [True, True, False, False]
    assert made.facts()["validation_ndcg_at_10"] == [0.1, 0.3, 0.2, 0.1] and made.facts()["epochs"] == 4
    made, _ = course([0.1, 0.2, 0.3], beaten_below=[None, 0.25, 0.1])
    assert (made.over, made.ended, len(made.scores)) == (True, "pruned", 2)
    made, _ = course([0.1, 0.2, 0.3], beaten_below=[None, 0.2])
    assert not made.over
    made, _ = course([0.1, 0.2], seconds=-1.0)
    assert (made.ended, len(made.scores)) == ("stopped", 1)


def test_ndcg_of_one_target_each_by_hand(peer_files):
    ranked = np.array([[5, 3, 1], [2, 4, 6], [7, 8, 9]])
    value = peer_files.ndcg_at_10(ranked, np.array([3, 2, 1]))
    assert value == pytest.approx((1 / np.log2(3) + 1 + 0) / 3)


def test_a_search_writes_what_validation_said_and_no_lists(peer_files, tmp_path):
    job = peer_files.Job(tmp_path, "x", 0, {}, tmp_path, search=True)
    peer_files.write_result(job, None, torch.nn.Linear(2, 3), ended="whole")
    assert json.loads((tmp_path / "result.json").read_text())["parameters"] == 9
    assert not (tmp_path / "recommendations.csv").exists()
