"""All settings of a Run in one object, and reading it from JSON."""

from __future__ import annotations

import difflib
from typing import Any

from pydantic import ValidationError, model_validator

from learn.config.sections import FIRST_NAMES, Backbone, CEXConfig, ObjectiveConfig, PALConfig, TrainingConfig
from learn.errors import LearnError
from learn.frozen import Frozen
from learn.sampling import SamplingConfig
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

    def with_values(self, **changes: Any) -> Config:
        """A copy with ``section.field`` (dots written as double underscores: ``training__epochs=3``) replaced.

        Raises:
            LearnError: no such field, or a value that it cannot have.
        """
        data = self.model_dump(mode="json")
        for key, value in changes.items():
            section, _, name = key.partition("__")
            if name and isinstance(data.get(section), dict):
                data[section][FIRST_NAMES.get(name, name)] = value
            else:
                data[key] = value
        return parse_config(data)

    def for_hashing(self) -> dict[str, Any]:
        """All settings as JSON, under the names that they had first: what is called by a hash keeps its name."""
        data = self.model_dump(mode="json")
        first = {new: old for old, new in FIRST_NAMES.items()}
        return data | {"pal": {first.get(name, name): value for name, value in data["pal"].items()}}


def parse_config(data: Any, what: str = "The configuration") -> Config:
    """A Config from parsed JSON; ``what`` is what it is, for the message.

    Raises:
        LearnError: naming every field that is unknown or out of range, with the value given.
    """
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'config'}{_value(problem['input'])}: {_in_words(problem)}"
            for problem in error.errors()
        )
        raise LearnError(f"{what} is not valid: {problems}.", "See the fields in learn/config/sections.py.") from None


def _value(given: Any) -> str:
    """The value that was given; of a whole section nothing, its message says which settings do not go together."""
    return "" if isinstance(given, dict) else f" = {given!r}"


def _in_words(problem: Any) -> str:
    """Pydantic's message; of a field that does not exist, the nearest that does."""
    if problem["type"] != "extra_forbidden":
        return problem["msg"].removeprefix("Value error, ")
    *sections, name = map(str, problem["loc"])
    model: Any = Config
    for section in sections:
        model = model.model_fields[section].annotation
    close = difflib.get_close_matches(name, model.model_fields, n=1, cutoff=0.5)
    return "there is no such setting" + (f", did you mean {'.'.join([*sections, close[0]])}?" if close else "")
