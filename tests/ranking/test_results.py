"""The rows of the report against a plain computation, and who is counted in them."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from learn.ranking.metrics import user_auc
from learn.ranking.replay import captured
from learn.ranking.results import TestImpressions, summarise
from learn.ranking.schema import AUC, FUSED, LIGHTGBM, LOG_LOSS, METRICS, NONE, RAW, REVENUE, UAUC, WUAUC


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(0)
    users, labels = np.sort(rng.integers(0, 25, 900)), rng.integers(0, 2, 900)
    labels[users == 3] = 0
    values = labels * rng.uniform(1, 9, 900)
    part = rng.random(900) < 0.3
    slices = {"all": np.ones(900, dtype=bool), "item:cold-start": part, "user:others": users >= 10}
    bad, good = (1 / (1 + np.exp(-rng.normal(labels * pull, 1.0, (2, 900)))) for pull in (0.2, 2.0))
    return TestImpressions(users, labels, values, slices), {(LIGHTGBM, NONE): list(bad), (LIGHTGBM, FUSED): list(good)}


@pytest.fixture(scope="module")
def rows(world):
    judged, scores = world
    return summarise(judged, scores, top_n=4, resamples=400)


def pick(rows, features, metric, part="all"):
    return rows[(rows["features"] == features) & (rows["metric"] == metric) & (rows["slice"] == part)].iloc[0]


def test_every_cell_is_there(rows):
    assert len(rows) == 2 * len(METRICS) * 3 and not rows[["mean", "low", "high", "gain"]].isna().to_numpy().any()


@pytest.mark.parametrize("part", ["all", "item:cold-start", "user:others"])
def test_means_over_seeds_by_hand(world, rows, part):
    judged, scores = world
    inside = judged.slices[part]
    users, labels = judged.users[inside], judged.labels[inside]
    for features in (NONE, FUSED):
        seeds = scores[LIGHTGBM, features]
        found = [user_auc(users, labels, one[inside]) for one in seeds]
        assert pick(rows, features, UAUC, part)["mean"] == pytest.approx(np.mean([one.uauc for one in found]))
        assert pick(rows, features, WUAUC, part)["mean"] == pytest.approx(np.mean([one.wuauc for one in found]))
        plain = np.mean([roc_auc_score(labels, one[inside]) for one in seeds])
        assert pick(rows, features, AUC, part)["mean"] == pytest.approx(plain)
        sold = np.mean([captured(judged.users, judged.values, one, 4)[inside].sum() for one in seeds])
        assert pick(rows, features, REVENUE, part)["mean"] == pytest.approx(sold / len(np.unique(users)))
        likely = [np.where(labels == 1, one[inside], 1 - one[inside]) for one in seeds]
        assert pick(rows, features, LOG_LOSS, part)["mean"] == pytest.approx(-np.log(likely).mean())


def test_the_gain_is_the_difference_and_its_interval_is_paired(rows):
    for metric in METRICS:
        base, mine = pick(rows, NONE, metric), pick(rows, FUSED, metric)
        assert mine["gain"] == pytest.approx(mine["mean"] - base["mean"])
        assert base["gain"] == base["gain_low"] == base["gain_high"] == 0
        assert mine["gain_low"] < mine["gain"] < mine["gain_high"]
        assert mine["low"] < mine["mean"] < mine["high"]
    assert pick(rows, FUSED, UAUC)["gain_low"] > 0


def test_against_raw_vectors_is_paired_as_well(world):
    judged, scores = world
    raw = {**scores, (LIGHTGBM, RAW): scores[LIGHTGBM, FUSED]}
    rows = summarise(judged, raw, top_n=4, resamples=100)
    for metric in METRICS:
        fused, base = pick(rows, FUSED, metric), pick(rows, NONE, metric)
        assert fused["over_raw"] == fused["over_raw_low"] == fused["over_raw_high"] == 0
        assert base["over_raw"] == pytest.approx(-fused["gain"])
        assert base["over_raw_low"] == pytest.approx(-fused["gain_high"])


def test_users_with_one_class_are_left_out_and_counted(rows):
    row = pick(rows, FUSED, UAUC)
    assert (row["n_users"], row["users_left_out"]) == (24, 1)
    assert pick(rows, FUSED, REVENUE)["n_users"] == 25


def test_the_aucs_interval_is_that_of_resampled_users(world, rows):
    """Against the plain bootstrap: users drawn with all their impressions, the AUC computed anew."""
    judged, scores = world
    rng = np.random.default_rng(3)
    users = np.unique(judged.users)
    places = [np.flatnonzero(judged.users == user) for user in users]
    drawn = []
    for _ in range(300):
        taken = np.concatenate([places[one] for one in rng.integers(0, len(users), len(users))])
        aucs = {
            features: np.mean([roc_auc_score(judged.labels[taken], one[taken]) for one in scores[LIGHTGBM, features]])
            for features in (NONE, FUSED)
        }
        drawn.append((aucs[FUSED], aucs[FUSED] - aucs[NONE]))
    row = pick(rows, FUSED, AUC)
    for place, names in enumerate((("low", "high"), ("gain_low", "gain_high"))):
        low, high = np.quantile(np.array(drawn)[:, place], [0.025, 0.975])
        width = high - low
        assert row[names[0]] == pytest.approx(low, abs=0.2 * width)
        assert row[names[1]] == pytest.approx(high, abs=0.2 * width)
