"""Whatever comes in by any door is read, or refused in words: a sample in every run, 20,000 in the slow part."""

import random

import pytest
import streamlit as st

from app.panels import basket, typed_item
from app.shared import bench_settings, refused, url
from app.shared.cache import View
from learn.config import preset
from learn.data.columns import parse_mapping
from learn.data.splits import SPLITS, Phase
from learn.explore.catalogue import read_catalogue
from learn.explore.lists.new_item import read_new_items
from learn.pipeline import Preparation, read_dataset
from learn.ranking.impressions import read_impressions
from learn.ranking.run import ranking_config
from learn.runs.import_run import import_run, ranked_lists
from learn.settings import parse_settings, with_settings
from learn.workspace import Workspace
from tests.generated import damaged_bytes, damaged_rows, event_rows, items_rows, text, tried, written

SAMPLE, ALL = range(300), range(1000, 21_000)
KINDS = (*SPLITS, "auto", "auto", "leave-one-out")
OPTIONS = ["a", "b", "i01", "007"]


class Query(dict):
    """`st.query_params`, of an address that nobody wrote by hand: a key has one value or several."""

    def get_all(self, key):
        value = self.get(key, [])
        return value if isinstance(value, list) else [value]

    def get(self, key, default=None):
        value = super().get(key, default)
        return value[-1] if isinstance(value, list) and value else value

    def from_dict(self, values):
        self.clear()
        self.update(values)


def options_of(rng, *fields):
    return tuple(f"{rng.choice(fields)}={text(rng)}" for _ in range(rng.choice((0,) * 8 + (1, 2))))


def prepare_tables(rng, folder):
    what = Preparation(
        "tables", written(rng, damaged_rows(rng, items_rows(rng)), folder / "items"),
        written(rng, damaged_rows(rng, event_rows(rng)), folder / "events"),
        name=rng.choice((None, "shop", "shop", "shop", text(rng))),
        mapping=options_of(rng, "title", "items.item_id", text(rng)),
        split=rng.choice(KINDS),
        test_start=rng.choice((None,) * 8 + ("2023-12-01", text(rng))),
        validation_days=rng.choice((14.0, 1.0) * 6 + (-1.0, float("nan"), float("inf"), 1e9)),
    )  # fmt: skip
    read_dataset(what).save(folder / "saved")


def prepare_amazon(rng, folder):
    reviews = [
        {"reviewerID": row["user_id"], "asin": row["item_id"], "unixReviewTime": row["timestamp"]}
        for row in event_rows(rng)
    ]
    meta = [
        {"asin": row["item_id"], "title": row["title"], "category": ["A", "B"], "price": "$1.00"}
        for row in items_rows(rng)
    ]
    endings = rng.choice((".json", ".json.gz"))
    what = Preparation(
        "amazon", written(rng, damaged_rows(rng, meta), folder / f"meta{endings}"),
        written(rng, damaged_rows(rng, reviews), folder / f"reviews{endings}"),
        name="shop", split=rng.choice(KINDS),
    )  # fmt: skip
    read_dataset(what).save(folder / "saved")


def prepare_recbole(rng, folder):
    for ending, rows, kinds in (
        ("inter", event_rows(rng), {"timestamp": "float"}), ("item", items_rows(rng), {"title": "token_seq"}),
    ):  # fmt: skip
        typed = [{f"{name}:{kinds.get(name, 'token')}": value for name, value in row.items()} for row in rows]
        written(rng, damaged_rows(rng, typed), folder / f"shop.{ending}", "\t")
    path = rng.choice((folder, folder / "shop.inter", folder / "shop", folder / "other"))
    read_dataset(Preparation("recbole", path=path, name="shop", split=rng.choice(KINDS))).save(folder / "saved")


def upload(rng, folder):
    read_new_items(written(rng, damaged_rows(rng, items_rows(rng)), folder / "new"), rng.choice((None, text(rng)[:80])))


