"""Anything that recommends as a Run: a function, or the address of a service, is asked for every evaluated user."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import numpy as np
import pandas as pd

from learn.data.dataset import Dataset
from learn.data.ids import ids_as_text
from learn.data.schema import Recommendations
from learn.data.split import Phase
from learn.errors import LearnError
from learn.evaluation.protocol import LIST_LENGTH
from learn.evaluation.targets import make_targets
from learn.progress import Progress, make_progress
from learn.runs.import_run import Ranked, both_candidates, importable_folder, write_imported
from learn.runs.run import Run
from learn.workspace import Workspace

Recommend = Callable[[str, int], Iterable[Any]]
"""``recommend(user_id, k)`` -> item ids, the best first, or (item id, score) pairs in any order."""

SECONDS_TO_ANSWER = 30.0
MOST_BYTES = 10_000_000
"""Of one answer of a service."""


def ask_runs(
    variants: Mapping[str, Recommend | str],
    dataset: Dataset,
    workspace: Workspace,
    *,
    timeout: float = SECONDS_TO_ANSWER,
    progress: Progress | None = None,
) -> list[Run]:
    """Asks every variant for every evaluated user, then writes a Run of kind "imported" for each.

    A variant is asked for so many items that the 100 best are left without the user's own history: k is 100 and the
    number of different items that the history holds, at most the catalogue's size. It may return items of the history:
    both regimes are evaluated. Nothing is written before all have answered for all.

    Args:
        variants: the Run's name -> a function ``recommend(user_id, k)``, or an address as `from_address` takes it.
        dataset: with its split; a variant must not have seen the test target.
        workspace: where the Runs go.
        timeout: seconds that a service has for one answer.
        progress: where to show progress; None: the terminal or the notebook.

    Raises:
        LearnError: a name that cannot be or is taken, nobody to evaluate, or a wrong answer, with the user it was for.
    """
    if not variants:
        raise LearnError("There is nothing to show.", 'Give a function by its name: learn.show({"mine": recommend}).')
    folders = {name: importable_folder(workspace, dataset, name) for name in variants}
    asked = {name: _function(name, variant, timeout) for name, variant in variants.items()}
    users = make_targets(dataset.split, Phase.TEST, Recommendations.ALL_CANDIDATES).users
    answers = {}
    for name, recommend in asked.items():
        answers[name] = _ask(name, recommend, dataset, users, progress or make_progress())
    return [write_imported(folders[name], dataset, dataset.split, answers[name], name, {}) for name in asked]


def from_address(address: str, timeout: float = SECONDS_TO_ANSWER) -> Recommend:
    """A service as a function: ``GET address?user_id=ID&k=K`` answers with JSON.

    The answer is a list of item ids, the best first; or of objects with ``item_id`` and ``score``; or an object that
    holds such a list under ``items``.

    Args:
        address: http:// or https://; parameters that it has already are kept.
        timeout: seconds for one answer.

    Raises:
        LearnError: no such address; when called: no answer in time, an error's status, or another answer.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise LearnError(f"{address!r} is no address of a service.", "Give one that begins with http:// or https://.")

    def recommend(user_id: str, k: int) -> Iterable[Any]:
        query = f"{parts.query}&" if parts.query else ""
        asked = parts._replace(query=query + urlencode({"user_id": user_id, "k": k}), fragment="").geturl()
        try:
            with urllib.request.urlopen(asked, timeout=timeout) as answer:
                text = answer.read(MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            raise _Wrong(f"{asked} answered with status {error.code} ({error.reason})") from None
        except TimeoutError:
            raise _Wrong(f"{asked} did not answer within {timeout:g} seconds") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            late = f"did not answer within {timeout:g} seconds" if isinstance(reason, TimeoutError) else None
            raise _Wrong(f"{asked} {late or f'cannot be reached: {reason}'}") from None
        if len(text) > MOST_BYTES:
            raise _Wrong(f"{asked} answered with more than {MOST_BYTES:,} bytes")
        return _items_of(asked, text)

    return recommend


class _Wrong(Exception):
    """What is wrong with an answer, in words; whoever asked adds for whom it was."""


def _items_of(asked: str, text: bytes) -> list[Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise _Wrong(f"{asked} answered with what is no JSON: {text[:60]!r}") from None
    items = answer.get("items") if isinstance(answer, dict) else answer
    if not isinstance(items, list):
        raise _Wrong(f'{asked} answered with JSON that is neither a list nor {{"items": [...]}}: {text[:60]!r}')
    if not any(isinstance(one, dict) for one in items):
        return items
    lacking = [one for one in items if not isinstance(one, dict) or not {"item_id", "score"} <= set(one)]
    if lacking:
        raise _Wrong(f"{asked} answered with an item without item_id and score: {str(lacking[0])[:60]}")
    return [(one["item_id"], one["score"]) for one in items]


def _function(name: str, variant: Recommend | str, timeout: float) -> Recommend:
    if isinstance(variant, str):
        return from_address(variant, timeout)
    if not callable(variant):
        raise LearnError(
            f"{name!r} is a {type(variant).__name__}, which cannot be asked.",
            "Give a function recommend(user_id, k), or the address of a service.",
        )
    return variant


def _ask(name: str, recommend: Recommend, dataset: Dataset, users: np.ndarray, progress: Progress) -> Ranked:
    """The lists of one variant for the evaluated ``users`` ([E] indices); warns of lists that are too short."""
    history = dataset.split.history(Phase.TEST)
    found: list[tuple[np.ndarray, np.ndarray]] = []
    short: list[tuple[str, int, int]] = []
    with progress.task(f"Asking {name}", total=len(users), unit="users") as bar:
        for user in users.tolist():
            held = np.unique(history[user])
            k = min(dataset.n_items, LIST_LENGTH + len(held))
            user_id = str(dataset.user_ids[user])
            try:
                items, scores = _checked(recommend(user_id, k), dataset, k)
            except _Wrong as problem:
                raise LearnError(f"{name!r}, asked for user {user_id!r}: {problem}.", _REMEDY) from None
            except Exception as error:  # whatever another's function raises is its answer for this user
                said = f"{type(error).__name__}: {error}"
                raise LearnError(f"{name!r} fails for user {user_id!r} with {said}", _REMEDY) from error
            unseen = int((~np.isin(items, held)).sum())
            if unseen < min(LIST_LENGTH, dataset.n_items - len(held)):
                short.append((user_id, len(items), k))
            found.append((items, scores))
            bar.update(1)
    if short:
        user_id, n, k = short[0]
        warnings.warn(
            f"{name!r} gives {len(short):,} of {len(users):,} users fewer items than it was asked for "
            f"(user {user_id!r}: {n} of {k}): the places that are left count as misses.",
            stacklevel=4,
        )
    owners = np.repeat(users, [len(items) for items, _ in found])
    items, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return both_candidates(owners, items, scores, dataset.split)


_REMEDY = (
    "recommend(user_id, k) has to return at most k item ids of the dataset, the best first and each once, or "
    "(item id, score) pairs. Nothing was written."
)


def _checked(answer: Any, dataset: Dataset, k: int) -> tuple[np.ndarray, np.ndarray]:
    """One answer -> (item indices [n <= k] int64, the best first, scores [n] float32)."""
    if answer is None or isinstance(answer, (str, bytes, Mapping)) or not isinstance(answer, Iterable):
        raise _Wrong(f"the answer is {answer!r:.60}, no list of items")
    given = list(answer)
    pairs = [isinstance(one, (tuple, list, np.ndarray)) for one in given]
    if any(pairs):
        wrong = next((one for one, pair in zip(given, pairs, strict=True) if not pair or len(one) != 2), None)
        if wrong is not None:
            raise _Wrong(f"{wrong!r:.60} is no (item id, score) pair beside others that are")
        scores = pd.to_numeric(pd.Series([one[1] for one in given], dtype=object), errors="coerce").to_numpy(np.float64)
        bad = ~(np.abs(scores) <= np.finfo(np.float32).max)  # NaN compares as False
        if bad.any():
            raise _Wrong(f"the score {given[int(bad.argmax())][1]!r:.60} is not a finite number of 32 bits")
        order = np.argsort(-scores, kind="stable")
        given, scores = [given[place][0] for place in order], scores[order]
    else:
        scores = -np.arange(1, len(given) + 1, dtype=np.float64)
    ids = ids_as_text(pd.Series(given, dtype=object))
    items = dataset.item_index.get_indexer(ids)
    if (items < 0).any():
        unknown = given[int((items < 0).argmax())]
        raise _Wrong(f"{dataset.name} has no item {unknown!r:.60} (for example {dataset.item_ids[0]!r} is one)")
    twice = ids.duplicated().to_numpy()
    if twice.any():
        raise _Wrong(f"item {ids.iloc[int(twice.argmax())]!r} comes a second time")
    return items[:k].astype(np.int64), scores[:k].astype(np.float32)
