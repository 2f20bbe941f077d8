"""The residual content path: what it adds, how much, and that every way to a score adds the same."""

import numpy as np
import pytest
import torch

from learn.config import preset
from learn.data.splits import Phase, leave_one_out
from learn.evaluation.protocol import validation_score
from learn.explore.lists.attention_weights import attention_gradients
from learn.explore.lists.left_out import left_out
from learn.explore.lists.purchases import Level, group_purchases
from learn.explore.lists.score_terms import SIMILARITY, TEXTS, user_terms
from learn.pal.residual import ContentResidual
from learn.progress import make_progress
from learn.runs.model_folder import LearnModel, model_of
from learn.runs.recommender import Recommender, sequences_of
from learn.training.residual import SHARES, choose_strength, strength_of
from learn.training.train import prepare_content, train
from learn.training.transfer import TEXTS as TIMES
from learn.training.transfer import transfer
from tests.training.test_train import tiny_content, tiny_dataset

QUIET = make_progress(silent=True)


def config(tower="b", **changes):
    return preset("tiny").with_values(pal__item_tower=tower, pal__residual=True, **changes)


@pytest.fixture(scope="module")
def dataset():
    found = tiny_dataset()
    return found.with_split(leave_one_out(found))


@pytest.fixture(scope="module")
def runs(dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return {
        tower: train(
            dataset, dataset.split, tiny_content(), config(tower), folder=folder / tower, content_key="key",
            progress=QUIET,
        )
        for tower in ("b", "c")
    }  # fmt: skip


@pytest.fixture
def strong(runs, dataset):
    """Tower code -> its recommender, whose residual counts 3."""
    found = {}
    for tower, run in runs.items():
        found[tower] = Recommender(run, dataset, tiny_content())
        found[tower].towers.residual.strength.fill_(3.0)
    return found


def by_hand(prepared, history, half_life):
    """The user as the residual reads it."""
    unit = prepared / np.linalg.norm(prepared, axis=1, keepdims=True)
    total = sum(0.5 ** (age / half_life) * unit[item] for age, item in enumerate(history[::-1]))
    return total / np.linalg.norm(total), unit


@pytest.mark.parametrize("tower", ["b", "c"])
def test_the_score_is_pals_and_the_strength_times_the_texts_cosine(strong, dataset, tower):
    recommender, history = strong[tower], np.array([7, 3, 3, 11])
    prepared = recommender.prepared(np.arange(dataset.n_items))
    user, unit = by_hand(prepared, history, recommender.run.config.pal.residual_half_life)
    items = recommender.embed_catalogue(np.arange(dataset.n_items))
    whole = items @ recommender.embed_history(history)
    recommender.towers.residual.strength.fill_(0.0)
    without = items @ recommender.embed_history(history)
    np.testing.assert_allclose(whole, without + 3.0 * unit @ user, atol=1e-4)


def test_nobodys_texts_are_like_anything(strong):
    assert not strong["b"].embed_histories(sequences_of([np.array([], np.int64), np.array([1])]))[0].any()


def test_a_history_that_lacks_items_is_read_as_one_without_them():
    torch.manual_seed(0)
    residual, rows = ContentResidual(6, config().pal), torch.randn(9, 6)
    kept = [np.arange(9), np.array([0, 4, 8]), np.array([3]), np.arange(1, 9)]
    expected = torch.stack([residual.users(rows[torch.as_tensor(one)][None])[0, -1] for one in kept])
    torch.testing.assert_close(residual.last(rows, kept), expected)


def test_what_purchases_add_is_what_the_score_loses_without_them(strong, dataset):
    from learn.explore.catalogue import read_catalogue

    recommender, history = strong["b"], np.array([7, 3, 12, 11])
    item = recommender.embed_catalogue(np.array([5]))[0]
    groups = group_purchases(history, read_catalogue(dataset), Level.ITEM)
    falls = left_out(recommender, history, groups).falls(item)[0]
    whole = recommender.embed_history(history) @ item
    for group, fall in zip(groups.members, falls, strict=True):
        rest = recommender.embed_history(history[~np.isin(history, group)]) @ item
        assert fall == pytest.approx(whole - rest, abs=1e-4)
    gradients = attention_gradients(recommender, [history], item)[0]
    recommender.towers.residual.strength.fill_(0.0)
    without = attention_gradients(recommender, [history], recommender.embed_catalogue(np.array([5]))[0])[0]
    assert np.abs(gradients - without).max() > 1e-3, "the residual has its part in the first guess"


def test_the_strength_is_the_best_of_those_tried(runs, dataset):
    run, split = runs["b"], dataset.split
    content, _ = prepare_content(tiny_content(), split, run.config)
    recommender = Recommender(run, dataset, tiny_content())
    towers, history = recommender.towers, split.history(Phase.VALIDATION)
    values = {}
    for share in SHARES:
        towers.residual.strength.fill_(share * float(towers.scale.detach()))
        users = recommender.embed_histories(history)
        items = recommender.embed_catalogue(np.arange(dataset.n_items))
        values[share] = validation_score(users, items, split, metric="ndcg", k=10)
    chosen = choose_strength(towers, torch.as_tensor(content), split, run.config)
    assert values[min(SHARES, key=lambda one: abs(one * float(towers.scale.detach()) - chosen))] == max(values.values())
    assert strength_of(run) == pytest.approx(chosen), "the Run stores it"
    assert len(set(values.values())) > 1, "it makes a difference here"


def test_why_shows_the_texts_part_and_the_parts_make_the_score(runs, dataset, tmp_path):
    run = runs["b"]
    terms = user_terms(Recommender(run, dataset, tiny_content()), 0)
    expected = {SIMILARITY, TEXTS}
    assert expected <= set(terms.parts)
    np.testing.assert_allclose(sum(terms.parts.values()), terms.total, atol=1e-5)


@pytest.mark.parametrize("tower", ["b", "c"])
def test_a_model_folder_and_onnx_embed_as_torch(strong, tmp_path, tower):
    pytest.importorskip("onnxruntime")
    from learn.runs.onnx_towers import TOLERANCE, write_onnx

    model = model_of(strong[tower])
    assert max(write_onnx(strong[tower], model, tmp_path).values()) <= TOLERANCE
    model.save_pretrained(tmp_path / "model")
    again, rows = LearnModel.from_pretrained(tmp_path / "model"), np.array([7, 3, 11])
    expected = strong[tower].embed_history(rows)
    np.testing.assert_allclose(again.embed_history(tiny_content()[rows]), expected, atol=1e-4)
    assert not np.allclose(expected, 0)


def test_a_refitted_run_keeps_the_strength(runs, dataset, tmp_path):
    again = train(
        dataset, dataset.split, tiny_content(), config(), folder=tmp_path / "b-refit", progress=QUIET, plain=runs["b"]
    )
    assert strength_of(again) == strength_of(runs["b"])


def test_transferred_towers_read_the_texts_by_the_other_catalogues_statistics(runs, dataset, tmp_path):
    content = tiny_content() * 3.0 + np.linspace(-2, 2, 12, dtype=np.float32)
    run = transfer(runs["b"], dataset, dataset.split, content, folder=tmp_path / "over", content_key="key")
    recommender = Recommender(run, dataset, content)
    residual, scale = recommender.towers.residual, float(recommender.towers.scale.detach())
    assert float(residual.strength) == pytest.approx(TIMES * scale)
    own, _ = prepare_content(content, dataset.split, run.config)
    read = residual.items(torch.as_tensor(recommender.prepared(np.arange(dataset.n_items))))
    np.testing.assert_allclose(read, own / np.linalg.norm(own, axis=1, keepdims=True), atol=1e-3)
    history = dataset.split.history(Phase.TEST)[0]
    stored, now = recommender.users[0] @ recommender.items.T, recommender.embed_history(history) @ recommender.items.T
    np.testing.assert_allclose(stored, now, atol=0.05), "vectors are stored in half precision"
