"""Settings by the names that they had first, and what is called by a hash of them."""

import json

import pytest

from learn.config import PRESETS, ItemTower, PALConfig, parse_config, preset
from learn.config.sections import LATER
from learn.errors import LearnError
from learn.runs.run import Run
from learn.workspace import PREBUILT, Workspace

FIRST = {"popularity_prior": "popularity_bias", "repeat_term": "repeat_bias"}


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("value", [True, False])
def test_a_first_name_sets_what_it_is_called_now(first, value):
    changed = preset("tiny").with_settings({f"pal.{first}": value})
    assert getattr(changed.pal, FIRST[first]) is value
    stored = preset("tiny").model_dump(mode="json")
    del stored["pal"][FIRST[first]]
    stored["pal"][first] = value
    assert parse_config(stored) == changed


def test_only_new_names_are_written():
    names = set(preset("tiny").model_dump()["pal"])
    assert set(FIRST.values()) <= names and not set(FIRST) & names


def test_one_setting_under_both_names_is_an_error():
    stored = preset("tiny").model_dump(mode="json")
    stored["pal"]["repeat_term"] = True
    with pytest.raises(LearnError, match="repeat_term and repeat_bias are one setting"):
        parse_config(stored)


@pytest.mark.parametrize("path", Workspace(PREBUILT).run_paths("completejourney"), ids=lambda path: path.name)
def test_what_is_named_by_a_hash_of_stored_settings_keeps_its_name(path):
    run = Run(path)
    if run.info.kind == "learn":
        stored = json.loads((path / "config.json").read_text())
        first = {new: old for old, new in FIRST.items()}
        pal = {first.get(name, name): value for name, value in stored["pal"].items() if name not in LATER}
        assert run.config.for_hashing() == stored | {"pal": pal}  # as when neither later names nor later settings were
        assert run.config == PRESETS["demo"].with_values(pal__item_tower=run.info.variant)


def test_codes_are_plain_text_however_they_are_given():
    for given in (ItemTower.ITEM, "b"):
        assert PALConfig(item_tower=given).item_tower == "b" and type(PALConfig(item_tower=given).item_tower) is str
