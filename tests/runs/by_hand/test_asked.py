"""Functions and services as Runs: what they are asked, what becomes of the answers, and whose mistakes are named."""

import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest

import learn
from learn.data.schema import Metrics, Recommendations
from learn.errors import LearnError
from learn.progress import make_progress
from learn.runs.asked import ask_runs
from learn.runs.import_run import import_run
from learn.workspace import Workspace

ALL, NEW = Recommendations.ALL_CANDIDATES, Recommendations.UNSEEN
EVALUATED = ["ann", "bob", "eve"]
BEST = {"ann": ["item-3", "item-0", "item-5"], "bob": ["item-0"], "eve": ["item-4", "item-0", "item-1"]}


@pytest.fixture
def ask(world, split, tmp_path):
    def run(variants, **more):
        return ask_runs(
            variants, world.with_split(split), Workspace(tmp_path / "ws"), progress=make_progress(silent=True), **more
        )

    return run


@pytest.fixture
def service():
    """A service whose ``answer(user_id, k)`` is (status, text), and its address."""
    service = type("Service", (), {})()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
            status, text = service.answer(asked)
            with suppress(BrokenPipeError):  # whoever asked waits no longer
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    service.address = f"http://127.0.0.1:{server.server_port}/recommend"
    yield service
    server.shutdown()
    server.server_close()


def lists(run, candidates):
    table = run.recommendations
    table = table[table[Recommendations.CANDIDATES] == candidates]
    grouped = table.groupby(Recommendations.USER, observed=True)[Recommendations.ITEM]
    return {user: items.tolist() for user, items in grouped}


@pytest.mark.filterwarnings("ignore:.*fewer items")
def test_a_function_gives_the_run_that_its_table_would_give(ask, world, split, tmp_path):
    asked = []

    def mine(user_id, k):
        asked.append((user_id, k))
        return BEST[user_id]

    [run] = ask({"mine": mine})
    assert asked == [(user, 6) for user in EVALUATED]  # all that were evaluated; k: no more than the catalogue has
    rows = [(user, item, rank) for user, items in BEST.items() for rank, item in enumerate(items, 1)]
    path = tmp_path / "lists.csv"
    pd.DataFrame(rows, columns=["user_id", "item_id", "rank"]).to_csv(path, index=False)
    other = import_run(path, world, split, Workspace(tmp_path / "ws"), "theirs")
    assert lists(run, ALL) == lists(other, ALL) == BEST
    assert lists(run, NEW) == lists(other, NEW) == {"ann": ["item-3", "item-5"], "eve": ["item-0"]}
    pd.testing.assert_frame_equal(run.metrics, other.metrics)
    assert run.info.kind == "imported" and run.info.label == "mine"


