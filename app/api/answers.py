"""Question -> answer: the same Recommender, opened once for pages and API, and the same functions as on the pages."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from app.api.questions import Neighbours, NewItem, Question, Recommend
from app.api.reply import NotFoundError
from app.shared import cache, recommenders
from app.shared.heavy import Kept
from learn.data.new_items import check_new_items
from learn.data.schema import Items
from learn.data.where import Where
from learn.errors import LearnError
from learn.explore.lists import newcomer
from learn.runs.new_items import embed_items, reading_settings
from learn.runs.recommend import RowsOf, item_positions, suggest_to_history, suggest_to_user
from learn.runs.recommender import Recommender
from learn.runs.stored import best_run
from learn.runs.vectors import embeds, has_vectors

SECONDS_TRUSTED = 2.0
"""So long a workspace is taken for unchanged; then its files' times are looked at again."""
QUICK_NUMBERS, QUICK_K = 4_000_000, 100
"""A catalogue of at most so many numbers is ranked, for lists so short, in less time than a thread takes to wake."""


@dataclass
class Opened:
    """A Run that answers.

    Attributes:
        rows: items and scores -> what is sent of them.
        quick: it has answered once, so that all it needs is in memory, and has little to rank.
    """

    dataset: str
    run: str
    label: str
    one: Recommender
    rows: RowsOf
    quick: bool = False


