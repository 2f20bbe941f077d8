"""The whole comparison: rankers without LEARN, with its raw vectors, their cosine, and the fusion module's features."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.schema import Slices
from learn.data.slices import ITEM_PREFIX, USER_PREFIX, describe, item_slices, user_slices
from learn.data.splits import Phase, Split
from learn.errors import LearnError
from learn.progress import make_progress
from learn.ranking import lightgbm_ranker, mlp_ranker
from learn.ranking.baseline_features import baseline_features
from learn.ranking.config import RankingConfig
from learn.ranking.feature_matrix import FeatureMatrix, make_feature_matrix
from learn.ranking.feature_windows import DAY
from learn.ranking.fusion import fuse
from learn.ranking.impressions import Impressions
from learn.ranking.metrics import calibration, log_losses
from learn.ranking.report import Report
from learn.ranking.results import Scores, TestImpressions, summarise
from learn.ranking.schema import COSINE, DNN, FEATURE_SETS, FUSED, FUSED_OTHER, LIGHTGBM, NONE, RANKERS, RAW
from learn.ranking.vectors import ImpressionVectors, impression_vectors
from learn.runs.recommender import Recommender

PARTS = ("train", "validation", "test")


def compare_rankers(
    recommender: Recommender,
    dataset: Dataset,
    split: Split,
    shown: Impressions,
    cut: int,
    config: RankingConfig,
    progress: Any = None,
) -> Report:
    """Trains every ranker with every set of features under every seed, and judges them on the last part of the time.

    Args:
        recommender: of the Run whose vectors are tried; it knows nothing from ``cut`` (ns) on.

    Raises:
        LearnError: a part of the time has no impression, or of one class only.
    """
    started, progress = time.monotonic(), progress or make_progress()
    shown = sampled(shown, config.most_impressions)
    parts = split_parts(shown, cut, config)
    train, validation, test = (parts == place for place in range(3))
    frame = make_feature_matrix(baseline_features(dataset, shown, cut, config.refresh_days), train)
    vectors = impression_vectors(recommender, dataset, shown, cut, config.refresh_days, progress)
    sets = FEATURE_SETS if shown.other_labels is not None else tuple(n for n in FEATURE_SETS if n != FUSED_OTHER)
    scores: Scores = {}
    chosen: dict[str, dict] = {}
    validated: dict[str, list[float]] = {}
    total = len(sets) * sum(len(_SETTINGS[ranker]) + config.seeds - 1 for ranker in RANKERS)
    with progress.task("Training rankers", total, "fits") as bar:
        for features in sets:
            for seed in range(config.seeds):
                added = added_features(features, vectors, shown, train, validation, config, seed)
                told = frame.with_numbers(added)
                for ranker in RANKERS:
                    key = f"{ranker}, {features}"
                    tried = [chosen[key]] if key in chosen else _SETTINGS[ranker]
                    answers = []
                    for setting in tried:
                        answers.append(_fit(ranker, told, shown, train, validation, setting, seed))
                        bar.update(ranker=ranker, features=features)
                    losses = [log_losses(shown.labels[validation], one[validation]).mean() for one in answers]
                    best = int(np.argmin(losses))
                    chosen[key] = tried[best]
                    validated.setdefault(key, []).append(float(losses[best]))
                    scores.setdefault((ranker, features), []).append(answers[best][test])
    judged = _judged(dataset, split, shown.keep(test), config)
    about = {
        "parts": _part_facts(shown, parts),
        "left_out": shown.left_out,
        "slices": _slice_facts(dataset, split, judged, config),
        "validation_log_loss": {key: float(np.mean(values)) for key, values in validated.items()},
        "settings": {key: dict(value) for key, value in chosen.items()},
        "features": {"ordinary": [*frame.number_names, *frame.code_names], "fused": list(added)},
        "calibration": {
            f"{ranker}, {features}": calibration(judged.labels, seeds[0]).round(5).to_dict("list")
            for (ranker, features), seeds in scores.items()
        },
    }
    rows = summarise(judged, scores, config.top_n, config.resamples)
    return Report(rows, {**_made_from(recommender, dataset, cut, config), **about, "seconds": _since(started)})


def _made_from(recommender: Recommender, dataset: Dataset, cut: int, config: RankingConfig) -> dict[str, Any]:
    """Facts about the Run, the data and the settings that a report is made from."""
    return {
        "run": recommender.run.name,
        "label": recommender.run.info.label,
        "dataset": dataset.name,
        "dataset_fingerprint": dataset.fingerprint,
        "cut": pd.Timestamp(cut).isoformat(),
        "top_n": config.top_n,
        "config": config.model_dump(mode="json"),
        "made": recommender.run.info.made,
    }


def _since(started: float) -> float:
    """Seconds since ``started`` (monotonic), to a tenth."""
    return round(time.monotonic() - started, 1)


_SETTINGS: dict[str, Sequence[dict[str, Any]]] = {LIGHTGBM: lightgbm_ranker.SETTINGS, DNN: mlp_ranker.SETTINGS}


def sampled(shown: Impressions, most: int) -> Impressions:
    """``shown``, or whole visits of it drawn at random (always the same) that hold about ``most`` impressions."""
    if len(shown) <= most:
        return shown
    visits, sizes = np.unique(shown.visits, return_counts=True)
    order = np.random.default_rng(0).permutation(len(visits))
    kept = visits[order[np.cumsum(sizes[order]) <= most]]
    return shown.keep(np.isin(shown.visits, kept))


def split_parts(shown: Impressions, cut: int, config: RankingConfig) -> np.ndarray:
    """[n] int: 0 train, 1 validation, 2 test, by time.

    Raises:
        LearnError: a part lacks converted or other impressions.
    """
    edges = np.cumsum([config.train_days, config.validation_days]) * DAY + cut
    parts = np.searchsorted(edges, shown.times, side="right")
    for place, name in enumerate(PARTS):
        labels = shown.labels[parts == place]
        if not len(labels) or labels.min() == labels.max():
            last = pd.Timestamp(int(shown.times.max()))
            raise LearnError(
                f"The {name} part has {len(labels):,} impressions, {int(labels.sum()):,} of them converted: it needs "
                f"both kinds (impressions run from {pd.Timestamp(cut)} to {last}).",
                "Give more impressions, or other lengths: --set train_days=14 --set validation_days=5",
            )
    return parts


def added_features(
    features: str,
    vectors: ImpressionVectors,
    shown: Impressions,
    train: np.ndarray,
    validation: np.ndarray,
    config: RankingConfig,
    seed: int,
) -> dict[str, np.ndarray]:
    """Name -> [n]: what one of `FEATURE_SETS` adds to the ordinary features."""
    if features == NONE:
        return {}
    if features == RAW:
        sides = {"user": vectors.users, "item": vectors.items}
        raw = {f"{side} {place}": column for side, values in sides.items() for place, column in enumerate(values.T)}
        return raw | {"prior": vectors.priors}
    if features == COSINE:
        return {"cosine": vectors.cosines, "prior": vectors.priors}
    labels = shown.labels if features == FUSED else shown.other_labels
    assert labels is not None
    return fuse(vectors, shown.users, labels, train, validation, config.fusion, seed)


def _fit(
    ranker: str,
    frame: FeatureMatrix,
    shown: Impressions,
    train: np.ndarray,
    validation: np.ndarray,
    setting: dict,
    seed: int,
) -> np.ndarray:
    if ranker == LIGHTGBM:
        return lightgbm_ranker.fit_lightgbm(frame, shown.labels, train, validation, setting, seed)
    return mlp_ranker.fit_mlp(frame, shown.users, shown.items, shown.labels, train, validation, setting, seed)


def _judged(dataset: Dataset, split: Split, test: Impressions, config: RankingConfig) -> TestImpressions:
    people = user_slices(split.history(Phase.TEST).lengths, config.slices)[test.users]
    things = item_slices(split.training_counts(), config.slices)[test.items]
    slices = {Slices.WHOLE: np.ones(len(test), dtype=bool)}
    for prefix, of in ((USER_PREFIX, people), (ITEM_PREFIX, things)):
        slices |= {prefix + name: of == name for name in Slices.NAMES if (of == name).any()}
    return TestImpressions(test.users, test.labels, test.values, slices)


def _part_facts(shown: Impressions, parts: np.ndarray) -> dict[str, dict[str, float]]:
    return {
        name: {
            "impressions": int((parts == place).sum()),
            "converted": float(shown.labels[parts == place].mean()),
            "users": len(np.unique(shown.users[parts == place])),
            "visits": len(np.unique(shown.visits[parts == place])),
        }
        for place, name in enumerate(PARTS)
    }


def _slice_facts(
    dataset: Dataset, split: Split, judged: TestImpressions, config: RankingConfig
) -> list[dict[str, Any]]:
    rules = describe(split.training_counts(), split.history(Phase.TEST).lengths, config.slices)
    rules = rules.set_index(Slices.SLICE)[Slices.RULE]
    value = max(float(judged.values.sum()), 1e-9)
    return [
        {
            "slice": name,
            "rule": str(rules.get(name, "every impression")),
            "share_of_impressions": float(inside.mean()),
            "share_of_value": float(judged.values[inside].sum()) / value,
            "users": len(np.unique(judged.users[inside])),
        }
        for name, inside in judged.slices.items()
    ]
