"""Every column name of the project, and what each column means. No other file spells one out."""

from __future__ import annotations


class Items:
    """Columns of items.parquet: one row per item; the row number is the item's index everywhere else."""

    ID = "item_id"  # str, unique, the source's own
    TITLE = "title"  # str or missing
    CATEGORY = "category"  # str or missing; levels joined by " > ", coarsest first; or tags, joined by ", "
    BRAND = "brand"  # str or missing
    PRICE = "price"  # float or missing, in the catalogue's currency
    KEYWORDS = "keywords"  # str or missing
    ATTRIBUTES = "attributes"  # str or missing: what the item supports (services, sizes, ...)

    USUAL_PRICE = (
        "usual_price"  # float, where there is one: read in place of an unknown price, `learn.data.usual_price`
    )

    TELLING = "telling_tag"  # str or missing; only where CATEGORY is made of tags: `learn.data.categories`

    TEXT = (TITLE, CATEGORY, BRAND, KEYWORDS, ATTRIBUTES)
    ALL = (ID, TITLE, CATEGORY, BRAND, PRICE, KEYWORDS, ATTRIBUTES)

    PICTURE = "image"  # str or missing, where there is one: the file or web address of a picture, `learn.data.pictures`

    IN_STOCK = "in_stock"  # bool, where there is one: False is never shown, `learn.data.availability`

    CATEGORY_SEPARATOR = " > "


class Interactions:
    """Columns of interactions.parquet: one row per event, sorted by user, then time, then the source's order."""

    USER = "user_id"  # str
    ITEM = "item_id"  # str, present in items.parquet
    TIME = "timestamp"  # datetime64[ns], or missing as a whole column where the source gives an order only
    POSITION = "position"  # int, 0 is the user's oldest event

    ALL = (USER, ITEM, TIME, POSITION)

    NEWER = "newer"  # bool, where there is one: the event came with `learn update`, after the split was made


class Recommendations:
    """Columns of a Run's recommendations.parquet."""

    USER = "user_id"
    CANDIDATES = "among"  # which items were ranked: ALL_CANDIDATES or UNSEEN
    RANK = "rank"  # int, 1 is the best
    ITEM = "item_id"
    SCORE = "score"  # float, comparable within one user only

    ALL_CANDIDATES = "all"  # the whole catalogue
    UNSEEN = "new"  # without the items of the user's own history
    COLD = "cold"  # the items that an item-cold split left out of training, alone

    ALL = (USER, CANDIDATES, RANK, ITEM, SCORE)


class Metrics:
    """Columns of a Run's metrics table: one row per metric, k, ranked set and slice."""

    METRIC = "metric"  # hit_rate, recall, pooled_recall, ndcg, mrr, coverage
    K = "k"
    CANDIDATES = "among"
    SLICE = "slice"  # Slices.WHOLE, or "<user|item>:<cold-start|long-tail|others>"
    MEAN = "mean"
    LOW = "low"  # 95% bootstrap interval over users
    HIGH = "high"
    N_USERS = "n_users"

    ALL = (METRIC, K, CANDIDATES, SLICE, MEAN, LOW, HIGH, N_USERS)


class PerUser:
    """Columns of a Run's per_user.parquet: one row per evaluated user and ranked set, what paired comparison needs."""

    USER = "user"  # int, the user's index in Dataset.user_ids
    CANDIDATES = "among"
    N_TARGETS = "n_targets"  # int, distinct target items

    HITS = "hits"  # int: targets in the top k; hit_rate, recall and pooled_recall follow from it
    NDCG = "ndcg"
    MRR = "mrr"

    @staticmethod
    def at(column: str, k: int) -> str:
        """The name of one of HITS, NDCG, MRR at cutoff ``k``: "ndcg@10"."""
        return f"{column}@{k}"


class Slices:
    """Columns of a Run's table of slices: one row per slice of the users and of the items."""

    SLICE = "slice"  # as in Metrics.SLICE, without WHOLE
    RULE = "rule"  # in words, with the threshold
    LOW = "low"  # least number of events of a member
    HIGH = "high"  # greatest number of events of a member; missing: no bound
    COUNT = "count"  # members
    SHARE = "share_of_interactions"  # of all events that were counted

    ALL = (SLICE, RULE, LOW, HIGH, COUNT, SHARE)

    WHOLE = "all"  # no slice: everybody, every item

    COLD_START = "cold-start"
    LONG_TAIL = "long-tail"
    OTHERS = "others"
    NAMES = (COLD_START, LONG_TAIL, OTHERS)
