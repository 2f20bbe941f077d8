"""Training end to end on a tiny dataset: it learns, it is repeatable, and a kill at any moment loses nothing."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.numpy import save_file

from learn.config import SequenceUse, preset
from learn.data.schema import Interactions, Items
from learn.data.splits import Phase, leave_one_out
from learn.data.validation import validate
from learn.errors import LearnError
from learn.item_towers import ITEM_TOWERS
from learn.progress import make_progress
from learn.runs.run import Run
from learn.training.batch import make_batch, plan_epoch
from learn.training.checkpoint import Checkpoints
from learn.training.learner import learning_rate_factor
from learn.training.train import train
from learn.training_objectives import OBJECTIVES
from tests.by_hand import forget_checksums
from tests.oracle import history_vector

N_ITEMS, N_USERS, D_LLM = 60, 40, 12


def tiny_dataset(again=None):
    """Users stay within one of four groups of items; the last five items are never bought.

    With ``again`` True everybody has no more than three favourites, with False no item comes twice.
    """
    rng = np.random.default_rng(0)
    items = pd.DataFrame(
        {Items.ID: [f"i{n}" for n in range(N_ITEMS)], Items.TITLE: [f"thing {n}" for n in range(N_ITEMS)]}
    )
    rows = []
    for user in range(N_USERS):
        group = np.arange(user % 4, N_ITEMS - 5, 4)
        chosen = rng.choice(group, 9, replace=again is None)
        for place, item in enumerate(chosen if not again else rng.choice(chosen[:3], 9)):
            rows.append((f"u{user:02}", f"i{item}", pd.Timestamp("2024-01-01") + pd.Timedelta(days=place, hours=user)))
    interactions = pd.DataFrame(rows, columns=[Interactions.USER, Interactions.ITEM, Interactions.TIME])
    return validate("tiny", items, interactions, {})


def tiny_content():
    """Content embeddings that give the group away, and some noise."""
    rng = np.random.default_rng(1)
    content = rng.normal(size=(N_ITEMS, D_LLM)).astype(np.float32)
    content[np.arange(N_ITEMS), np.arange(N_ITEMS) % 4] += 4.0
    return content


def config(**changes):
    settings = {"training__epochs": 4, "training__batch_size": 8}
    return preset("tiny").with_values(**(settings | {"objective__catalogue_negatives": 20} | changes))


AFTER_EVERY_STEP = {"training__checkpoint_seconds": 0.0}
"""For what is stopped in the middle; writing a checkpoint takes longer than the step."""


def run_training(folder, progress=None, dataset=None, **changes):
    torch.set_num_threads(1)
    dataset = dataset or tiny_dataset()
    progress = progress or make_progress(silent=True)
    return train(dataset, leave_one_out(dataset), tiny_content(), config(**changes), folder=folder, progress=progress)


def recall(run):
    rows = run.metrics
    return rows[(rows.metric == "recall") & (rows.k == 10) & (rows.among == "all") & (rows.slice == "all")][
        "mean"
    ].item()


@pytest.mark.parametrize("tower", ITEM_TOWERS)
def test_every_variant_becomes_a_whole_run_and_beats_chance(tmp_path, tower):
    run = run_training(tmp_path / "x", pal__item_tower=tower, training__learning_rate=0.01, **AFTER_EVERY_STEP)
    assert run.user_vectors.shape[0] == N_USERS
    assert recall(run) > 2 * 10 / N_ITEMS
    assert not list(tmp_path.glob(".*")), "a checkpoint or partial file was left behind"
    if tower != "without-align":
        assert list(run.curves.columns[:3]) == ["epoch", "step", "loss"]
        assert run.curves.loss.iloc[-1] < run.curves.loss.iloc[0]


@pytest.mark.parametrize("kind", OBJECTIVES)
@pytest.mark.parametrize("sequence", list(SequenceUse))
@pytest.mark.parametrize("tower", ["a", "b", "c"])
def test_every_objective_teaches_every_tower(tmp_path, kind, sequence, tower):
    changes = {"objective__kind": kind, "sampling__sequence": sequence.value, "pal__item_tower": tower}
    run = run_training(tmp_path / "x", training__learning_rate=0.01, training__epochs=6, **changes)
    assert recall(run) > 2 * 10 / N_ITEMS


@pytest.mark.parametrize("inputs", ["id", "text+id"])
@pytest.mark.parametrize("tower", ["a", "b"])
def test_ids_are_read_beside_or_instead_of_text(tmp_path, inputs, tower):
    run = run_training(
        tmp_path / "x",
        pal__inputs=inputs,
        pal__item_tower=tower,
        pal__id_dropout=0.2,
        training__learning_rate=0.01,
        training__epochs=20,
        training__patience=20,
    )
    assert recall(run) > 2 * 10 / N_ITEMS
    cold, items = np.arange(N_ITEMS - 5, N_ITEMS), run.own_item_vectors
    # Nobody has the last five items: without text nothing tells them apart.
    apart = np.abs(items[cold] - items[cold[0]]).max() > 0.01
    assert apart == (inputs == "text+id")
    history = leave_one_out(tiny_dataset()).history(Phase.TEST)[3]
    pasted = history_vector(run, tiny_content()[history], history)
    assert pasted == pytest.approx(run.user_vectors[3], abs=0.02)
    by_text = history_vector(run, tiny_content()[history])
    assert np.isfinite(by_text).all() and np.abs(by_text - pasted).max() > 0.02


@pytest.mark.parametrize("again", [True, False])
@pytest.mark.parametrize(("kind", "sequence"), [("dense_all_action", "cut"), ("next_item", "whole")])
def test_the_repeat_bias_learns_whether_people_buy_again(tmp_path, again, kind, sequence):
    changes = {"objective__kind": kind, "sampling__sequence": sequence, "pal__item_tower": "b"}
    run = run_training(
        tmp_path / "x",
        dataset=tiny_dataset(again),
        pal__repeat_bias=True,
        training__learning_rate=0.01,
        training__epochs=8,
        **changes,
    )
    assert (run.info.repeat > 1.0) if again else (run.info.repeat < -1.0)
    ranked, history = run.recommendations, leave_one_out(tiny_dataset(again)).history(Phase.TEST)
    first = ranked[(ranked["among"] == "all") & (ranked["rank"] == 1)]
    held = [
        item in {f"i{n}" for n in history[int(user[1:])]}
        for user, item in zip(first.user_id, first.item_id, strict=True)
    ]
    assert (np.mean(held) > 0.9) if again else (np.mean(held) < 0.1)


@pytest.mark.parametrize("every", [1, 3])
def test_validations_are_as_far_apart_as_asked_and_the_last_epoch_has_one(tmp_path, every):
    run = run_training(tmp_path / "x", training__epochs=4, training__validate_every=every, training__patience=9)
    assert run.curves.validation.notna().tolist() == ([True] * 4 if every == 1 else [False, False, True, True])


@pytest.mark.parametrize("tower", ["c", "without-align"])
def test_content_towers_have_no_ids(tower):
    with pytest.raises(LearnError, match="inputs must be 'text', not 'id'"):
        config(pal__inputs="id", pal__item_tower=tower)


def test_the_same_seed_gives_the_same_run_and_another_seed_another(tmp_path):
    first, second = run_training(tmp_path / "x"), run_training(tmp_path / "y")
    assert np.array_equal(first.own_item_vectors, second.own_item_vectors)
    third = run_training(tmp_path / "z", training__seed=1)
    assert not np.array_equal(first.own_item_vectors, third.own_item_vectors)


class Interrupting:
    """Progress that stops training after some steps, as Ctrl-C would."""

    def __init__(self, after):
        self.left = after

    @contextmanager
    def task(self, description, total, unit):
        yield self

    def update(self, n=1, **fields):
        if fields:
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt


@pytest.mark.parametrize("steps", [1, 5, 7, 13])
def test_interrupted_training_goes_on_to_the_same_bits(tmp_path, steps):
    whole = run_training(tmp_path / "whole", pal__dropout=0.3)
    with pytest.raises(KeyboardInterrupt):
        run_training(tmp_path / "cut", Interrupting(steps), pal__dropout=0.3, **AFTER_EVERY_STEP)
    assert not (tmp_path / "cut").exists()
    resumed = run_training(tmp_path / "cut", pal__dropout=0.3, **AFTER_EVERY_STEP)
    assert np.array_equal(whole.own_item_vectors, resumed.own_item_vectors)
    assert np.array_equal(whole.user_vectors, resumed.user_vectors)
    assert whole.curves.loss.tolist() == resumed.curves.loss.tolist()


def test_a_checkpoint_of_another_configuration_is_not_used(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run_training(tmp_path / "cut", Interrupting(5), **AFTER_EVERY_STEP)
    changed = run_training(tmp_path / "cut", training__learning_rate=0.005, **AFTER_EVERY_STEP)
    clean = run_training(tmp_path / "clean", training__learning_rate=0.005, **AFTER_EVERY_STEP)
    assert np.array_equal(changed.own_item_vectors, clean.own_item_vectors)


@pytest.mark.slow
def test_kill_minus_nine_at_ten_random_moments(tmp_path):
    whole = run_training(tmp_path / "whole", training__epochs=30, training__patience=30)
    command = [sys.executable, "-c", DRIVER, str(tmp_path / "killed")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    root = Path(__file__).resolve().parents[2]
    random_moments = random.Random(5)
    for _ in range(10):
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "ready\n"
        time.sleep(random_moments.uniform(0.05, 1.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command, cwd=root, env=environment, check=True, stdout=subprocess.DEVNULL)
    killed = Run(tmp_path / "killed")
    assert np.array_equal(whole.own_item_vectors, killed.own_item_vectors)
    assert np.array_equal(whole.user_vectors, killed.user_vectors)


DRIVER = """
import sys
from pathlib import Path
from tests.training.test_train import AFTER_EVERY_STEP, run_training
print("ready", flush=True)
run_training(Path(sys.argv[1]), training__epochs=30, training__patience=30, **AFTER_EVERY_STEP)
"""


def test_a_cold_start_item_is_ranked_and_a_pasted_history_works(tmp_path):
    run = run_training(tmp_path / "x")
    items = run.own_item_vectors
    assert np.isfinite(items[-5:]).all()
    assert np.abs(items[-5:]).sum(axis=1).min() > 0
    split = leave_one_out(tiny_dataset())
    history = split.history(Phase.TEST)[3]
    pasted = history_vector(run, tiny_content()[history])
    assert pasted == pytest.approx(run.user_vectors[3], abs=0.02)  # stored as float16


def test_a_pasted_history_counts_repeated_items_as_training_does(tmp_path):
    run = run_training(tmp_path / "x", sampling__distinct_history=True)
    histories = leave_one_out(tiny_dataset()).history(Phase.TEST)
    repeating = [user for user in range(N_USERS) if len(set(histories[user])) < len(histories[user])]
    assert repeating
    for user in repeating[:5]:
        assert history_vector(run, tiny_content()[histories[user]]) == pytest.approx(run.user_vectors[user], abs=0.02)


def test_weights_of_another_pal_are_refused_with_the_command_that_makes_them_again(tmp_path):
    run = run_training(tmp_path / "x")
    weights = run.tensors("weights")
    forget_checksums(run.path)
    save_file(
        {name: value for name, value in weights.items() if "norm_mixed" not in name}, run.path / "weights.safetensors"
    )
    with pytest.raises(LearnError, match="norm_mixed") as caught:
        history_vector(run, tiny_content()[:3])
    assert "learn train tiny" in caught.value.remedy


def test_a_loss_without_negatives_is_refused():
    with pytest.raises(LearnError, match="nothing to tell apart"):
        config(objective__in_batch_negatives=False, objective__catalogue_negatives=0)


def test_content_of_another_catalogue_is_refused(tmp_path):
    dataset = tiny_dataset()
    with pytest.raises(LearnError, match="7 items, tiny has 60"):
        train(dataset, leave_one_out(dataset), tiny_content()[:7], config(), folder=tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_batches_are_a_function_of_seed_epoch_and_step():
    sequences = leave_one_out(tiny_dataset()).train()
    plan = plan_epoch(sequences, config(), 3)
    assert sorted(np.concatenate(plan)) == list(range(N_USERS))
    twice = plan_epoch(sequences, config(sampling__cuts_per_epoch=2), 3)
    assert sorted(np.concatenate(twice)) == sorted([*range(N_USERS)] * 2)
    one, two = (make_batch(sequences, plan[1], config(), 3, 1) for _ in range(2))
    assert np.array_equal(one.history, two.history)
    assert not np.array_equal(
        one.target_positions, make_batch(sequences, plan[1], config(), 4, 1).target_positions
    ) or (not np.array_equal(one.history, make_batch(sequences, plan[1], config(), 4, 1).history))


def test_what_is_no_negative():
    sequences = leave_one_out(tiny_dataset()).train()
    users = np.arange(6)
    for new_only in (False, True):
        settings = config(sampling__new_targets_only=new_only)
        batch = make_batch(sequences, users, settings, 0, 0)
        for user in users:
            excluded = set(batch.excluded_negatives[user, 0]) - {-1}
            mine = set(sequences[user])
            # Without the setting it is the target alone: a suffix of the sequence.
            suffixes = [set(sequences[user][cut:]) for cut in range(1, len(sequences[user]))]
            assert excluded == mine if new_only else excluded in suffixes


def test_distinct_histories_hold_every_item_once():
    sequences = leave_one_out(tiny_dataset()).train()
    batch = make_batch(sequences, np.arange(30), config(sampling__distinct_history=True), 0, 0)
    for row, positions in zip(batch.history, batch.history_positions, strict=True):
        seen = row[: positions.max() + 1]
        assert len(set(seen)) == len(seen)


def test_warm_up_then_half_a_cosine():
    factors = [learning_rate_factor(step, 100, 0.1) for step in range(100)]
    assert factors[0] == pytest.approx(0.1)
    assert max(factors) == pytest.approx(1.0)
    assert factors[55] == pytest.approx(0.5, abs=0.02)
    assert factors[-1] < 0.01


def test_a_checkpoint_that_cannot_be_opened_is_said(tmp_path, monkeypatch):
    """safetensors reports it of torch's files as a RuntimeError."""
    kept = Checkpoints(tmp_path / ".training-x" / "last", "same")
    kept.save({"weights": {"one": torch.ones(2)}}, {"epoch": 1})

    def fails(path):
        raise RuntimeError(f"unable to open file <{path}> in read-only mode: Input/output error (5)")

    monkeypatch.setattr("learn.training.checkpoint.load_file", fails)
    with pytest.raises(LearnError, match=r"The checkpoint .*last is damaged: unable to open"):
        kept.load()