def settings(rng, folder):
    config = preset(rng.choice(("tiny", "demo", "short", "paper")))
    fields = [
        f"{section}.{name}" for section, part in config.model_dump().items() if isinstance(part, dict) for name in part
    ]
    pairs = [f"{rng.choice((*fields, text(rng)))}={text(rng)}" for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.3:
        pairs = [f"training.epochs={rng.choice(('5', ' 5', '5.0', '1e1'))}", f"training.seed={rng.randint(-1, 9)}"]
    pairs = pairs if rng.random() < 0.9 else [text(rng)]
    if rng.random() < 0.7:
        with_settings(config, parse_settings(pairs))
    else:
        ranking_config([pair.partition(".")[2] or pair for pair in pairs])


def mapping(rng, folder):
    typed = [text(rng) for _ in range(rng.randint(1, 3))] if rng.random() < 0.7 else ["title=name"]
    parse_mapping(typed + list(options_of(rng, "brand", "items.item_id")))


@pytest.fixture
def doors(dataset, split, workspace, catalogue, tmp_path, monkeypatch):
    """Name of a door -> what takes an input of it."""
    view = View(
        dataset,
        split,
        read_catalogue(dataset),
        split.history(Phase.TEST),
        split.target(Phase.TEST),
        split.training_counts(),
    )

    def lists(rng, folder):
        rows = [
            {"user_id": f"u{n % 8:02d}", "item_id": f"i{n:02d}", "rank": n + 1, "score": 1 / (n + 1)} for n in range(30)
        ]
        file, fields = written(rng, damaged_rows(rng, rows), folder / "lists"), options_of(rng, "user_id", "score")
        if rng.random() < 0.1:
            import_run(
                file, dataset, split, Workspace(folder / "w"), rng.choice(("mine", text(rng))), text(rng), fields
            )
        else:
            ranked_lists(file, dataset, split, fields)

    def impressions(rng, folder):
        rows = [
            {"user_id": f"u{n % 8:02d}", "item_id": f"i{n:02d}", "timestamp": 1_714_000_000 + n, "label": n % 2}
            for n in range(20)
        ]  # fmt: skip
        read_impressions(
            written(rng, damaged_rows(rng, rows), folder / "shown"), dataset, 0, options_of(rng, "label", "visit")
        )

    def address(rng, folder):
        told = []
        monkeypatch.setattr(refused, "name", told.append)
        state, key = {}, "k"
        monkeypatch.setattr(st, "session_state", state)
        # As UTF-8: that is what comes over the wire, and it has no lone surrogates.
        values = [text(rng).encode("utf-8", "replace").decode() for _ in range(rng.choice((1, 1, 2, 5)))]
        monkeypatch.setattr(st, "query_params", Query(dict.fromkeys(URL_KEYS, values) | {key: values}))

        def widget(label, key, on_change, **arguments):
            state[key] = rng.choice((state[key], *OPTIONS)) if isinstance(state[key], str) else state[key]
            on_change()
            return state[key]

        rng.choice((
            lambda: url.linked(widget, "L", OPTIONS, key, "a"),
            lambda: url.linked_or_none(widget, "L", OPTIONS, key, None, accept_new_options=rng.random() < 0.5),
            lambda: url.linked_toggle(widget, "L", key),
            lambda: url.linked_text(widget, "L", key, max_chars=rng.choice((None, 10))),
            lambda: url.linked_number(widget, "L", key),
            bench_settings.read,
            lambda: basket.before_the_last_click(view, basket.read(view, list)),
            lambda: basket.as_data(view, basket.read(view, list), values[0], key),
            typed_item._in_url,
            lambda: typed_item._before(typed_item._in_url()),
        ))()  # fmt: skip
        assert all(len(sentence) < 5000 and "\x1b" not in sentence for sentence in told)

    return {
        "prepare tables": prepare_tables, "prepare amazon": prepare_amazon, "prepare recbole": prepare_recbole,
        "import-run": lists, "impressions": impressions, "upload": upload, "--set": settings, "--map": mapping,
        "address": address, "more addresses": address,
    }  # fmt: skip


URL_KEYS = (
    url.BASKET, basket.LIKES, url.CHANGE, url.NEW_TITLE, url.NEW_CATEGORY, url.NEW_BRAND, url.NEW_PRICE, typed_item.WAS,
    bench_settings.DIFFER, *bench_settings.WEIGHT_KEYS.values(),
)  # fmt: skip


def check(seeds, doors, folder):
    ended, wrong = tried(seeds, doors, folder)
    assert wrong == [], "\n".join(wrong[:40])
    for door in doors:  # else the inputs would prove nothing
        assert ended[door, "read"] and (ended[door, "refused"] or "address" in door), (door, ended)


def test_a_sample_is_read_or_refused(doors, tmp_path):
    check(SAMPLE, doors, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_twenty_thousand_are_read_or_refused(doors, tmp_path):
    check(ALL, doors, tmp_path)


def test_bytes_are_really_damaged():
    rng = random.Random(0)
    assert sum(damaged_bytes(rng, b"a,b\n1,2\n") != b"a,b\n1,2\n" for _ in range(100)) > 80