@pytest.mark.parametrize(
    "answer",
    [
        lambda items: tuple(items),
        lambda items: (item for item in items),
        lambda items: np.array(items),
        lambda items: pd.Series(items, index=[7] * len(items)),
        lambda items: [(item, -place) for place, item in enumerate(items)][::-1],
        lambda items: [[item, f"{10 - place}"] for place, item in enumerate(items)][::-1],
        lambda items: [f" {item} " for item in items],
    ],
    ids=["tuple", "generator", "array", "series", "pairs in any order", "scores as text", "blanks"],
)
@pytest.mark.filterwarnings("ignore:.*fewer items")
def test_any_form_of_list_is_read(ask, answer):
    [run] = ask({"mine": lambda user_id, k: answer(BEST[user_id])})
    assert lists(run, ALL) == BEST


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: 1 / 0, "fails for user 'bob' with ZeroDivisionError: division by zero"),
        (lambda: ["item-0", "nothing"], "asked for user 'bob': world has no item 'nothing'"),
        (lambda: ["item-0", "item-1", "item-0"], "asked for user 'bob': item 'item-0' comes a second time"),
        (lambda: None, "asked for user 'bob': the answer is None, no list"),
        (lambda: "item-0", "asked for user 'bob': the answer is 'item-0', no list"),
        (lambda: {"item-0": 1.0}, "asked for user 'bob': the answer is {'item-0': 1.0}, no list"),
        (lambda: 7, "asked for user 'bob': the answer is 7, no list"),
        (lambda: [("item-0", float("nan"))], "asked for user 'bob': the score nan is not a finite"),
        (lambda: [("item-0", 1.0), "item-1"], "asked for user 'bob': 'item-1' is no .item id, score. pair"),
        (lambda: [("item-0", 1.0, 2)], r"asked for user 'bob': \('item-0', 1.0, 2\) is no .item id, score. pair"),
        (lambda: [None], "asked for user 'bob': world has no item None"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*fewer items")
def test_a_mistake_is_said_with_its_user_and_nothing_is_written(ask, tmp_path, wrong, said):
    good = lambda user_id, k: BEST[user_id]  # noqa: E731
    with pytest.raises(LearnError, match=f"^'mine'.*{said}"):
        ask({"good": good, "mine": lambda user_id, k: wrong() if user_id == "bob" else BEST[user_id]})
    assert not list((tmp_path / "ws").rglob("*"))


def test_lists_that_are_too_short_are_said(ask):
    with pytest.warns(UserWarning, match=r"'mine' gives 2 of 3 users fewer items .*\(user 'bob': 1 of 6\)"):
        ask({"mine": lambda user_id, k: [f"item-{n}" for n in range(6)] if user_id == "ann" else BEST[user_id][:1]})


def test_names_are_checked_before_anybody_is_asked(ask, world, split, tmp_path):
    def never(user_id, k):
        raise AssertionError("asked")

    for variants, said in (({"a/b": never}, "cannot be a folder's name"), ({}, "nothing to show"), ({"m": 3}, "a int")):
        with pytest.raises(LearnError, match=said):
            ask(variants)
    learn.popularity(world.with_split(split), tmp_path / "ws")
    with pytest.raises(LearnError, match="'popularity' of world exists and is a reference Run"):
        ask({"popularity": never})


@pytest.mark.filterwarnings("ignore:.*fewer items")
@pytest.mark.parametrize(
    "form",
    [
        lambda items: items,
        lambda items: {"items": items},
        lambda items: {"items": [{"item_id": item, "score": -place} for place, item in enumerate(items)]},
    ],
)
def test_a_service_is_asked_by_its_address(ask, service, form):
    asked = []

    def answer(parameters):
        asked.append(parameters)
        return 200, json.dumps(form(BEST[parameters["user_id"]]))

    service.answer = answer
    [run] = ask({"theirs": f"{service.address}?model=7"})
    assert lists(run, ALL) == BEST
    assert asked == [{"model": "7", "user_id": user, "k": "6"} for user in EVALUATED]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: (500, "broken"), "status 500"),
        (lambda: (200, "<html>"), "what is no JSON: b'<html>'"),
        (lambda: (200, '{"result": []}'), "neither a list nor"),
        (lambda: (200, '[{"id": "item-0"}]'), "without item_id and score"),
        (lambda: (200, "[" * 100_000), "what is no JSON"),
        (lambda: time.sleep(1) or (200, "[]"), "did not answer within 0.2 seconds"),
    ],
    ids=["status", "html", "object", "fields", "nested", "late"],
)
def test_what_is_wrong_with_a_service_is_named(ask, service, tmp_path, answer, said):
    service.answer = lambda parameters: answer()
    with pytest.raises(LearnError, match=f"'theirs', asked for user 'ann': .*{said}") as caught:
        ask({"theirs": service.address}, timeout=0.2 if "within" in said else 10)
    assert service.address in str(caught.value) and not list((tmp_path / "ws").rglob("*"))


def test_an_address_that_is_none_or_answers_nothing(ask):
    with pytest.raises(LearnError, match="'file:///etc/hosts' is no address"):
        ask({"theirs": "file:///etc/hosts"})
    with pytest.raises(LearnError, match="cannot be reached"):
        ask({"theirs": "http://127.0.0.1:9/"}, timeout=5)


@pytest.mark.filterwarnings("ignore:.*fewer items")
def test_show_writes_without_opening_an_explorer(world, split, tmp_path):
    shown = learn.show(
        {"mine": lambda user_id, k: BEST[user_id]}, world.with_split(split), tmp_path / "ws", explorer=False
    )
    assert shown.address is None and list(shown.runs) == ["mine"]
    table = learn.compare([shown.runs["mine"], learn.popularity(world.with_split(split), tmp_path / "ws")], k=10)
    assert set(table["run"]) == {"mine", "popularity"} and (table[Metrics.N_USERS] > 0).all()
