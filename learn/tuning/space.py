"""What a search may change of a configuration, and within which bounds. One entry of `SETTINGS` each.

Every setting keeps the value that it has among its choices, so that a search can begin with the configuration as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from learn.config import Backbone, Config, Inputs, Preprocessing, SequenceUse
from learn.errors import LearnError
from learn.training_objectives import OBJECTIVES

Space = dict[str, BaseDistribution]
"""``section.field`` -> what it may be."""


@dataclass(frozen=True)
class Setting:
    """A setting that can be searched.

    Attributes:
        bounds: (the value that it has, the configuration) -> what it may be.
        matters: whether it does anything under a configuration.
        only_asked: searched only where somebody names it: it changes what a model is, not how well it is set.
    """

    bounds: Callable[[Any, Config], BaseDistribution]
    matters: Callable[[Config], bool] = lambda config: True
    only_asked: bool = False


def _among(*values: Any) -> Callable[[Any, Config], BaseDistribution]:
    """One of ``values``, or the one that it has."""
    return lambda value, config: CategoricalDistribution([value, *(one for one in values if one != value)])


def _times(least: float, most: float) -> Callable[[Any, Config], BaseDistribution]:
    """From ``least`` times to ``most`` times the value that it has, by the logarithm."""
    return lambda value, config: FloatDistribution(value * least, value * most, log=True)


def _doubled(value: int, config: Config) -> BaseDistribution:
    """Half of it, it, twice of it."""
    return CategoricalDistribution([value, *(one for one in (value // 2, value * 2) if one)])


def _widths(value: int, config: Config) -> BaseDistribution:
    """As `_doubled`, of widths that the heads divide."""
    widths = [value // 2, value * 2]
    return CategoricalDistribution([value, *(one for one in widths if one and one % config.pal.num_heads == 0)])


def _own_transformer(config: Config) -> bool:
    return config.pal.backbone is Backbone.OWN


def _cut(config: Config) -> bool:
    return config.sampling.sequence is SequenceUse.CUT


SETTINGS: dict[str, Setting] = {
    "training.learning_rate": Setting(_times(0.2, 5.0)),
    "training.batch_size": Setting(_doubled),
    "training.weight_decay": Setting(_among(0.0, 0.01, 0.1)),
    "objective.temperature": Setting(_times(0.4, 4.0)),
    "objective.catalogue_negatives": Setting(_among(512, 2048, 8192)),
    "pal.dropout": Setting(lambda value, config: FloatDistribution(0.0, max(0.6, value))),
    "pal.hidden_size": Setting(_widths, _own_transformer),
    "pal.num_layers": Setting(lambda value, config: IntDistribution(1, max(3, value)), _own_transformer),
    "pal.output_size": Setting(_doubled),
    "pal.shrinkage": Setting(
        _among(0.0, 0.1, 1.0, 10.0), lambda config: config.pal.preprocessing is Preprocessing.WHITEN
    ),
    "pal.popularity_bias": Setting(_among(True, False)),
    "sampling.new_targets_only": Setting(_among(True, False)),
    "sampling.history_length": Setting(_doubled),
    "sampling.cut_from": Setting(lambda value, config: FloatDistribution(0.0, max(0.9, value)), _cut),
    "sampling.cuts_per_epoch": Setting(_among(1, 2, 4), only_asked=True),
    "sampling.sequence": Setting(_among(*(one.value for one in SequenceUse)), only_asked=True),
    "objective.kind": Setting(
        lambda value, config: _among(*(one.code for one in OBJECTIVES.entries))(value, config), only_asked=True
    ),
    "pal.inputs": Setting(_among(Inputs.TEXT.value, Inputs.TEXT_AND_ID.value), only_asked=True),
    "training.epochs": Setting(_doubled, only_asked=True),
}


def search_space(config: Config, names: Iterable[str] | None = None, fixed: Iterable[str] = ()) -> Space:
    """What a search of ``config`` may change.

    Args:
        config: the configuration that the search begins with.
        names: settings to search, of `SETTINGS`; None: all but those that are searched only when named.
        fixed: settings that stay as they are.

    Raises:
        LearnError: a setting that cannot be searched, or nothing is left to search.
    """
    wanted = [name for name, one in SETTINGS.items() if not one.only_asked] if names is None else list(names)
    unknown = [name for name in wanted if name not in SETTINGS]
    if unknown:
        raise LearnError(f"{unknown[0]!r} cannot be searched.", f"Choose among: {', '.join(SETTINGS)}.")
    kept = set(fixed)
    both = [name for name in wanted if name in kept]
    if names is not None and both:
        raise LearnError(f"{both[0]} is to be searched, and is given a value too.", "Leave out --set or --search.")
    space = {
        name: SETTINGS[name].bounds(value_of(config, name), config)
        for name in wanted
        if name not in kept and SETTINGS[name].matters(config)
    }
    if not space:
        raise LearnError("There is no setting left to search.", f"Name some with --search: {', '.join(SETTINGS)}.")
    return space


def value_of(config: Config, name: str) -> Any:
    """The value that ``section.field`` has, as JSON has it."""
    section, field = name.split(".")
    return config.model_dump(mode="json")[section][field]


def as_it_is(config: Config, space: Mapping[str, BaseDistribution]) -> dict[str, Any]:
    """The point of ``space`` that is ``config`` itself."""
    return {name: value_of(config, name) for name in space}
