"""What the words mean that the pages use: a line each, where they are first met."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from app.shared import theme, variant_texts
from learn.evaluation.better import FEW_USERS
from learn.evaluation.metrics import METRICS
from learn.explore.metrics.overview import run_labels
from learn.explore.metrics.result import LEARNED, gloss, kind_words, variant_gloss
from learn.item_towers import brief
from learn.runs.baselines import BASELINES
from learn.runs.folder import RunFolder
from learn.runs.run import Run

WORDS = {
    "LLM": "the large language model that reads each item's text once. It is frozen: nothing here changes it.",
    "PAL": "*preference alignment*: the small transformer that is trained on what the LLM read, so that what people "
    "buy one after the other comes near each other.",
    "Tower": "what turns an item, or a person's past, into a vector. (a), (b) and (c) are the paper's item towers.",
    "w/o Align": "without alignment: the LLM's vectors as they are, nothing is trained. What the training is worth "
    "shows against it.",
    "Run": "one recommender, trained or counted, with its settings, vectors, lists and figures.",
    "Reference": "a simple recommender that trains no transformer and has to be beaten: EASE, SVD, L3AE, item-kNN, "
    "personal frequency, popularity.",
    "Text and counts": "the scores of a tower and of a reference added up, because the two know different things.",
    "95% interval": "where the figure would lie if other users of the same kind had been asked.",
    "Clearly ahead": "more than chance: on the same users, the 95% interval of the difference leaves out 0. That two "
    "single intervals overlap says nothing. Where users' own values are not stored (slices of items), the two single "
    f"intervals must lie apart. Of fewer than {FEW_USERS} users nothing is claimed.",
    "Never-bought, seldom-bought items": "items that training never saw (the paper's *cold start*), and the least-sold "
    "of the others (its *long tail*). New users, and users with a short history, are the same of people.",
}


FOLDED = "What the words mean"


def what_words_mean(said: str) -> None:
    """Words and what they mean (a line of `all_said`), folded away, one below the other; nothing of no words."""
    if said:
        with st.expander(FOLDED):
            st.markdown("\n".join(f"- {theme.plain(line)}" for line in said.removesuffix(".").split(BETWEEN)))


def glossary() -> None:
    """All words, folded away."""
    with st.expander(FOLDED):
        lines = [f"- **{word}**: {meaning}" for word, meaning in WORDS.items()]
        lines += [f"- **{entry.label}**: {theme.plain(entry.words)}." for entry in METRICS.entries]
        st.markdown("\n".join(lines))
        st.markdown(variant_texts.all_variants())


BETWEEN = " · "
"""Between the entries of a line."""
IN_SHORT = {
    "LLM": "the frozen large language model that reads each item's text",
    "PAL": "the small transformer that is trained on what the LLM read",
}
"""Words that labels and their explanations use."""


def first_met(
    runs: Sequence[Run], names: Sequence[str], metric: str = "", k: int = 0, known: Sequence[str] = ()
) -> str:
    """A line for what stands above: the metric at ``k``, each Run of ``names``, and the words that these use.

    ``known``: keys of `IN_SHORT` that the page has explained already.
    """
    labels = run_labels(runs)
    entry = METRICS.get(metric)
    parts = [] if entry is None else [f"*{entry.label}@{k}*: {theme.plain(entry.words)}, in a list of {k}"]
    by_name = {run.name: run for run in runs}
    told = dict.fromkeys(names)
    parts += [
        f"*{theme.plain(labels[one])}*: {theme.plain(gloss(by_name[one]))}" for one in told if gloss(by_name[one])
    ]
    return BETWEEN.join([*parts, *in_short(" ".join(parts), known)])


def said_first(runs: Sequence[RunFolder]) -> str:
    """One line of plain text: the words of the paper in the labels of ``runs``, and what those are that are no tower:
    towers have their plain names beside them."""
    parts = [f"{run.info.label}: {gloss(run)}" for run in runs if not variant_texts.in_plain_words(run) and gloss(run)]
    return _in_a_line([*in_short(" ".join([run.info.label for run in runs] + parts)), *parts])


def under_controls(runs: Sequence[RunFolder]) -> str:
    """The same where below each label stands what it is (`variant_texts.under_label`): the paper's words only."""
    used = " ".join([run.info.label for run in runs] + [variant_texts.under_label(run) for run in runs])
    return _in_a_line([*in_short(used), *(f"{run.info.label}: untrained" for run in runs if _without_align(run))])


def _without_align(run: RunFolder) -> bool:
    return variant_texts.is_untrained(run) and "untrained" not in run.info.label


def all_said(runs: Sequence[RunFolder], labels: Sequence[str]) -> str:
    """The same where nothing stands beside them: what each of ``runs`` is, by its label, and the references
    that a blend is named after, after the paper's words."""
    parts = [f"{label}: {gloss(run)}" for run, label in zip(runs, labels, strict=True) if gloss(run)]
    blends, own = [run.info.label for run in runs if run.info.kind == "blend"], {run.info.label for run in runs}
    inside = [one for one in BASELINES.entries if one.label not in own and any(one.label in label for label in blends)]
    parts += [f"{one.label}: {variant_gloss(one.code)}" for one in inside]
    told, more = {*own, *(one.label for one in inside)}, list(parts)
    while more:
        used = set(re.findall(r"[\w-]+", " ".join(more))) - told
        named = [one for one in BASELINES.entries if one.label in used]
        more = [f"{one.label}: {variant_gloss(one.code)}" for one in named]
        told |= {one.label for one in named}
        parts += more
    return _in_a_line([*in_short(" ".join([run.info.label for run in runs] + parts)), *parts])


def folded(told: str, title: str = "What these recommenders are", first: str = "") -> None:
    """What `all_said` and its like say, a line each, folded away, below ``first`` (Markdown); nothing where nothing is
    said."""
    lines = [*([first] if first else []), *(theme.plain(line) for line in told.rstrip(".").split(" · ") if line)]
    if lines:
        with st.expander(title):
            st.markdown("\n".join(f"- {line}" for line in lines))


def not_trained(runs: Sequence[RunFolder], shown: Sequence[str]) -> str:
    """`all_said` of those of ``shown``, by their labels, that are no trained item tower."""
    by_name = {run.name: run for run in runs}
    others = [by_name[name] for name in shown if kind_words(by_name[name]) != LEARNED]
    return all_said(others, [brief(run.info.label) for run in others])


def _in_a_line(lines: Sequence[str]) -> str:
    return BETWEEN.join(line.replace("*", "") for line in lines) + ("." if lines else "")


def in_short(text: str, known: Sequence[str] = ()) -> list[str]:
    """A line for each of `IN_SHORT` that ``text`` uses, and for what these use in turn: what others use comes first."""
    found: list[str] = []
    for word in ("PAL", "LLM"):  # the LLM stands first in the line, and is used by what PAL is
        if word not in known and word in re.findall(r"\w+", " ".join([text, *found])):
            found.insert(0, f"*{word}*: {IN_SHORT[word]}")
    return found
