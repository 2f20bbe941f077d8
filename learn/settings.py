"""What options of the command line mean: --set, --preset, --llm, --seed, --tower."""

from __future__ import annotations

import json
from typing import Any

from learn.errors import LearnError


def parse_settings(pairs: list[str] | None) -> dict[str, Any]:
    """["training.epochs=5"] -> {"training__epochs": 5}; values are JSON where they parse as such, else text.

    Raises:
        LearnError: a pair without a name, a dot or an equals sign.
    """
    settings: dict[str, Any] = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals or "." not in name:
            raise LearnError(f"--set {pair!r} is not section.field=value.", "Write it like: --set training.epochs=5")
        settings[name.strip().replace(".", "__")] = parse_value(value)
    return settings


def parse_value(text: str) -> Any:
    """What ``text`` is as JSON where it parses as such, else the text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def towers_named(tower: str) -> list[Any]:
    """The item towers that ``--tower`` names.

    Raises:
        LearnError: there is none of that name.
    """
    from learn.config import ItemTower

    if tower == "all":
        return list(ItemTower)
    try:
        return [ItemTower(tower)]
    except ValueError:
        choices = ", ".join(member.value for member in ItemTower)
        raise LearnError(f"There is no item tower {tower!r}.", f"Choose one of: {choices}, all.") from None


def configuration(
    preset_name: str, settings: list[str] | None, split: Any, llm: str | None = None, seed: int | None = None
) -> Any:
    """The preset (``auto``: the one that suits ``split``) with --set, --llm and --seed applied."""
    from learn.config import preset

    values = parse_settings(settings)
    if llm is not None:
        values["cex__llm"] = llm
    if seed is not None:
        values["training__seed"] = seed
    return preset(preset_name, split.info.kind).with_values(**values)
