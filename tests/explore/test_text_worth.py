"""What the text is worth: the figures of validation, the share of items whose texts share buyers, in words."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from learn.config import PRESETS, PALConfig
from learn.data.schema import Metrics, PerUser
from learn.data.sequences import Sequences
from learn.data.split import SplitInfo
from learn.evaluation.protocol import default_k
from learn.explore import text_worth
from learn.explore.text_worth import buyers_shared, copying, said_of_text, sharing_sentence, trained_apart, what_helps
from learn.runs.info import RunInfo
from learn.sampling import SequenceUse


def run(split, kind, variant, validation, refit=False, label=None, config=PRESETS["tiny"]):
    info = RunInfo(
        name=variant,
        label=label or variant.upper(),
        kind=kind,
        variant=variant,
        dataset="world",
        dataset_fingerprint="",
        split={},
        refit=refit,
        validation=validation,
    )
    metrics = pd.DataFrame(columns=list(Metrics.ALL))
    return SimpleNamespace(info=info, name=variant, split=split, config=config, metrics=metrics)


def judged(one, hits):
    """``one`` with its figures on the target: of every user so many of ten found."""
    k = default_k(one.split.n_items)
    values = np.asarray(hits) / 10
    row = {"metric": "recall", "k": k, "among": "new", "slice": "all", "n_users": len(hits)}
    row |= {"mean": values.mean(), "low": values.mean() - 0.05, "high": values.mean() + 0.05}
    one.metrics = pd.DataFrame([dict.fromkeys(Metrics.ALL) | row])
    users = {PerUser.USER: np.arange(len(hits)), PerUser.CANDIDATES: "new", PerUser.N_TARGETS: 10}
    one.per_user = pd.DataFrame(users | {PerUser.at(PerUser.HITS, k): hits})
    return one


@pytest.fixture
def four(split):
    return [
        run(split, "learn", "b", 0.05),
        run(split, "reference", "ease", 0.08),
        run(split, "reference", "svd", 0.06),
        run(split, "reference", "l3ae", 0.09),  # reads the texts: no reference for what they are worth
        run(split, "learn", "b", 0.5, refit=True),  # has seen the validation
        run(split, "learn", "a", None),
    ]


def test_text_counts_and_both_are_told_in_one_sentence(four, split):
    worth = text_worth.text_worth([*four, run(split, "blend", "text+counts", 0.1)])
    assert worth.sentence == (
        "Among items new to the user, text and counts together are 25% above counts alone on validation (NDCG@10 "
        "0.1000; EASE 0.0800)."
    )
    assert not worth.is_little


@pytest.mark.parametrize(
    ("both", "little", "relation"),
    [
        (0.07, True, "12% below counts"),
        (0.08, True, "level with counts"),
        (0.0805, True, "1% above counts"),
        (0.082, False, "2% above counts"),
    ],
)
def test_it_is_little_where_both_are_no_better_than_counts(four, split, both, little, relation):
    worth = text_worth.text_worth([*four, run(split, "blend", "text+counts", both)])
    assert worth.is_little == little and relation in worth.sentence


def test_the_same_two_are_compared_on_the_target_by_the_paired_rule(four, split):
    hits = np.random.default_rng(0).integers(0, 6, 80)
    k = default_k(split.n_items)
    both = judged(run(split, "blend", "text+counts", 0.07), hits + (np.arange(80) % 3 == 0))
    judged(four[1], hits)
    worth = text_worth.text_worth([*four, both])
    assert worth.target.sure == 1 and not worth.is_little, "what is clearly ahead on the target is not little"
    figures = f"Recall@{k} {both.metrics['mean'][0]:.4f}; EASE {four[1].metrics['mean'][0]:.4f}"
    assert f"together are clearly ahead of counts alone on the target ({figures}), and" in worth.sentence
    assert worth.sentence.endswith("% below them on validation (NDCG@10 0.0700; 0.0800).")
    judged(both, hits)
    same = f"Recall@{k} {hits.mean() / 10:.4f}; EASE {hits.mean() / 10:.4f}"
    level = text_worth.text_worth([*four, both])
    assert level.target.sure == 0 and f"are level with counts alone on the target ({same}), and" in level.sentence
    judged(both, hits)
    both.info = both.info.model_copy(update={"validation": 0.08})
    alike = text_worth.text_worth([*four, both]).sentence
    assert "are level with counts alone, both on the target (" in alike and ") and on validation (" in alike
    judged(both, np.where(np.arange(80) == 0, hits + 2, hits))
    tied = text_worth.text_worth([*four, both])
    assert tied.target.sure == 0 and "are not clearly ahead of counts alone, either on the target" in tied.sentence
    assert tied.sentence.endswith("or on validation (NDCG@10 0.0800; 0.0800).")
    judged(both, np.where(np.arange(80) % 3 == 0, np.maximum(hits - 1, 0), hits))
    behind = text_worth.text_worth([*four, both])
    assert behind.target.sure == -1 and behind.is_little and "are clearly behind counts" in behind.sentence


def test_what_validation_is_stands_beside_it(split):
    told = text_worth.told_by(split)
    assert "it chose the settings. *NDCG@10*: how high in a list of 10 what came next stands." in told
    last = replace(split, info=SplitInfo("leave_one_out"))
    assert text_worth.told_by(last).startswith("*Target*: each user's last event. *Validation*: the event before it;")
    cut = replace(split, info=SplitInfo("by_time", "2017-10-18T00:00:00", "2017-11-01T00:00:00"))
    assert text_worth.told_by(cut).startswith("*Target*: what people did from 1 November 2017 on. *Validation*: ")
    cold = replace(split, info=SplitInfo("item_cold", cold_seed="0"))
    assert "items left out of training" in text_worth.told_by(cold)


def test_without_both_the_text_is_held_against_counts(four):
    worth = text_worth.text_worth(four)
    assert worth.is_little and worth.sentence == (
        "Among items new to the user, text alone (B) is 38% below counts alone on validation (NDCG@10 0.0500; EASE "
        "0.0800)."
    )


def test_nothing_is_said_without_the_tower_or_without_a_reference(four, dataset):
    assert text_worth.text_worth(four[1:4]) is None and text_worth.text_worth(four[:1]) is None
    assert said_of_text(four[1:4], dataset).sentences == []


def two_worlds(together: bool):
    """40 items of two kinds by text, and 60 users who buy one kind, or anything."""
    rng = np.random.default_rng(0)
    kinds = np.arange(40) % 2
    vectors = np.eye(2, dtype=np.float32)[kinds] + rng.normal(0, 0.05, (40, 2)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [
        rng.choice(np.flatnonzero(kinds == user % 2) if together else np.arange(40), 6, replace=False)
        for user in range(60)
    ]
    return vectors, Sequences(np.concatenate(rows).astype(np.int32), np.arange(0, 361, 6), None)


def test_items_whose_texts_share_buyers_are_told_from_those_whose_do_not():
    told, untold = (buyers_shared(*two_worlds(together)) for together in (True, False))
    assert told.items == untold.items == 40
    assert told.times > 1.5 and abs(untold.near - 1) < 0.2 and untold.times < 1.1
    assert "So similar texts do tell who buys what, but counts see it" in sharing_sentence(told)
    assert sharing_sentence(untold).endswith("So similar texts hardly tell who buys what.")
    little = sharing_sentence(replace(told, near=1.3, by_chance=1.0))
    assert "do tell a little of who buys what" in little and "buy much" not in little
    assert "random pairs share 1.7 times, because some people buy much." in sharing_sentence(
        replace(told, near=2.8, by_chance=1.7)
    )
    assert replace(told, by_chance=0.0).times == np.inf and replace(told, near=0.0, by_chance=0.0).times == 1


def test_sharing_by_hand():
    """Items 0 and 1 are alike and both bought by users 0 and 1; item 2 is bought by user 2 alone."""
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    bought = Sequences(np.array([0, 1, 0, 1, 1, 2], dtype=np.int32), np.array([0, 2, 5, 6]), None)
    found = buyers_shared(vectors, bought)
    # 0: 2 in common with 1, (2 * 2 + 2 * 1) / 3 = 2 by chance; 1: the same; 2: none of (1 * 2 + 1 * 2) / 3.
    assert found.items == 3 and found.near == pytest.approx(4 / (2 + 2 + 4 / 3))
    one = buyers_shared(vectors[:2], Sequences(np.array([0, 1], dtype=np.int32), np.array([0, 2, 2, 2]), None))
    assert one.near == pytest.approx(3)  # 1 in common, 1 / 3 by chance
    assert buyers_shared(vectors, Sequences(np.array([0], dtype=np.int32), np.array([0, 1]), None)) is None


def test_only_what_was_not_tried_is_said_to_help():
    text = PRESETS["short"].pal
    assert "--set pal.inputs=text+id" in what_helps(text, False)
    assert "pal.inputs" not in what_helps(PALConfig(inputs="text+id"), False)
    assert "counts beside the text" in what_helps(text, False)
    assert "counts beside the text" not in what_helps(text, True), "it was tried, and did not help"


def test_a_tower_that_was_trained_to_copy_is_named_with_what_to_type(split):
    short = PRESETS["short"]
    cut = short.with_values(sampling__sequence=SequenceUse.CUT)
    a = run(split, "learn", "a", 0.01, label="(a) sequence to sequence", config=short)
    others = [run(split, "learn", code, 0.02, config=short) for code in ("b", "c", "without-align")]
    (said,) = copying([a, *others])
    assert said.startswith("(a) sequence to sequence (a) is not at its best here: sequences are used whole")
    assert said.endswith("learn train world --tower a --suffix=-cut --set sampling.sequence=cut")
    cut_run = run(split, "learn", "a", 0.01, label="(a) sequence to sequence", config=cut)
    assert copying([cut_run, *others]) == [] == trained_apart([a, *others]) == trained_apart([cut_run])
    (said,) = trained_apart([cut_run, *others])
    assert said.startswith(
        "(a) sequence to sequence (a) is trained otherwise than B (b): next item, cut sequence, not next item, whole "
    )
