"""Settings as people type them: one grammar, ``section.field=value``, for every configuration there is."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from learn.errors import LearnError

if TYPE_CHECKING:
    from pydantic import BaseModel

Model = TypeVar("Model", bound="BaseModel")


def parse_settings(settings: Mapping[str, Any] | Iterable[str] | None, needs_section: bool = True) -> dict[str, Any]:
    """``["training.epochs=5"]`` as {"training.epochs": 5}; values are JSON where they parse as such, else text.

    Args:
        settings: pairs as they are typed after ``--set``, or name -> value as a program has them.
        needs_section: whether every setting belongs to a section, so that a name without a dot is a mistake.

    Raises:
        LearnError: a pair without a name or an equals sign, or a name without a section.
    """
    if isinstance(settings, Mapping):
        parsed = dict(settings)
    else:
        parsed = {}
        for pair in settings or ():
            name, equals, value = pair.partition("=")
            if not (equals and name.strip()):
                raise _not_a_setting(pair, needs_section)
            parsed[name.strip()] = parse_value(value)
    for name, value in parsed.items():
        if needs_section and "." not in name:
            raise _not_a_setting(f"{name}={value}", needs_section)
    return parsed


def _not_a_setting(pair: str, needs_section: bool) -> LearnError:
    form, example = ("section.field=value", "training.epochs=5") if needs_section else ("field=value", "seeds=1")
    return LearnError(f"--set {pair!r} is not {form}.", f"Write it like: --set {example}")


def parse_value(text: str) -> Any:
    """What ``text`` is as JSON where it parses as such, else the text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # no JSON, a number of thousands of digits, or nested thousands deep
        return text


def with_settings(config: Model, settings: Mapping[str, Any]) -> Model:
    """A copy of ``config`` with ``section.field`` -> value replaced.

    Raises:
        LearnError: no such field, or a value that it cannot have.
    """
    data = config.model_dump(mode="json")
    for name, value in settings.items():
        *sections, field = name.split(".")
        target = data
        for section in sections:
            if not isinstance(target.get(section), dict):
                target[section] = {}  # no section: the check below says so
            target = target[section]
        target[field] = value
    return checked(type(config), data)


def checked(model: type[Model], data: Any, what: str = "The configuration") -> Model:
    """A ``model`` from parsed JSON; ``what`` is what it is, for the message.

    Raises:
        LearnError: naming every field that is unknown or out of range, with the value given.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'config'}{_value(problem['input'])}: {_in_words(model, problem)}"
            for problem in error.errors()
        )
        file = model.__module__.replace(".", "/").replace("config/config", "config/sections")
        raise LearnError(f"{what} is not valid: {problems}.", f"See the fields in {file}.py.") from None


def _value(given: Any) -> str:
    """The value that was given; of a whole section nothing, its message says which settings do not go together."""
    return "" if isinstance(given, dict) else f" = {given!r}"


def _in_words(model: type[BaseModel], problem: Any) -> str:
    """Pydantic's message; of a field that does not exist, the nearest that does."""
    if problem["type"] != "extra_forbidden":
        return str(problem["msg"]).removeprefix("Value error, ")
    section, _, name = ".".join(map(str, problem["loc"])).rpartition(".")
    every = [(place, field) for place, _, field in (one.rpartition(".") for one in _names(model))]
    within = [field for place, field in every if place == section]
    close = [(section, field) for field in difflib.get_close_matches(name, within, n=1, cutoff=0.7)]
    close = close or [one for one in every if one[1] == name]  # the right field under the wrong section
    close = close or [(section, field) for field in difflib.get_close_matches(name, within, n=1, cutoff=0.5)]
    return "there is no such setting" + (f", did you mean {'.'.join(filter(None, close[0]))}?" if close else "")


def _names(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """Every field of ``model`` and of its sections, dotted."""
    for name, field in model.model_fields.items():
        yield before + name
        if hasattr(field.annotation, "model_fields"):
            yield from _names(field.annotation, f"{before}{name}.")  # type: ignore[arg-type]
