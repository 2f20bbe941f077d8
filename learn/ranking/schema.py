"""Column names of the ranking stage, and the names of what is compared."""

from __future__ import annotations


class ImpressionColumns:
    """Columns of an impressions table: an item that a user was shown, and whether they took it."""

    USER = "user_id"
    ITEM = "item_id"
    TIME = "timestamp"
    LABEL = "label"  # 0 or 1: converted

    VISIT = "visit"  # optional: what was shown together; default: the same user and time
    VALUE = "value"  # optional: what the conversion was worth; default: 1
    OTHER_TASK = "other_label"  # optional: another auxiliary task's 0 or 1

    NEEDED = (USER, ITEM, TIME, LABEL)
    KNOWN = (*NEEDED, VISIT, VALUE, OTHER_TASK)  # every other column is an extra feature


class Results:
    """Columns of ranking.json: one row per ranker, features, metric and slice."""

    RANKER = "ranker"
    FEATURES = "features"
    METRIC = "metric"
    SLICE = "slice"
    MEAN = "mean"
    LOW = "low"
    HIGH = "high"
    GAIN = "gain"  # against the ranker without LEARN, paired
    GAIN_LOW = "gain_low"
    GAIN_HIGH = "gain_high"
    OVER_RAW = "over_raw"  # against the ranker with raw vectors, paired
    OVER_RAW_LOW = "over_raw_low"
    OVER_RAW_HIGH = "over_raw_high"
    N_USERS = "n_users"
    LEFT_OUT = "users_left_out"  # with one class only

    ESTIMATE = (MEAN, LOW, HIGH)
    GAINS = (GAIN, GAIN_LOW, GAIN_HIGH)
    OVER = (OVER_RAW, OVER_RAW_LOW, OVER_RAW_HIGH)
    NUMBERS = (*ESTIMATE, *GAINS, *OVER)
    ALL = (RANKER, FEATURES, METRIC, SLICE, *NUMBERS, N_USERS, LEFT_OUT)


LIGHTGBM, DNN = "lightgbm", "dnn"
RANKERS = (LIGHTGBM, DNN)

NONE, RAW, COSINE, FUSED, FUSED_OTHER = "none", "raw", "cosine", "fused", "fused-other-task"
FEATURE_SETS = (NONE, RAW, COSINE, FUSED, FUSED_OTHER)

AUC, UAUC, WUAUC, LOG_LOSS, REVENUE = "auc", "uauc", "wuauc", "log_loss", "revenue"
METRICS = (AUC, UAUC, WUAUC, LOG_LOSS, REVENUE)
