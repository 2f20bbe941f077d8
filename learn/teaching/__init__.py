"""What only lessons show, and what lessons need from below, in one namespace: ``from learn import teaching``.

The notebooks import from ``learn`` and from here alone. A name is imported when it is first used, so that this is as
cheap to import as ``learn`` is.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HERE = {
    "anisotropy": ("anisotropy_table", "dimension_shares", "effective_dimensions", "pair_cosines", "share_of_same"),
    "batch_loss": ("ACCIDENTAL_HIT", "NEGATIVE", "POSITIVE", "embed_batch", "loss_grid"),
    "bundled": ("content_of", "reuse_content"),
    "co_purchase": ("co_purchase_table", "shared_buyers"),
    "content_figures": (
        "cosines_figure",
        "dimension_shares_figure",
        "token_changes_figure",
        "token_lengths_figure",
    ),
    "context_leak": ("ALONE", "IN_SEQUENCE", "context_summary", "context_test"),
    "dry_run": ("DryRun", "validation_error", "validation_errors"),
    "inspect_towers": ("context_cosines", "follow_shapes", "influence", "invariants"),
    "linked_plots": ("LinkedMaps", "linked_maps"),
    "loss_figures": ("loss_grid_figure", "pressure_figure", "stages_figure", "weights_figure"),
    "map_figures": ("Mark", "maps_figure"),
    "neighbour_tables": ("item_table", "neighbour_table", "new_item_table"),
    "objective_grid": ("last_losses", "setup_examples", "setups_figure", "training_setups"),
    "reference_loss": ("loss_by_loops",),
    "sampling_tables": (
        "IN_DATA",
        "IN_LOSS",
        "IN_TOWER",
        "draw_table",
        "negative_counts",
        "pressure_table",
        "stages_table",
    ),
    "subsets": ("subset",),
    "template": ("use_template",),
    "tokens": ("token_changes", "token_states", "token_texts"),
    "tower_figures": ("context_figure",),
}
"""Module of this package -> what lessons use of it."""

_BELOW = {
    "cex.extractor": ("content_embeddings", "embed_texts"),
    "cex.llm": ("load_llm", "parameters_hash"),
    "cex.prompt": ("item_prompt", "item_prompts"),
    "config": ("CEXConfig", "Preprocessing", "preset"),
    "data.report": ("RULES", "render", "report_table"),
    "data.schema": ("Interactions", "Items", "Recommendations"),
    "data.splits": ("leave_one_out",),
    "evaluation.protocol": ("default_k",),
    "explore.catalogue": ("read_catalogue",),
    "explore.colours": ("category_colours", "run_colours"),
    "explore.figures.base": ("kept_figure", "metrics_figure", "overlap_figure", "timeline_figure"),
    "explore.figures.compare": ("curves_figure", "slices_figure"),
    "explore.figures.ranking": ("gains_figure", "match_figure", "user_auc_figure"),
    "explore.figures.towers": ("grids_figure",),
    "explore.lists.audience": ("audience",),
    "explore.lists.cold_start": ("CHANCE", "buyers_ranks", "cold_items", "place_on_map", "pooled_ranks"),
    "explore.lists.new_item": ("make_item", "unusual_gaps"),
    "explore.lists.new_user": ("search_items",),
    "explore.lists.user_lists": ("history_and_target",),
    "explore.maps.colouring": ("colouring",),
    "explore.maps.moved": ("find_example", "moved_items", "overlap_by", "shared_histogram"),
    "explore.maps.spaces": ("find_spaces", "space_vectors"),
    "explore.metrics.compare": ("by_slice", "stored_matrix", "training_curves"),
    "explore.metrics.overview": ("collect_metrics", "compare_runs", "run_labels", "timeline"),
    "explore.metrics.ranking": ("gains", "gains_by_slice", "match_table", "one_visit", "verdict"),
    "objective": ("dense_all_action_loss", "negatives_logsumexp"),
    "pal.masks": ("causal_mask", "self_mask"),
    "pipeline": ("draw_maps",),
    "progress": ("make_progress",),
    "ranking.config": ("RankingConfig",),
    "ranking.experiment": ("compare_rankers", "split_parts"),
    "ranking.fusion": ("fuse",),
    "ranking.metrics": ("auc", "user_auc"),
    "ranking.report": ("gain_words", "read_report"),
    "ranking.run": ("open_impressions", "vectors_cut"),
    "ranking.schema": ("RANKERS",),
    "ranking.vectors": ("impression_vectors",),
    "reproduce.experiments": ("finished_runs",),
    "reproduce.results": ("one_metric", "read_benchmark"),
    "reproduce.run": ("run_benchmark",),
    "reproduce.tables": ("plan",),
    "runs.new_items": ("embed_items", "reading_settings"),
    "runs.recommender": ("Recommender",),
    "runs.towers": ("load_towers",),
    "runs.vectors": ("normalise",),
    "training.batch": ("make_batch",),
    "training.train": ("prepare_content",),
}
"""Module of ``learn`` -> what lessons use of it beside ``learn``'s own names."""

_RENAMED = {
    "MOVED": ("learn.explore.maps.moved", "SHARED"),
    "MOVED_CATEGORY": ("learn.explore.maps.moved", "CATEGORY"),
    "RANKER_NAMES": ("learn.ranking.report", "NAMES"),
    "RANKING_RESULTS": ("learn.ranking.schema", "Results"),
    "baseline_features": ("learn.ranking.baseline_features", "baseline_features"),
    "nearest_items": ("learn.explore.lists.cold_start", "nearest"),
    "nearest_rows": ("learn.explore.maps.neighbours", "nearest"),
    "paired_comparison": ("learn.explore.metrics.compare", "paired_comparison"),
    "ranking_slices_figure": ("learn.explore.figures.ranking", "slices_figure"),
}
"""Name in lessons -> (module, its name there), where that name alone would not say enough."""

_WHERE: dict[str, tuple[str, str]] = {
    **{name: (f"learn.{module}", name) for module, names in _BELOW.items() for name in names},
    **{name: (f"learn.teaching.{module}", name) for module, names in _HERE.items() for name in names},
    **_RENAMED,
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    """Imports what is asked for.

    Raises:
        AttributeError: lessons have no such name.
    """
    if name not in _WHERE:
        raise AttributeError(
            f"module 'learn.teaching' has no attribute {name!r}; dir(learn.teaching) lists what it has"
        )
    module, there = _WHERE[name]
    value = getattr(import_module(module), there)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The names that lessons use."""
    return list(__all__)
