"""Which rows a table has: a configuration each, and the row that the others are tested against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

from learn.config import (
    BUNDLED_ENCODER,
    Backbone,
    Config,
    Inputs,
    ItemTower,
    Objective,
    Preprocessing,
    SequenceUse,
)
from learn.data.schema import Slices
from learn.data.slices import ITEM_PREFIX
from learn.errors import LearnError
from learn.item_towers import ITEM_TOWERS
from learn.reproduce.external_baselines import PEERS
from learn.reproduce.recipes import recipes
from learn.reproduce.rows import (
    COLD_REFERENCES,
    REFERENCES,
    SIMPLE,
    TRAININGS,
    Source,
    Table,
    TableRow,
    as_in_the_paper,
    refitted_row,
)
from learn.runs.rivals import BLENDED_REFERENCES
from learn.training_objectives import OBJECTIVES

BLENDED = "+".join(BLENDED_REFERENCES)


def _paper(base: Config) -> Config:
    """``base`` under the paper's objective: every history position with every target item of a sequence cut in two."""
    base = as_in_the_paper(base)
    paper = {"objective__kind": Objective.DENSE_ALL_ACTION.value, "sampling__sequence": SequenceUse.CUT.value}
    return base.with_values(**paper)


def _tower(base: Config, code: str, name: str | None = None, label: str | None = None, **changes: object) -> TableRow:
    """The row of an item tower, called by its code and its label where nothing else is said."""
    return TableRow(
        name or code, label or ITEM_TOWERS[code].label, "text", base.with_values(pal__item_tower=code, **changes)
    )


def peers(base: Config) -> Table:
    """Table 3: other libraries' sequential recommenders on the same files, and LEARN, its best row the reference."""
    tower = {"pal__item_tower": ItemTower.ITEM.value}
    text = base.with_values(**tower)
    both = base.with_values(**tower, pal__inputs=Inputs.TEXT_AND_ID.value)
    dense = _paper(text)
    learn = [
        TableRow("learn", "LEARN, text", "text", text),
        TableRow("learn-id", "LEARN, text and ID", "text+id", both),
    ]
    if dense != text:
        learn.append(TableRow("learn-dense", "LEARN, text, the paper's objective", "text", dense))
    counts = TableRow("learn-counts", "LEARN, text and counts", "text+counts", text, counts=BLENDED)
    label = f"LEARN, text, {TRAININGS} trainings averaged"
    averaged = (
        TableRow("learn-averaged", label, "text", text, counts="", trainings=TRAININGS),
        replace(counts, name="learn-averaged-counts", label=f"{label}, and counts", trainings=TRAININGS),
    )
    others, ours = [TableRow(one.name, one.label, "peer", peer=one) for one in PEERS], (*learn, counts, *averaged)
    refitted = (refitted_row(row) for row in (*SIMPLE, *ours))
    rows = (*SIMPLE, *others, *ours, *refitted)
    return Table("Table 3: peers", rows, "learn", tuple(row.name for row in learn))


def bought_again(base: Config) -> Table:
    """completejourney, where people buy the same things again: what counts know, what text knows, and both together."""
    text = _tower(base, ItemTower.ITEM.value)
    both = TableRow("text-counts", "(b) + counts", "text+counts", text.config, counts=BLENDED)
    return Table("completejourney: text, counts, and both", (*REFERENCES, text, both), reference="b")


def alignment(base: Config) -> Table:
    """Table 4: nothing aligned, the user side aligned to the LLM's space, both aligned; the paper's objective."""
    base = _paper(base)
    return Table(
        "Table 4: what alignment is worth",
        (
            *REFERENCES,
            _tower(base, ItemTower.NO_ALIGN.value),
            _tower(base, ItemTower.CONTENT.value),
            _tower(base, ItemTower.ITEM.value),
            _tower(base, ItemTower.SEQUENCE.value),
        ),
        reference="a",
    )


def towers_and_sampling(base: Config) -> Table:
    """Table 5: the item towers, and uniform instead of recency-weighted positions; the paper's objective."""
    base = _paper(base)
    label = "(a), positions sampled uniformly"
    uniform = _tower(base, ItemTower.SEQUENCE.value, "a-uniform", label, sampling__weighted=False)
    return Table("Table 5: item towers and sampling", (*alignment(base).rows, uniform), reference="a")


