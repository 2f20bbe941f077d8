"""Two processes that train together: their gradients are one process's, and what one of them leaves any number goes on
with."""

import multiprocessing
import os
import signal
import subprocess
import sys
from datetime import timedelta
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch

from learn.config import SequenceUse
from learn.data.splits import leave_one_out
from learn.errors import LearnError
from learn.training import processes
from learn.training.learner import Learner
from learn.training.processes import Group, current_group, join, training_processes
from tests.training.test_train import (
    AFTER_EVERY_STEP,
    Interrupting,
    config,
    recall,
    run_training,
    tiny_content,
    tiny_dataset,
)

NEGATIVES = [
    {},
    {"objective__catalogue_negatives": 0},
    {"objective__catalogue_negatives": 1000, "training__batch_size": 7},
    {"objective__in_batch_negatives": False, "pal__popularity_bias": False},
    {"objective__catalogue_negatives": 1, "objective__in_batch_negatives": False, "training__batch_size": 39},
]
LEARNED = list(product(("dense_all_action", "next_item"), SequenceUse, "abc"))
SHAPES = [
    {
        "objective__kind": kind,
        "sampling__sequence": sequence.value,
        "pal__item_tower": tower,
        **NEGATIVES[(number + more) % len(NEGATIVES)],
    }
    for more in (0, 2)
    for number, (kind, sequence, tower) in enumerate(LEARNED)
] + [
    {"pal__inputs": "text+id", "pal__item_tower": "b"},
    {"sampling__new_targets_only": True, "objective__log_q": False},
]
"""Configurations with every objective, tower and kind of negatives; 40 users in batches of 39 leave one for a batch."""


def gradients(group, changes):
    """The loss and all gradients of the first epoch's first and last steps."""
    torch.set_num_threads(1)
    split = leave_one_out(tiny_dataset())
    settings = config(**changes)
    learner = Learner(split.train(), split.training_counts(), tiny_content(), settings, Path("none"), group)
    found = {}
    learner.optimizer.step = lambda: None
    learner.accelerator.clip_grad_norm_ = lambda *_: None
    for step in (0, learner.steps_per_epoch - 1):
        found[f"{step}.loss"] = torch.tensor(learner.update(0, step))
        for name, parameter in learner.towers.named_parameters():
            found[f"{step}.{name}"] = None if parameter.grad is None else parameter.grad.clone()
    return found


def second(store, kept):
    """The other process: its gradients into the file ``kept``."""
    with join(store, 1, 2) as group:
        torch.save([gradients(group, changes) for changes in SHAPES], kept)
        group.tell()


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """The gradients of both of two processes, for each of `SHAPES`."""
    folder = tmp_path_factory.mktemp("together")
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo" if sys.platform == "linux" else "lo0")
    other = multiprocessing.get_context("spawn").Process(target=second, args=(folder / "store", folder / "second.pt"))
    other.start()
    with join(folder / "store", 0, 2) as group:
        first = [gradients(group, changes) for changes in SHAPES]
    other.join()
    return first, torch.load(folder / "second.pt")


@pytest.mark.parametrize("number", range(len(SHAPES)))
def test_two_processes_have_the_gradients_of_one(together, number):
    alone = gradients(Group(), SHAPES[number])
    assert sum(value is not None for value in alone.values()) > 10
    for found in (part[number] for part in together):
        for name, value in alone.items():
            if value is None:
                assert found[name] is None
            else:
                scale = max(1.0, float(value.abs().max()))
                assert float((found[name] - value).abs().max()) < 1e-5 * scale, name


def test_one_that_never_comes_is_not_waited_for_for_hours_and_the_next_is_met(tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "_MEETING", timedelta(seconds=1))
        with pytest.raises(LearnError, match="One of the 2 processes"), join(tmp_path / "store", 0, 2):
            pytest.fail("there is nobody to train with")
    assert not torch.distributed.is_initialized()
    with training_processes(2) as group:
        assert group.size == 2


class Counting(Interrupting):
    """Counts the steps that are taken."""

    def __init__(self):
        self.steps = 0

    def update(self, n=1, **fields):
        self.steps += bool(fields)


class Killing(Interrupting):
    """Ends another process after some steps, as the system would that has no memory left."""

    def __init__(self, after, children):
        super().__init__(after)
        self.children = children

    def update(self, n=1, **fields):
        self.left -= bool(fields)
        if self.left == 0 and fields:
            os.kill(self.children[0].pid, signal.SIGKILL)


def test_one_process_goes_on_from_what_two_left_when_one_of_them_was_killed(tmp_path, monkeypatch):
    start, children = subprocess.Popen, []

    def noted(command, *given, **named):
        child = start(command, *given, **named)
        children.extend([child] if "learn.training.following" in command else [])
        return child

    monkeypatch.setattr(subprocess, "Popen", noted)
    whole = run_training(tmp_path / "whole")
    with (
        pytest.raises(LearnError, match=r"One of the 2 processes .* has ended") as caught,
        training_processes(2) as two,
    ):
        assert two.size == 2 and current_group() is two
        run_training(tmp_path / "cut", Killing(8, children), **AFTER_EVERY_STEP)
    assert "Run the same command again" in caught.value.remedy
    assert len(children) == 1 and children[0].poll() == -signal.SIGKILL and current_group().size == 1
    counted = Counting()
    resumed = run_training(tmp_path / "cut", counted, **AFTER_EVERY_STEP)
    assert counted.steps == 4 * 5 - 8
    np.testing.assert_allclose(
        resumed.own_item_vectors, whole.own_item_vectors, rtol=3e-3, atol=3e-3
    )  # kept in 16 bits
    np.testing.assert_allclose(resumed.curves.loss, whole.curves.loss, rtol=1e-4)


def test_two_processes_go_on_from_what_one_left_and_train_one_run_after_the_other(tmp_path):
    whole = run_training(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run_training(tmp_path / "cut", Interrupting(8), **AFTER_EVERY_STEP)
    counted = Counting()
    with training_processes(2):
        resumed = run_training(tmp_path / "cut", counted, **AFTER_EVERY_STEP)
        early = run_training(tmp_path / "early", training__learning_rate=1e-9, training__epochs=9, training__patience=1)
    assert counted.steps == 4 * 5 - 7, "the eighth step was not stored"
    assert recall(resumed) == pytest.approx(recall(whole), abs=0.03)
    np.testing.assert_allclose(
        resumed.own_item_vectors, whole.own_item_vectors, rtol=3e-3, atol=3e-3
    )  # kept in 16 bits
    assert len(early.curves) == 2, "what does not get better ends in every process"


def test_how_many_processes_there_can_be(monkeypatch):
    with training_processes() as alone:
        assert (alone.rank, alone.size) == (0, 1)
    for launched, wanted in ((None, 0), ("3", 2)):
        if launched:
            monkeypatch.setenv("RANK", "0")
            monkeypatch.setenv("WORLD_SIZE", launched)
        with pytest.raises(LearnError, match=f"{wanted} processes cannot train together"), training_processes(wanted):
            pass
