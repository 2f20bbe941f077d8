"""What stays for good is not looked through at each search for garbage."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from app.shared.collection import set_aside, set_aside_once


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


class Ring:
    """Refers to itself: only a search for garbage frees it."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_there_is_set_aside_and_what_comes_later_is_still_freed() -> None:
    kept = Ring()
    set_aside()
    assert gc.is_tracked(kept)
    assert gc.get_freeze_count() > 10_000
    assert all(one is not kept for one in gc.get_objects())
    later = Ring()
    gone = weakref.ref(later)
    del later
    gc.collect()
    assert gone() is None


def test_garbage_is_freed_before_it_is_set_aside() -> None:
    ring = Ring()
    gone = weakref.ref(ring)
    del ring
    set_aside()
    assert gone() is None


def test_a_moment_comes_once() -> None:
    set_aside_once("a page that only this test opens")
    assert gc.get_freeze_count() > 0
    gc.unfreeze()
    set_aside_once("a page that only this test opens")
    assert gc.get_freeze_count() == 0