def inputs(base: Config) -> Table:
    """Table 6: a trained ID embedding, a small encoder's text, the LLM's text, and text with IDs; tower (b)."""
    base = as_in_the_paper(base)
    tower = {"pal__item_tower": ItemTower.ITEM.value}
    encoder = base.with_values(**tower, cex__llm=BUNDLED_ENCODER)
    ids, both = (base.with_values(**tower, pal__inputs=kind.value) for kind in (Inputs.ID, Inputs.TEXT_AND_ID))
    return Table(
        "Table 6: what an item is to the model",
        (
            *REFERENCES,
            TableRow("id", "ID embedding", "id", ids),
            TableRow("encoder", "text, by a small encoder", "text", encoder),
            TableRow("llm", "text, by the LLM", "text", base.with_values(**tower)),
            TableRow("llm-id", "text, by the LLM, and ID", "text+id", both),
        ),
        reference="llm",
        slices=(ITEM_PREFIX + Slices.COLD_START,),
    )


LORA_LAYERS = 2
LORA_RANKS = {"small": 8, "medium": 32, "large": 128}


def backbones(base: Config) -> Table:
    """Table 7: PAL's own transformer against the LLM's first layers with LoRA adapters of three ranks; tower (b).

    The LLM's layers are dear on a processor: every row, the own transformer's too, trains for at most 6 epochs in
    batches of at most 256 users and with at most 512 catalogue negatives, so that a row is a matter of minutes.
    """
    limited = as_in_the_paper(base).with_values(
        pal__item_tower=ItemTower.ITEM.value,
        objective__catalogue_negatives=min(base.objective.catalogue_negatives, 512),
        training__batch_size=min(base.training.batch_size, 256),
        training__epochs=min(base.training.epochs, 6),
    )
    lora = {"pal__backbone": Backbone.LLM_LORA.value, "pal__backbone_layers": LORA_LAYERS}
    rows = (
        TableRow(
            f"lora-{size}", f"LLM with LoRA of rank {rank}", "text", limited.with_values(**lora, pal__lora_rank=rank)
        )
        for size, rank in LORA_RANKS.items()
    )
    own = TableRow("own", "own transformer", "text", limited.with_values(pal__backbone=Backbone.OWN.value))
    return Table("Table 7: what PAL is made of", (*REFERENCES, own, *rows), reference="own")


def towers_and_objectives(base: Config) -> Table:
    """Does (a) beat (b) only because sequences are cut? Every tower under every objective, cut and whole."""
    base, rows = as_in_the_paper(base), []
    towers = [tower for tower in ITEM_TOWERS.entries if tower.trained]
    for tower, objective, sequence in product(towers, OBJECTIVES.entries, SequenceUse):
        if not objective.takes(sequence):
            continue
        changes = {"objective__kind": objective.code, "sampling__sequence": sequence.value}
        name = f"{tower.code}-{objective.code.replace('_', '-')}-{sequence.value}"
        label = f"({tower.code}) {objective.label}, {sequence.value} sequence"
        rows.append(_tower(base, tower.code, name, label, **changes))
    return Table("Item towers under every objective", tuple(rows), reference="a-dense-all-action-cut")


