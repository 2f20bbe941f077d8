"""The best of each kind beside each other: what was learned from text, what was counted, both, and text alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from learn.data.schema import Metrics, Recommendations, Slices
from learn.data.slices import ITEM_PREFIX
from learn.evaluation.better import too_few
from learn.explore.metrics.leading import against, listed, split_by_chance
from learn.explore.metrics.overview import collect_metrics, compare_runs, more_is_better
from learn.explore.metrics.result import COUNTS, FOREIGN, KINDS, LEARNED, RESULT_METRIC, UNTRAINED, kind_words
from learn.explore.metrics.slice_words import slice_words
from learn.runs.run import Run

COLD_ITEMS, TAIL_ITEMS = f"{ITEM_PREFIX}{Slices.COLD_START}", f"{ITEM_PREFIX}{Slices.LONG_TAIL}"
QUESTIONS = (
    (Recommendations.UNSEEN, Slices.WHOLE, "Items new to the user", "among items new to the user"),
    (Recommendations.ALL_CANDIDATES, Slices.WHOLE, "All items, bought or not", "among all items"),
    (Recommendations.COLD, Slices.WHOLE, "Items left out of training", "among items left out of training"),
    (Recommendations.UNSEEN, COLD_ITEMS, "Never-bought items", f"among {slice_words(COLD_ITEMS)}"),
)
"""Ranked set, slice, a heading, and the same in a sentence; the first three that a dataset has are shown."""
SELDOM = (Recommendations.UNSEEN, TAIL_ITEMS, "Seldom-bought items", f"among {slice_words(TAIL_ITEMS)}")
"""The same of what counts know little of."""
LITTLE_KNOWN = frozenset({COLD_ITEMS, TAIL_ITEMS})
"""Slices of which little is found: an axis of their own, and what a random list finds is seen beside it."""
UNBOUGHT = frozenset({Recommendations.COLD, COLD_ITEMS})
"""Ranked sets and slices of items that nobody had bought in training: counts know nothing of them."""
MOST = 3
KIND = "kind"


@dataclass(frozen=True)
class Kinds:
    """Of one question the best Run of each kind.

    Attributes:
        title: what is asked, as a heading; where: the same in a sentence.
        table: `leading.against` of the best Run of each kind, best first, with the column "kind".
        learned_less_untrained: 1 where the best tower is clearly ahead of untrained text, -1 where it is behind, 0
            where neither can be said; None where one of the two is missing.
        candidates, part, n_users: among which items, of which slice, and on how many users.
        bought: whether the items have purchases in training, so that counts know of them.
    """

    title: str
    where: str
    table: pd.DataFrame
    learned_less_untrained: int | None
    candidates: str
    part: str
    n_users: int
    bought: bool

    @property
    def reach(self) -> float:
        """The greatest figure, or end of an interval: how far an axis goes that shows all."""
        return float(self.table[[Metrics.MEAN, Metrics.HIGH]].max(axis=None))

    @property
    def little_known(self) -> bool:
        """Whether counts know nothing or little of the items, of which little is found."""
        return not self.bought or self.part in LITTLE_KNOWN

    @property
    def tells(self) -> bool:
        """Whether there are counts to hold the others against, and users enough."""
        return COUNTS in set(self.table[KIND]) and not too_few(self.n_users)

    @property
    def level(self) -> list[str]:
        """The kinds that share the lead: the first, and those that are not clearly behind it."""
        return [*self.table[KIND].head(1), *split_by_chance(self.table)[1][KIND]]

    @property
    def text_helps(self) -> bool:
        """Whether a kind that reads text is clearly ahead of counts."""
        return COUNTS not in self.level and self.level[0] != FOREIGN


def best_of_kinds(runs: Sequence[Run], k: int, metric: str = RESULT_METRIC) -> list[Kinds]:
    """`Kinds` of ``runs`` of one dataset at list length ``k``: a question each, at most `MOST`.

    Nothing where there are fewer than two kinds with that metric, or where more of it is not better; no question of
    which nobody found anything, or whose slice has fewer than `FEW_USERS` users.
    """
    return _asked(QUESTIONS, runs, k, metric)[:MOST]


def seldom_bought(runs: Sequence[Run], k: int, metric: str = RESULT_METRIC) -> Kinds | None:
    """The same of the items that were bought least; None where nothing can be said of them."""
    return next(iter(_asked((SELDOM,), runs, k, metric)), None)


def _asked(questions: Sequence[tuple[str, str, str, str]], runs: Sequence[Run], k: int, metric: str) -> list[Kinds]:
    if not more_is_better(metric):
        return []
    kinds = {run.name: kind_words(run) for run in runs}
    metrics = collect_metrics(runs)
    found: list[Kinds] = []
    for candidates, part, title, where in questions:
        table = compare_runs(metrics, metric, k, candidates, part).dropna(subset=[Metrics.MEAN])
        best = table.assign(**{KIND: table["run"].map(kinds)}).drop_duplicates(KIND).reset_index(drop=True)
        if len(best) < 2 or not best[Metrics.MEAN].iloc[0] > 0:
            continue
        n_users = int(best[Metrics.N_USERS].max())
        if part != Slices.WHOLE and too_few(n_users):
            continue
        ranked = against(best, runs, metric, k, candidates, part)
        two = best[best[KIND].isin((LEARNED, UNTRAINED))].reset_index(drop=True)
        trained = _duel(two, LEARNED, runs, metric, k, candidates, part)
        bought = not {candidates, part} & UNBOUGHT
        found.append(Kinds(title, where, ranked, trained, candidates, part, n_users, bought))
    return found


def _duel(
    two: pd.DataFrame, kind: str, runs: Sequence[Run], metric: str, k: int, candidates: str, part: str
) -> int | None:
    """1 where the Run of ``kind`` is clearly ahead of the other, -1 where it is behind, 0 where that is not clear."""
    if len(two) < 2:
        return None
    behind, _ = split_by_chance(against(two, runs, metric, k, candidates, part))
    if behind.empty or too_few(two[Metrics.N_USERS].max()):
        return 0
    return 1 if two[KIND].iloc[0] == kind else -1


def at_random(one: Kinds, k: int, n_items: int) -> float:
    """About what share of a user's items of `LITTLE_KNOWN` a list of ``k`` of all ``n_items``, drawn at random, holds;
    0 of other questions."""
    return share_at_random(one.part, k, n_items)


def share_at_random(part: str, k: int, n_items: int) -> float:
    """The same of a slice by its name."""
    return k / n_items if part in LITTLE_KNOWN else 0.0


def at_random_words(found: Sequence[Kinds], k: int, n_items: int) -> str:
    """What the line of `at_random` in a picture is; "" where none has it."""
    return random_line([one.part for one in found], k, n_items)


def random_line(parts: Sequence[str], k: int, n_items: int) -> str:
    """The same of slices by their names."""
    if not any(share_at_random(part, k, n_items) for part in parts):
        return ""
    return f"dotted line: a list drawn at random from all items (about {k / n_items:.1g})"


def counts_or_text(found: Sequence[Kinds], seldom: Kinds | None = None) -> str:
    """Two short sentences: how plain counts stand to whatever reads text, and where text clearly helps.

    "" where there are no counts, or where too few users tell.

    Args:
        seldom: `seldom_bought`, which is told where text clearly helps.
    """
    told = [one for one in found if one.tells]
    bought, unbought = ([one for one in told if one.bought == side] for side in (True, False))
    tail = [seldom] if seldom is not None and seldom.tells and seldom.text_helps else []
    said = (_of_bought(bought), _of_little_known(unbought[:1], tail, bought))
    return " ".join(f"{one[0].upper()}{one[1:]}." for one in said if one)


def _of_bought(found: Sequence[Kinds]) -> str:
    """How counts stand where they know of the items."""
    where: dict[str, list[str]] = {}
    for one in found:
        where.setdefault(_standing(one), []).append(one.where)
    said = "; ".join(
        f"{words} {'here' if len(where) == 1 < len(places) else listed(places)}" for words, places in where.items()
    )
    first, sure, rest = said.partition("clearly ")
    return f"{first}{sure}{rest.replace('clearly ', '')}"  # once in a sentence


def _standing(one: Kinds) -> str:
    if COUNTS not in one.level:
        words, verb = KINDS[one.level[0]]
        return f"{words} clearly {verb} plain counts"
    return "plain counts are clearly best" if len(one.level) == 1 else "plain counts do as well as anything"


def _of_little_known(unbought: Sequence[Kinds], seldom: Sequence[Kinds], bought: Sequence[Kinds]) -> str:
    """Counts know nothing or little of these: whether text does, and what training made of it."""
    helped = [one for one in (*unbought, *seldom) if one.text_helps]
    if not helped:
        return f"text is not clearly ahead {unbought[0].where}" if unbought else ""
    only = "" if not bought else " also" if any(other.text_helps for other in bought) else " only"
    return f"text clearly helps{only} {_where(helped)}{_training(helped)}"


def _where(found: Sequence[Kinds]) -> str:
    """ "among never-bought and seldom-bought items"."""
    words = [one.where.removeprefix("among ") for one in found]
    if all(word.endswith(" items") for word in words):
        return f"among {listed([word.removesuffix(' items') for word in words])} items"
    return f"among {listed(words)}"


def _training(found: Sequence[Kinds]) -> str:
    """Of trained and untrained text, which is better there: once, where the same is true everywhere."""
    known = [one for one in found if one.learned_less_untrained is not None]
    told = {_trained(one): one for one in known}
    if not told:
        return ""
    if len(known) == len(found) and all(_untrained_first(one) for one in known):
        clear = [one for one in known if one.learned_less_untrained]
        how = "is at least as good as" if not clear else "beats" if len(clear) == len(known) else "is ahead of"
        return f", and there {UNTRAINED} {how} {LEARNED}"
    if len(told) == 1 and len(known) == len(found):
        return f", and there {next(iter(told))}"
    return "; " + listed([f"{one.where} {_trained(one)}" for one in known])


def _untrained_first(one: Kinds) -> bool:
    means = one.table.set_index(KIND)[Metrics.MEAN]
    return bool(means[UNTRAINED] >= means[LEARNED])


def _trained(one: Kinds) -> str:
    """Of trained and untrained text, which is better."""
    if one.learned_less_untrained:
        first, other = (LEARNED, UNTRAINED) if one.learned_less_untrained == 1 else (UNTRAINED, LEARNED)
        return f"{first} beats {other}"
    if _untrained_first(one):
        return f"{UNTRAINED} is at least as good as {LEARNED}"
    return f"{LEARNED} is no sure gain over {UNTRAINED}"
