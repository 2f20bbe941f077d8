"""What may be asked and what is answered: the models that check requests and that the OpenAPI document is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MOST_ITEMS = 1000
"""Of one answer, and of one history."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Text = Annotated[str, StringConstraints(max_length=8000)]


class Question(BaseModel):
    """Of which Run something is asked."""

    model_config = ConfigDict(extra="forbid")

    dataset: Name | None = Field(None, description="Left out: the one that the explorer opens with.")
    run: Name | None = Field(None, description="Left out: the Run that did best on validation and can answer.")


class Recommend(Question):
    """The best items for a user of the dataset, or for anybody with a history."""

    user: Id | None = Field(None, description="A user's id.")
    history: list[Id] | None = Field(
        None, min_length=1, max_length=MOST_ITEMS, description="Ids of items, the oldest first; in place of a user."
    )
    k: int = Field(10, ge=1, le=MOST_ITEMS, description="How many items.")
    unseen: bool = Field(True, description="Without the items of the history.")
    category: Id | None = Field(None, description="A category with all below it, or one tag.")
    brand: Id | None = None
    min_price: float | None = Field(None, allow_inf_nan=False)
    max_price: float | None = Field(None, allow_inf_nan=False)

    @model_validator(mode="after")
    def _one_of_two(self) -> Recommend:
        if (self.user is None) == (self.history is None):
            raise ValueError("give either user or history")
        return self


class Neighbours(Question):
    """The items nearest to one of the catalogue in the Run's item space."""

    item: Id = Field(description="An item's id.")
    k: int = Field(10, ge=1, le=MOST_ITEMS, description="How many items.")


class NewItem(Question):
    """An item that nobody has had yet: what it stands beside, and who would see it first."""

    title: Text | None = None
    category: Text | None = None
    brand: Text | None = None
    keywords: Text | None = None
    attributes: Text | None = None
    price: float | None = Field(None, ge=0, allow_inf_nan=False)
    k: int = Field(10, ge=1, le=100, description="How many neighbours.")
    people: int = Field(10, ge=1, le=MOST_ITEMS, description="How many users.")


class Item(BaseModel):
    """One place of a list."""

    rank: int
    item_id: str
    title: str | None
    category: str | None
    brand: str | None
    price: float | None
    score: float


class Items(BaseModel):
    """A list of items, the best first."""

    dataset: str
    run: str
    label: str = Field(description="What people call the Run.")
    live: bool = Field(description="False: from the list that the Run stored, which may be shorter than k.")
    items: list[Item]


class Person(BaseModel):
    """Who would see an item."""

    user_id: str
    rank: int = Field(description="The item's place in that user's own list of what is new to them.")


class Newcomer(BaseModel):
    """What a Run makes of a new item."""

    dataset: str
    run: str
    label: str
    neighbours: list[Item] = Field(description="Of the items that somebody had in training, by cosine.")
    people: list[Person] = Field(description="The lowest rank first.")
    asked: int = Field(description="How many users have a list.")
    in_first_100: int = Field(description="How many of them have the item among the first 100 of their list.")


class Health(BaseModel):
    """Whether the server answers."""

    status: str
    ready: bool = Field(description="Whether data and Run are in memory, so that the first question is quick.")


class Problem(BaseModel):
    """Why there is no answer."""

    error: str
    what_to_do: str
