"""The settings of the ranking experiment; every field says what it means."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from learn.data.slices import SliceConfig

Days = Annotated[float, Field(gt=0.0)]
Positive = Annotated[int, Field(ge=1)]
Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class FusionConfig(_Frozen):
    """The fusion module and its auxiliary task. The paper states neither its size nor its training."""

    heads: Positive = 1
    """Adapted features: the dimensions of the two vectors are matched in so many groups."""
    hidden_size: Positive = 64
    """Of the adapter of either side."""
    dropout: Fraction = 0.1
    epochs: Positive = 8
    batch_size: Positive = 1024
    learning_rate: Annotated[float, Field(gt=0.0)] = 2e-3
    weight_decay: Annotated[float, Field(ge=0.0)] = 0.1


class RankingConfig(_Frozen):
    """One comparison of rankers with and without LEARN's vectors."""

    train_days: Days = 28.0
    """Impressions of so many days after the vectors' cut train the fusion module and the rankers."""
    validation_days: Days = 9.0
    """The days after those stop the training and choose among the settings; all that is later is the test."""
    refresh_days: Days = 7.0
    """Features and user vectors are renewed so often: those of an impression know nothing from its own period on."""
    negatives_per_visit: Positive = 10
    """Impressions without conversion kept of a visit, drawn uniformly; every converted one is kept."""
    most_impressions: Positive = 400_000
    """Of more, whole visits are left out, drawn at random."""
    seeds: Positive = 3
    """Each trains the fusion module and the rankers anew."""
    top_n: Positive = 10
    """The replay counts what the first so many impressions of a user's list sold."""
    resamples: Positive = 1000
    """Bootstrap resamples of the users."""
    slices: SliceConfig = SliceConfig()
    fusion: FusionConfig = FusionConfig()

    @model_validator(mode="after")
    def _whole_periods(self) -> RankingConfig:
        if self.refresh_days > self.train_days:
            raise ValueError(f"refresh_days ({self.refresh_days}) must not exceed train_days ({self.train_days})")
        return self
