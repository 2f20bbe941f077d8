"""All settings of a Run in one object, and reading it from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import model_validator

from learn.config.sections import FIRST_NAMES, LATER, Backbone, CEXConfig, ObjectiveConfig, PALConfig, TrainingConfig
from learn.errors import LearnError
from learn.files import read_json
from learn.frozen import Frozen
from learn.sampling import SamplingConfig
from learn.settings import checked, with_settings
from learn.training_objectives import OBJECTIVES


class Config(Frozen):
    """All settings of one trained Run."""

    preset: str = "demo"
    cex: CEXConfig = CEXConfig()
    pal: PALConfig = PALConfig()
    sampling: SamplingConfig = SamplingConfig()
    objective: ObjectiveConfig = ObjectiveConfig()
    training: TrainingConfig = TrainingConfig()

    @model_validator(mode="after")
    def _layers_come_from_one_llm(self) -> Config:
        if self.pal.backbone is Backbone.LLM_LORA and len(self.cex.encoders) > 1:
            raise ValueError(f"backbone llm-lora takes the layers of one LLM; cex.llm names several: {self.cex.llm!r}")
        return self

    @model_validator(mode="after")
    def _objective_takes_such_sequences(self) -> Config:
        try:
            OBJECTIVES[self.objective.kind].maker(self.sampling.sequence)
        except LearnError as error:
            raise ValueError(f"{error.what} {error.remedy}") from None
        return self

    @property
    def training_setup(self) -> str:
        """What the towers are trained to do, in words: "next item, whole sequence"."""
        return f"{OBJECTIVES[self.objective.kind].label}, {self.sampling.sequence.value} sequence"

    def with_values(self, **changes: Any) -> Config:
        """A copy with ``section.field`` (dots written as double underscores: ``training__epochs=3``) replaced.

        Raises:
            LearnError: no such field, or a value that it cannot have.
        """
        return self.with_settings({key.replace("__", "."): value for key, value in changes.items()})

    def with_settings(self, settings: Mapping[str, Any]) -> Config:
        """A copy with ``section.field`` -> value replaced.

        Raises:
            LearnError: no such field, or a value that it cannot have.
        """
        return with_settings(self, {_first_name(name): value for name, value in settings.items()})

    def for_hashing(self) -> dict[str, Any]:
        """All settings as JSON, under the names that they had first: what is called by a hash keeps its name."""
        data = self.model_dump(mode="json")
        first = {new: old for old, new in FIRST_NAMES.items()}
        kept = {name: value for name, value in data["pal"].items() if name not in LATER or value != LATER[name]}
        return data | {"pal": {first.get(name, name): value for name, value in kept.items()}}


def parse_config(data: Any, what: str = "The configuration") -> Config:
    """A Config from parsed JSON; ``what`` is what it is, for the message.

    Raises:
        LearnError: naming every field that is unknown or out of range, with the value given.
    """
    return checked(Config, data, what)


def read_config(file: Path) -> Config:
    """The Config in a JSON file: what `learn tune` wrote, or the config.json of a Run.

    Raises:
        LearnError: no such file, no JSON, or fields that are unknown or out of range.
    """
    remedy = "Give a configuration as learn tune writes it."
    return parse_config(read_json(file, remedy, dict), f"The configuration in {file}")


def _first_name(name: str) -> str:
    """``name``, or what a setting that once had it is called now."""
    section, _, field = name.rpartition(".")
    return f"{section}.{FIRST_NAMES.get(field, field)}" if section else name
