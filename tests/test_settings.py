"""One grammar of settings for every configuration."""

import pytest

from learn.config import preset
from learn.errors import LearnError
from learn.ranking.config import RankingConfig
from learn.settings import parse_settings, with_settings


def test_pairs_and_a_mapping_mean_the_same():
    pairs = ["training.epochs=5", "cex.llm=a/b=c", "pal.dropout = 0.5", "training.precision=float32"]
    parsed = parse_settings(pairs)
    assert parsed == {
        "training.epochs": 5, "cex.llm": "a/b=c", "pal.dropout": 0.5, "training.precision": "float32",
    }  # fmt: skip
    assert parse_settings(parsed) == parsed and parse_settings(None) == {}


@pytest.mark.parametrize("pair", ["epochs=5", "training.epochs", "=5", {"epochs": 5}])
def test_what_is_not_of_the_form_is_refused(pair):
    with pytest.raises(LearnError, match=r"is not section\.field=value"):
        parse_settings(pair if isinstance(pair, dict) else [pair])


def test_a_configuration_without_sections_takes_plain_fields():
    values = parse_settings(["seeds=2", "fusion.heads=3"], needs_section=False)
    config = with_settings(RankingConfig(), values)
    assert config.seeds == 2 and config.fusion.heads == 3 and config.fusion.epochs == RankingConfig().fusion.epochs


@pytest.mark.parametrize(
    ("config", "name", "said"),
    [
        (
            preset("tiny"),
            "training.epoch",
            "epoch = 1: there is no such setting, did you mean training.epochs",
        ),
        (preset("tiny"), "pal.epochs", "did you mean training.epochs"),
        (preset("tiny"), "trainning.epochs", "there is no such setting, did you mean training"),
        (RankingConfig(), "fusion.head", "fusion.head = 1: there is no such setting, did you mean fusion.heads"),
    ],
)
def test_a_name_that_is_not_there_gets_the_nearest_that_is(config, name, said):
    with pytest.raises(LearnError, match=said):
        with_settings(config, {name: 1})


def test_the_remedy_names_the_file_of_the_fields():
    with pytest.raises(LearnError, match="seeds = 0: Input should be greater") as caught:
        with_settings(RankingConfig(), {"seeds": 0})
    assert "learn/ranking/config.py" in caught.value.remedy
