"""What is said of one item under several variants: a verdict, then what it is like and who would see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from learn.explore.catalogue import NO_CATEGORY, Catalogue
from learn.explore.lists.audience import SEEN, Audience
from learn.explore.lists.by_chance import middle_by_chance, rounded, shown_by_chance
from learn.explore.lists.newcomer import FIRST, Answer, taken_for
from learn.explore.lists.why_words import listed

SAME = 1e-6
"""Cosines that differ by less are the same but for rounding."""


def verdict(answers: Mapping[str, Answer], catalogue: Catalogue, length: np.ndarray, item: int | None = None) -> str:
    """One sentence: what the variants (label -> `Answer`) take the item for, and to how many people they would show it.

    Args:
        length: [U] how long each one's whole list is (`new_to_each`).
        item: its index, where it is one of the catalogue: then it is known what it is.
    """
    seen = max(one.audience.seen_by(FIRST) for one in answers.values())
    asked = max(int((one.audience.reach > 0).sum()) for one in answers.values())
    if not asked:
        shown = "nobody has a history to go by"
    elif not seen:
        shown = f"in nobody's first {FIRST:,}: none of {asked:,} people"
    else:
        most = " at most" if len(answers) > 1 else ""
        shown = f"in the first {FIRST:,} of {_how_many(seen / asked)}: {seen:,} of {asked:,} people{most}"
    chance = max((_chance(one, length) for one in answers.values()), default=0.0)
    shown += f" (by chance: {rounded(chance)})" if 0 < chance < asked else ""
    known = _recognised(answers, catalogue, item)
    if not known:
        return f"{shown[0].upper()}{shown[1:]}."
    few = not asked or seen / asked < FEW
    return f"{known}, {'but' if few else 'and'} {shown}."


def _chance(one: Answer, length: np.ndarray) -> float:
    """How many people would have a randomly placed item in their `FIRST`."""
    return shown_by_chance(length[one.audience.reach > 0], FIRST)


def _recognised(answers: Mapping[str, Answer], catalogue: Catalogue, item: int | None) -> str:
    """ "Recognised by all 4 variants (Dried fruit)"; "" where the catalogue has no kinds of products."""
    kinds = by_kind(answers, catalogue)
    own = {} if item is None else {catalogue.categories[item], catalogue.finer[item]}
    right = [kind for kind in kinds if kind in own]
    n = len(answers)
    if right:
        return f"Recognised by {_who(kinds[right[0]], n)} ({right[0]})"
    if len(kinds) == 1:
        kind, labels = next(iter(kinds.items()))
        return f"Taken for {kind} by {_who(labels, n)}"
    return f"Taken for {len(kinds)} different kinds of product" if kinds else ""


def _who(labels: Sequence[str], n: int) -> str:
    """So many of ``n`` variants."""
    if n == 1:
        return labels[0]
    return f"{'all' if len(labels) == n else f'{len(labels)} of'} {n} variants"


def by_kind(answers: Mapping[str, Answer], catalogue: Catalogue) -> dict[str, list[str]]:
    """What the item is taken for -> the labels of the variants that take it for that."""
    found: dict[str, list[str]] = {}
    for label, one in answers.items():
        found.setdefault(taken_for(one.beside, catalogue), []).append(label)
    return {kind: labels for kind, labels in found.items() if kind not in ("", NO_CATEGORY)}


FAR_BETTER = 0.9
"""Times the median place that chance gives: only a median place before that is told as better than chance."""

FEW = 0.1
"""Fewer of the people than this share are few."""


def _how_many(share: float) -> str:
    bounds = ((0.01, "almost nobody"), (FEW, "few people"), (0.5, "many people"))
    return next((words for bound, words in bounds if share < bound), "most people")


def what_it_is(answers: Mapping[str, Answer], catalogue: Catalogue) -> str:
    """One line: which variant (label -> `Answer`) takes the item for what; where all agree, how alike the products are
    that it stands beside. Variants of one item space are counted once."""
    lists = [one.beside.items.tolist() for one in answers.values()]
    if not any(lists):
        return "Nothing: there is no product that it could stand beside."
    kinds = by_kind(answers, catalogue)
    spaces = one_space(answers)
    told = "; ".join(f"{kind} under {listed(labels)}" for kind, labels in kinds.items())
    if len(kinds) == 1 and len(answers) > 1:
        kind = next(iter(kinds))
        told = f"{kind}{_of_category(kind, answers, catalogue)}"
    if len(kinds) < 2 and len(spaces) > 1:
        told = f"{told}: {_beside_all([answers[labels[0]] for labels in spaces], catalogue)}".removeprefix(": ")
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def shared_vectors(answers: Mapping[str, Answer]) -> str:
    """Sentences: which variants (label -> `Answer`) have one item space, so that their neighbours are the same."""
    same = (labels for labels in one_space(answers) if len(labels) > 1)
    return " ".join(f"{listed(labels)} have the same item vectors." for labels in same)


def one_space(answers: Mapping[str, Answer]) -> list[list[str]]:
    """The labels of the variants, those together under which the item stands beside the same products at the same
    cosines: they place items in one and the same space."""
    groups: list[list[str]] = []
    for label, one in answers.items():
        own = next((labels for labels in groups if _same(answers[labels[0]], one)), None)
        groups.append([label]) if own is None else own.append(label)
    return groups


def _same(one: Answer, other: Answer) -> bool:
    return np.array_equal(one.beside.items, other.beside.items) and np.allclose(
        one.beside.scores, other.beside.scores, rtol=0, atol=SAME
    )


def _of_category(kind: str, answers: Mapping[str, Answer], catalogue: Catalogue) -> str:
    """ " (Nutrition)" of a finer category of it; "" where ``kind`` is a category itself, or is one of several."""
    items = np.unique(np.concatenate([one.beside.items for one in answers.values()]))
    found = {str(name) for name in catalogue.categories[items[catalogue.finer[items] == kind]]}
    return f" ({found.pop()})" if len(found) == 1 and kind not in found else ""


def _beside_all(answers: Sequence[Answer], catalogue: Catalogue) -> str:
    """How alike the lists of several spaces are."""
    lists = [one.beside.items.tolist() for one in answers]
    length, same = max(map(len, lists)), len(set.intersection(*map(set, lists)))
    if {len(one) for one in lists} == {same}:
        return f"beside the same {same} products" if same > 1 else f"beside “{catalogue.titles[lists[0][0]]}”"
    names = {str(catalogue.titles[item]).split(",")[0].strip() for one in lists for item in one}
    only = f"the nearest are all called “{names.pop()}”; " if len(names) == 1 and length > 1 else ""
    if not only and len({one[0] for one in lists if one}) == 1:
        return f"“{catalogue.titles[lists[0][0]]}” is nearest under each"
    of = f"of the {length}{'' if only else ' nearest'}"
    return f"{only}{same or 'none'} {of} {'stands' if same < 2 else 'stand'} in every list"


def who_would_see_it(answers: Mapping[str, Answer], length: np.ndarray) -> str:
    """One line: under which variant (label -> `Answer`) most people meet the item, under which nobody does, and whether
    that is more than chance gives.

    Args:
        length: [U] how long each one's whole list is (`new_to_each`).
    """
    asked = {label: one.audience for label, one in answers.items() if len(one.audience.ranks)}
    if not asked:
        return ""
    seen = {label: one for label, one in asked.items() if one.seen_by(FIRST)}
    best = min(asked, key=lambda label: (-asked[label].seen_by(FIRST), asked[label].ranks[0]))
    under = f" under {best}" if len(answers) > 1 else ""
    of, first = int((asked[best].reach > 0).sum()), asked[best].ranks[0]
    lifted = _lifted(asked, length)
    if not seen:
        highest = f"it stands highest{under}: at place {first:,} of somebody's list."
        return f"Nobody of {of:,} with a history; {highest}{lifted}"
    most = "" if not under else "only" if len(seen) == 1 else "most"
    below = _below_chance(answers[best], length)
    told = f"{most}{under}: {seen[best].seen_by(FIRST):,} of {of:,} people"
    told = told.removeprefix(": ") + (below or f", the first at place {first:,}")
    hidden = [label for label in answers if label not in seen]
    nobody = f"; nobody under {listed(hidden)}" if hidden and len(seen) > 1 else ""
    return f"{told[0].upper()}{told[1:]}{nobody}.{lifted}"


def _lifted(asked: Mapping[str, Audience], length: np.ndarray) -> str:
    """ " (a) and (b) lift it ...": the variants under which it stands far better than by chance in the middle of all
    lists, and yet near the top of none, where chance would put it there for somebody; "" where there is none."""
    found: dict[str, float] = {}
    chance = 0.0
    for label, one in asked.items():
        whole = length[one.reach > 0]
        middle, by_chance = float(np.median(one.reach[one.reach > 0])), middle_by_chance(whole)
        if not one.seen_by(SEEN) and shown_by_chance(whole, SEEN) >= 1 and middle < FAR_BETTER * by_chance:
            found[label], chance = middle, by_chance
    if not found:
        return ""
    low, high = (f"{end(found.values()):,.0f}" for end in (min, max))
    places = low if low == high else f"{low} to {high}"
    lift = "lifts" if len(found) == 1 else "lift"
    told = f"{listed(list(found))} {lift} it for most (median place {places}; by chance {rounded(chance)})"
    return f" {told}, but into nobody's first {SEEN:,}."


def _below_chance(one: Answer, length: np.ndarray) -> str:
    """ ", fewer than by chance (12)" of a variant that shows an item to fewer people than a random place would."""
    reach = one.audience.reach
    chance = _chance(one, length)
    if one.audience.seen_by(FIRST) >= chance:
        return ""
    middle = np.median(reach[reach > 0]) >= middle_by_chance(length[reach > 0])
    place = ", and its median place is no better" if middle else ""
    return f", fewer than by chance ({rounded(chance)}){place}"
