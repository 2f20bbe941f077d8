"""A report of the ranking stage for the app's tests, made from drawn scores; its texts are hostile."""

import numpy as np

from learn.ranking.report import Report, write_report
from learn.ranking.results import TestImpressions, summarise
from learn.ranking.schema import FEATURE_SETS, NONE, RANKERS
from learn.workspace import Workspace
from tests import synthetic


def make_report() -> Report:
    """Every row of a comparison of 900 impressions of 25 users, two seeds each."""
    rng = np.random.default_rng(0)
    users, labels = np.sort(rng.integers(0, 25, 900)), rng.integers(0, 2, 900)
    slices = {"all": np.ones(900, dtype=bool), "item:cold-start": rng.random(900) < 0.3, "user:others": users >= 10}
    scores = {}
    for ranker in RANKERS:
        for features in FEATURE_SETS:
            pull = 0.2 if features == NONE else 2.0
            scores[ranker, features] = list(1 / (1 + np.exp(-rng.normal(labels * pull, 1.0, (2, 900)))))
    rows = summarise(
        TestImpressions(users, labels, labels * rng.uniform(1, 9, 900), slices), scores, top_n=4, resamples=50
    )
    part = {"impressions": 900, "converted": float(labels.mean()), "users": 25, "visits": 90}
    curve = {"predicted": [0.1, 0.5], "observed": [0.2, 0.4], "impressions": [450, 450]}
    about = {
        "run": "learn-b",
        "label": f"(b) {synthetic.SCRIPT_TITLE}",
        "dataset": synthetic.NAME,
        "cut": "2024-04-05T00:00:00",
        "parts": dict.fromkeys(("train", "validation", "test"), part),
        "left_out": {"unknown user": 3, "repeated": 0},
        "slices": [
            {"slice": name, "rule": f"{inside.sum()} of them", "share_of_impressions": float(inside.mean())}
            for name, inside in slices.items()
        ],
        "calibration": {f"{ranker}, {features}": curve for ranker, features in scores},
        "features": {"ordinary": ["price", synthetic.SCRIPT_TITLE], "fused": ["match 1"]},
        "top_n": 4,
    }
    return Report(rows, about)


def with_ranking(workspace: Workspace) -> Report:
    """Writes `make_report` into ``workspace``."""
    report = make_report()
    write_report(workspace.ranking(synthetic.NAME), report)
    return report