def what_matters(base: Config) -> Table:
    """Tower (b) as the preset has it, and with one setting changed at a time."""
    pal, sampling, both = base.pal, base.sampling, len(base.cex.encoders) > 1
    other = Preprocessing.STANDARDISE if pal.preprocessing is Preprocessing.WHITEN else Preprocessing.WHITEN
    changes: dict[str, tuple[str, dict[str, object]]] = {
        "preprocessing": (
            f"content: {other.value} instead of {pal.preprocessing.value}",
            {"pal__preprocessing": other},
        ),
        "repeat-term": (
            f"repeat-consumption bias {_switch(not pal.repeat_bias)}",
            {"pal__repeat_bias": not pal.repeat_bias},
        ),
        "new-targets": (
            "repeats are targets, the past is a negative" if sampling.new_targets_only else "new targets only",
            {"sampling__new_targets_only": not sampling.new_targets_only},
        ),
        "texts": (
            "text by the LLM alone" if both else "text by the LLM and by the encoder",
            {"cex__llm": base.cex.encoders[0].llm if both else f"{base.cex.llm}+{BUNDLED_ENCODER}"},
        ),
        "residual": (f"residual content path {_switch(not pal.residual)}", {"pal__residual": not pal.residual}),
        "narrower": ("half the width", {"pal__hidden_size": pal.hidden_size // 2}),
        "deeper": ("one layer more", {"pal__num_layers": pal.num_layers + 1}),
        "output-64": ("64 output dimensions", {"pal__output_size": 64}),
        "output-256": ("256 output dimensions", {"pal__output_size": 256}),
        "dropout": ("a third of the dropout", {"pal__dropout": round(pal.dropout / 3, 3)}),
        "temperature": ("temperature fixed", {"objective__learn_temperature": not base.objective.learn_temperature}),
        "negatives": ("negatives from the batch only", {"objective__catalogue_negatives": 0}),
        "prior": (
            f"popularity bias {_switch(not pal.popularity_bias)}",
            {"pal__popularity_bias": not pal.popularity_bias},
        ),
    }
    tower = base.with_values(pal__item_tower=ItemTower.ITEM.value)
    rows = [TableRow("as-it-is", "as it is", "text", tower)]
    for name, (label, changed) in changes.items():
        config = tower.with_values(**changed)
        if config != tower:
            rows.append(TableRow(name, label, "text", config))
    return Table("What matters: one setting changed at a time", tuple(rows), reference="as-it-is")


def _switch(on: bool) -> str:
    return "on" if on else "off"


def zero_shot(base: Config, sources: Sequence[Source]) -> Table:
    """Figure 4: towers trained on other datasets, against what needs no training and what is trained here.

    The other rows are compared with the first source's.
    """
    tower = {"pal__item_tower": ItemTower.ITEM.value}
    transferred = [
        TableRow(
            f"zero-shot-{one.dataset}", f"(b), trained on {one.dataset}", "text", one.config.with_values(**tower), one
        )
        for one in sources
    ]
    return Table(
        f"Zero-shot: trained on {', '.join(one.dataset for one in sources)}",
        (
            *REFERENCES,
            _tower(base, ItemTower.NO_ALIGN.value),
            *transferred,
            TableRow("trained-here", "(b), trained here", "text", base.with_values(**tower)),
        ),
        reference=transferred[0].name,
    )


def item_cold(base: Config) -> Table:
    """Items that training never met: what reads texts against what cannot score them, of an item-cold split.

    (a) is trained under the paper's objective, under which its targets do not copy their own history.
    """
    text = _tower(base, ItemTower.ITEM.value)
    return Table(
        "Items that training never met",
        (
            *COLD_REFERENCES,
            _tower(base, ItemTower.NO_ALIGN.value),
            _tower(_paper(base), ItemTower.SEQUENCE.value),
            text,
            _tower(base, ItemTower.CONTENT.value),
            TableRow("text-counts", "(b), L3AE and text kNN", "text+counts", text.config, counts="l3ae+text-knn"),
        ),
        reference="b",
        contenders=("a", "b", "c"),
        is_item_cold=True,
    )


PLANS: dict[str, Callable[[Config], Table]] = {
    "completejourney": bought_again,
    "table3": peers,
    "table4": alignment,
    "table5": towers_and_sampling,
    "table6": inputs,
    "table7": backbones,
    "towers-x-objectives": towers_and_objectives,
    "what-matters": what_matters,
    "item-cold": item_cold,
    "recipes": recipes,
}
ZERO_SHOT = "zero-shot"


def plan(name: str, base: Config, sources: Sequence[Source] = ()) -> Table:
    """The table called ``name``, its rows differing from ``base`` in what the table is about.

    Args:
        sources: where ``zero-shot`` trains.

    Raises:
        LearnError: there is none of that name, or sources are missing, not used or named twice.
    """
    if name not in (*PLANS, ZERO_SHOT):
        raise LearnError(f"There is no benchmark {name!r}.", f"Choose one of: {', '.join([*PLANS, ZERO_SHOT])}.")
    names = [one.dataset for one in sources]
    if (name == ZERO_SHOT) != bool(names) or len(set(names)) != len(names):
        problem = "does not use" if name != ZERO_SHOT else "names one twice as" if names else "needs"
        raise LearnError(
            f"Benchmark {name} {problem} a dataset to train on.",
            f"Type: learn benchmark {ZERO_SHOT} --dataset RANKED --source TRAINED_ON [--source ANOTHER]",
        )
    made = zero_shot(base, sources) if sources else PLANS[name](base)
    rows = (replace(row, cex=base.cex) if row.kind in ("reference", "peer") else row for row in made.rows)
    return replace(made, rows=tuple(rows))
