"""What came out on a dataset, in a few sentences with their numbers: who leads, and what simple references reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from learn.data.schema import Metrics, Recommendations, Slices
from learn.explore.metrics.leading import DIFFERENCE, against, listed, who_leads
from learn.explore.metrics.overview import collect_metrics, compare_runs, metric_label, more_is_better
from learn.item_towers import ITEM_TOWERS
from learn.runs.baselines import BASELINES, REFIT_SUFFIX
from learn.runs.blend import JOINED
from learn.runs.folder import RunFolder
from learn.runs.run import Run

AMONG = {
    Recommendations.UNSEEN: "Among items new to the user",
    Recommendations.ALL_CANDIDATES: "Among all items, those bought before too",
    Recommendations.COLD: "Among items left out of training",
}
RESULT_METRIC = "recall"
"""In which the result is told, where nobody chose another one."""


COUNTS, LEARNED, BOTH, UNTRAINED, FOREIGN = (
    "counts",
    "trained text",
    "text and counts",
    "untrained text",
    "made elsewhere",
)
KINDS = {
    COUNTS: ("counts", "beat"),
    LEARNED: ("trained text", "beats"),
    BOTH: ("text and counts together", "beat"),
    UNTRAINED: ("untrained text", "beats"),
    FOREIGN: ("what was made elsewhere", "beats"),
}
"""What a Run goes by (`kind_words`) -> the same in a sentence, and its verb."""
KIND_MEANS = {
    COUNTS: "who bought what, no text",
    LEARNED: "PAL trained on what the language model read",
    BOTH: "the two in one",
    UNTRAINED: "the language model alone",
    FOREIGN: "another program's lists",
}
"""A key of `KINDS` -> what it is, for those who meet it first."""


def kind_words(run: RunFolder) -> str:
    """What a Run goes by, in two or three words: a key of `KINDS`."""
    if run.info.kind == "blend":
        return BOTH
    if run.info.kind == "average":
        return LEARNED
    baseline = BASELINES.get(run.info.variant)
    if baseline is not None:
        return BOTH if baseline.reference.reads_content else COUNTS
    tower = ITEM_TOWERS.get(run.info.variant)
    if tower is None:
        return FOREIGN
    return LEARNED if tower.trained else UNTRAINED


def gloss(run: RunFolder) -> str:
    """What a Run is, for people who never read the paper, in a line without a full stop; "" where nothing is known."""
    known = variant_gloss(run.info.variant)
    if run.info.kind == "average":
        return f"the mean score of {str(run.info.settings.get('run', '')).count(JOINED) + 1} trained models"
    if known or run.info.kind != "blend":
        return known
    parts = listed(parts_of_blend(run)) or "both"
    return f"the scores of {parts} added up, with weights chosen on validation"


def parts_of_blend(run: RunFolder) -> list[str]:
    """What the scores of a blend are added up from: the tower's short label, those of its references; empty where it
    is not known."""
    tower, plus, _ = run.info.label.partition(" + ")
    names = str(run.info.settings.get("reference", "")).split(JOINED) if plus else []
    known = [BASELINES.get(name.removesuffix(REFIT_SUFFIX)) for name in names]
    labels = [one.label for one in known if one is not None]
    return [tower, *labels] if labels and len(labels) == len(names) else []


def variant_gloss(variant: str) -> str:
    """The same of an item tower or a baseline, by its code; "" of anything else."""
    tower, baseline = ITEM_TOWERS.get(variant), BASELINES.get(variant)
    if tower is not None:
        return f"{tower.plain_name[0].lower()}{tower.plain_name[1:]}"
    return "" if baseline is None else baseline.explanation.rstrip(".")


def compared(runs: Sequence[Run], metric: str, k: int, candidates: str, part: str = Slices.WHOLE) -> pd.DataFrame:
    """`overview.compare_runs` of ``runs`` with what the first has more than each other (`leading.against`)."""
    table = compare_runs(collect_metrics(runs), metric, k, candidates, part)
    return against(table, runs, metric, k, candidates, part)


@dataclass(frozen=True)
class Result:
    """What came out among one set of ranked items.

    Attributes:
        candidates: the set: a key of `AMONG`.
        leads: who leads, and whether by more than chance; references: how the references stand to the best trained
            tower alone, "" where there is no such pair.
        named: the Runs that the two name.
        n_users: on how many users.
    """

    candidates: str
    leads: str
    references: str
    named: list[str]
    n_users: int

    @property
    def sentence(self) -> str:
        """Both, as the terminal says them."""
        return f"{AMONG[self.candidates]}, {self.leads} {self.references}".rstrip()


def results_of(runs: Sequence[Run], k: int, metric: str = RESULT_METRIC) -> list[Result]:
    """The result of ``runs`` of one dataset at list length ``k``, one for each ranked set.

    Nothing where there are fewer than two Runs with that metric, or where more of it is not better.
    """
    if len(runs) < 2 or not more_is_better(metric):
        return []
    found = []
    metrics = collect_metrics(runs)
    for candidates in AMONG:
        table = compare_runs(metrics, metric, k, candidates, Slices.WHOLE)
        ranked = against(table, runs, metric, k, candidates, Slices.WHOLE)
        leads = who_leads(ranked, f"{metric_label(metric)}@{k}")
        if leads:
            references = _references_and_towers(table, runs, metric, k, candidates)
            names = zip(table["run"], table["label"], strict=True)
            named = [run for run, label in names if label in leads or label in references]
            found.append(Result(candidates, leads, references, named, int(table[Metrics.N_USERS].max())))
    return found


def said_of_result(runs: Sequence[Run], k: int, metric: str = RESULT_METRIC) -> list[str]:
    """The sentences of `results_of`."""
    return [result.sentence for result in results_of(runs, k, metric)]


def _references_and_towers(table: pd.DataFrame, runs: Sequence[Run], metric: str, k: int, candidates: str) -> str:
    """How references stand to the best tower that is trained and stands alone."""
    info = {run.name: run.info for run in runs}
    kinds = table["run"].map(lambda name: info[name].kind)
    references = table[kinds == "reference"].dropna(subset=[Metrics.MEAN])
    trained = table["run"].map(lambda name: info[name].kind == "learn" and _trained(info[name].variant))
    towers = table[trained.astype(bool)]
    towers = towers.dropna(subset=[Metrics.MEAN])
    if references.empty or towers.empty:
        return ""
    best = towers.head(1)
    found = against(pd.concat([best, references], ignore_index=True), runs, metric, k, candidates, Slices.WHOLE).iloc[
        1:
    ]
    ahead, behind = found[found[DIFFERENCE[2]] < 0], found[found[DIFFERENCE[1]] > 0]
    tower = f"the best tower alone, {best['label'].iloc[0]} ({best[Metrics.MEAN].iloc[0]:.4f})"
    if ahead.empty:
        which = "every simple reference" if len(behind) == len(found) else f"{len(behind)} of {len(found)} references"
        return f"{tower[0].upper()}{tower[1:]}, is clearly ahead of {which}, and clearly behind none."
    names = list(ahead["label"])
    if len(ahead) == 1:
        return f"A reference that trains no transformer, {names[0]}, clearly beats {tower}."
    return f"References that train no transformer, {listed(names)}, clearly beat {tower}."


def _trained(variant: str) -> bool:
    tower = ITEM_TOWERS.get(variant)
    return tower is not None and tower.trained