class Answers:
    """Answers questions from the workspace that the pages show; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._opened: dict[tuple[str | None, str | None, bool], tuple[float, Opened]] = {}
        self._rows: Kept[RowsOf] = Kept(4)
        self._allowed: Kept[np.ndarray] = Kept(64)

    @property
    def ready(self) -> bool:
        """Whether something is in memory."""
        return bool(self._opened)

    def open(self, question: Question, live: bool = False) -> Opened:
        """The Run that ``question`` names, or the default one.

        Args:
            live: it has to answer for new histories and new items.

        Raises:
            NotFoundError: there is no such dataset or Run. LearnError: it does not open.
        """
        key = question.dataset, question.run, live
        found = self._opened.get(key)
        if found is not None and time.monotonic() - found[0] < SECONDS_TRUSTED:
            return found[1]
        with self._lock:  # a dataset takes seconds to open: once is enough
            opened = self._open(question, live)
            if found is not None and found[1].one is opened.one:
                opened = found[1]
            if len(self._opened) > 256:  # names of Runs that are no more
                self._opened.clear()
            self._opened[key] = time.monotonic(), opened
        return opened

    def _open(self, question: Question, live: bool) -> Opened:
        names = cache.dataset_names()
        name = question.dataset or (names[0] if names else None)
        if name is None or name not in names:
            raise NotFoundError(
                f"There is no dataset {name!r} here.", f"Choose one of: {', '.join(names) or 'none yet'}."
            )
        dataset = cache.open_dataset(name)
        runs = cache.open_runs(dataset)
        able = [run for run in runs.usable if embeds(run)] if live else runs.usable
        if question.run is None:
            if not able:
                raise NotFoundError(f"{name} has no Run that can answer this.", f"Train one: learn train {name}")
            run = best_run(able)
        elif question.run in runs.names:
            run = runs.named(question.run)
        else:
            raise NotFoundError(
                f"There is no Run {question.run!r} of {name} that can be used.",
                f"Choose one of: {', '.join(runs.names)}.",
            )
        rows = self._rows.get(dataset.fingerprint) or RowsOf(dataset)
        self._rows.put(dataset.fingerprint, rows)
        return Opened(name, run.name, run.info.label, recommenders.open_recommender(run, dataset), rows)

    def is_quick(self, question: Recommend) -> bool:
        """Whether `recommend` takes a millisecond: all that it needs is in memory, and there is little to rank."""
        found = self._opened.get((question.dataset, question.run, False))
        if question.history is not None or question.k > QUICK_K or found is None:
            return False
        return found[1].quick and time.monotonic() - found[0] < SECONDS_TRUSTED

    def recommend(self, question: Recommend) -> dict[str, Any]:
        """The answer to ``question``, as `learn.Run.recommend` and `learn.Run.recommend_for` give it."""
        opened = self.open(question, live=question.history is not None)
        one, allowed = opened.one, self._filtered(opened, question)
        k = min(question.k, one.dataset.n_items)
        if question.history is None:
            _, found = suggest_to_user(one, str(question.user), k, question.unseen, allowed)
            opened.quick = opened.quick or not has_vectors(one.run) or one.items.size <= QUICK_NUMBERS
        else:
            found = suggest_to_history(one, question.history, k, question.unseen, allowed)
        return {**_about(opened), "live": found.live, "items": opened.rows(found.items, found.scores)}

    def _filtered(self, opened: Opened, question: Recommend) -> np.ndarray | None:
        filters = Where(question.category, question.min_price, question.max_price, question.brand)
        if filters == Where():
            return None
        key = opened.one.dataset.fingerprint, filters
        allowed = self._allowed.get(key)
        if allowed is None:
            allowed = filters.allowed(opened.one.dataset)
            assert allowed is not None
            self._allowed.put(key, allowed)
        return allowed

    def neighbours(self, question: Neighbours) -> dict[str, Any]:
        """The answer to ``question``, by `Recommender.neighbours`; `learn.neighbours` says the same."""
        opened = self.open(question, live=True)
        one = opened.one
        if not has_vectors(one.run):
            raise LearnError(f"Run {opened.run} ({opened.label}) holds lists only, no vectors.", "Use a trained Run.")
        row = int(item_positions(one.dataset, question.item)[0])
        others = np.ones(one.dataset.n_items, dtype=bool)
        others[row] = False
        found = one.neighbours(one.items[row], question.k, others)
        return {**_about(opened), "live": True, "items": opened.rows(found.items, found.scores)}

    def new_item(self, question: NewItem) -> dict[str, Any]:
        """What the page Cold start says of a typed item."""
        given = question.model_dump(include={*Items.TEXT, Items.PRICE}, exclude_none=True)
        if not any(str(given.get(name, "")).strip() for name in Items.TEXT):
            raise LearnError("The item has no text.", f"Give one of: {', '.join(Items.TEXT)}.")
        opened = self.open(question, live=True)
        one = opened.one
        if not one.reads_text:
            raise LearnError(f"Run {opened.run} knows items by their ID only.", "Choose a Run that reads text.")
        items, _ = check_new_items(pd.DataFrame([given]))
        cex = reading_settings(one.run)
        vector = one.embed_new_items(embed_items(items, recommenders.open_llm(cex), cex))[0]
        view = cache.view(one.dataset)
        found = newcomer.answer(one, vector, view.history, view.counts > 0, question.k, question.people)
        people = zip(one.dataset.user_ids[found.audience.users].tolist(), found.audience.ranks.tolist(), strict=True)
        return {
            **_about(opened),
            "neighbours": opened.rows(found.beside.items, found.beside.scores),
            "people": [{"user_id": user, "rank": rank} for user, rank in people],
            "asked": int((found.audience.reach > 0).sum()),
            "in_first_100": found.audience.seen_by(newcomer.FIRST),
        }

    def warm_up(self) -> None:
        """Opens what a question without names asks, so that the first one is quick."""
        for live in (False, True):
            opened = self.open(Question.model_validate({}), live)
            asked = np.flatnonzero(opened.one.history.lengths)
            if len(asked):
                user = opened.one.dataset.user_ids[asked[0]]
                self.recommend(Recommend.model_validate({"run": opened.run, "user": user}))
            _ = opened.one.towers if live else None


def _about(opened: Opened) -> dict[str, Any]:
    return {"dataset": opened.dataset, "run": opened.run, "label": opened.label}
