"""Heavy questions: so many at a time, in the order of asking; each answered once and kept."""

import threading
import time

import pytest

from app.shared.heavy import Kept, Queue, in_turn
from app.shared.recommenders import _in_background
from learn.errors import LearnError


def test_no_more_than_so_many_are_inside_and_all_get_their_turn():
    queue, inside, most, done = Queue(2), [], [], []

    def ask(number):
        with queue.turn():
            inside.append(number)
            most.append(len(inside))
            time.sleep(0.01)
            inside.remove(number)
        done.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert max(most) == 2 and sorted(done) == list(range(12))


def test_who_waits_is_told_the_place_and_comes_in_the_order_of_asking():
    queue, order, told = Queue(1), [], {1: [], 2: []}
    free = threading.Event()

    def ask(number):
        with queue.turn(told[number].append):
            order.append(number)

    def hold():
        with queue.turn():
            free.wait(60)

    threads = [threading.Thread(target=hold)]
    threads[0].start()
    for number in (1, 2):
        while queue._inside + len(queue._waiting) < number:
            time.sleep(0.001)
        threads.append(threading.Thread(target=ask, args=(number,)))
        threads[-1].start()
    while not (told[1] and told[2]):
        time.sleep(0.001)
    free.set()
    for thread in threads:
        thread.join(60)
    assert order == [1, 2] and told[1][0] == 1 and told[2][0] == 2


def test_a_browser_that_goes_while_it_waits_leaves_the_queue():
    queue = Queue(1)

    def gone(before):
        raise RuntimeError("the page was left")

    with queue.turn():
        with pytest.raises(RuntimeError, match="left"), queue.turn(gone):
            pytest.fail("it came in")
        assert not queue._waiting
    with queue.turn():
        assert queue._inside == 1
    assert queue._inside == 0


def test_a_question_that_fails_makes_room_for_the_next():
    queue = Queue(1)
    with pytest.raises(LearnError), queue.turn():
        raise LearnError("no", "none")
    with queue.turn():
        assert queue._inside == 1


def test_the_one_used_least_lately_is_forgotten_first():
    kept = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)


def test_an_answer_is_computed_once_also_when_two_ask_for_the_same():
    kept, computed = Kept(4), []
    began = threading.Event()

    def compute():
        began.set()
        time.sleep(0.05)
        computed.append(1)
        return "answer"

    first = threading.Thread(target=in_turn, args=(kept, "key", compute, "words"))
    first.start()
    assert began.wait(60)
    assert in_turn(kept, "key", compute, "words") == "answer"
    first.join(60)
    assert computed == [1]


def test_an_error_of_work_in_the_background_is_told_to_whoever_asks():
    def fails():
        raise LearnError("no LLM", "none")

    with pytest.raises(LearnError, match="no LLM"):
        _in_background(fails).result(60)
    assert _in_background(lambda: 7).result(60) == 7


def test_every_cache_of_the_pages_has_an_end():
    import ast
    from pathlib import Path

    endless = []
    for path in (Path(__file__).resolve().parents[2] / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for mark in getattr(node, "decorator_list", ()):
                if "cache_" in ast.unparse(mark) and not {"max_entries", "ttl"} & {
                    word.arg for word in getattr(mark, "keywords", ())
                }:
                    endless.append(f"{path.name}:{node.name}")
    assert endless == []
