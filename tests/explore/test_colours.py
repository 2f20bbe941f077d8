"""Colours that mean a variant are never those that mean a category, and all can be seen on both grounds."""

import colorsys
import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest

from learn.explore import colours
from learn.item_towers import ITEM_TOWERS
from learn.runs.baselines import BASELINES

ROOT = Path(__file__).resolve().parents[2]
VARIANTS = [*(one.colour for one in (*ITEM_TOWERS.entries, *BASELINES.entries)), *colours._SPARE_COLOURS]
GREY = 0.25  # saturation up to which a colour has no hue


def channels(colour):
    return [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def hue(colour):
    found, _, saturation = colorsys.rgb_to_hls(*channels(colour))
    return None if saturation <= GREY else found * 360


def luminance(colour):
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels(colour)]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_of_contrast_is_that_of_wcag():
    assert contrast("#ffffff", "#000000") == pytest.approx(21) and contrast("#777777", "#ffffff") == pytest.approx(
        4.478, abs=1e-3
    )


def test_variants_and_categories_share_no_hue():
    low, high = colours.CATEGORY_HUES
    assert all(low <= hue(colour) <= high for colour in colours.CATEGORY_COLOURS)
    low, high = colours.VARIANT_HUES
    hues = [hue(colour) for colour in VARIANTS]
    assert all(found is None or low <= found <= high for found in hues)
    assert (
        colours.VARIANT_HUES[0] > colours.CATEGORY_HUES[1] and colours.VARIANT_HUES[1] - 360 < colours.CATEGORY_HUES[0]
    )


def test_no_colour_stands_for_two_things():
    assert len({*VARIANTS, *colours.CATEGORY_COLOURS}) == len(VARIANTS) + len(colours.CATEGORY_COLOURS)


def test_every_mark_can_be_seen_in_both_themes():
    theme = tomllib.loads((ROOT / "app/.streamlit/config.toml").read_text())["theme"]
    for ground in (theme["light"]["backgroundColor"], theme["dark"]["backgroundColor"]):
        weak = {c: contrast(c, ground) for c in (*VARIANTS, *colours.CATEGORY_COLOURS) if contrast(c, ground) < 3}
        assert weak == {}
    assert theme["chartCategoricalColors"] == list(colours.CATEGORY_COLOURS)


# Oklab (Ottosson 2020), and what people without red or green cones see (Machado, Oliveira and Fernandes 2009).
TO_CONES = [
    [0.41222147, 0.53633254, 0.05144599],
    [0.2119035, 0.68069955, 0.10739696],
    [0.08830246, 0.28171884, 0.6299787],
]
TO_LAB = [
    [0.21045426, 0.79361779, -0.00407205],
    [1.9779985, -2.42859221, 0.45059371],
    [0.02590404, 0.78277177, -0.80867577],
]
SEEN = {
    "all": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
}


def seen(colour, eye):
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels(colour)]
    return np.array(TO_LAB) @ np.cbrt(np.array(TO_CONES) @ np.clip(np.array(SEEN[eye]) @ linear, 0, 1))


@pytest.mark.parametrize(("eye", "least"), [("all", 0.1), ("no red", 0.06), ("no green", 0.06)])
def test_categories_are_told_apart_by_every_eye(eye, least):
    places = {colour: seen(colour, eye) for colour in colours.CATEGORY_COLOURS}
    pairs = itertools.combinations(places, 2)
    alike = {pair: far for pair in pairs if (far := np.linalg.norm(places[pair[0]] - places[pair[1]])) < least}
    assert alike == {}


@pytest.mark.parametrize("eye", SEEN)
def test_the_three_largest_categories_are_far_apart_for_every_eye(eye):
    places = [seen(colour, eye) for colour in colours.CATEGORY_COLOURS[:3]]
    assert min(np.linalg.norm(one - other) for one, other in itertools.combinations(places, 2)) >= 0.12


def test_eleven_runs_and_more_have_marks_and_colours_of_their_own():
    pairs = [(code, code) for code in (*ITEM_TOWERS, *BASELINES)]
    pairs += [("text-counts", "text+counts"), ("mine", "imported"), ("again", "a"), ("once-more", "b")]
    assert len(set(colours.run_symbols(pairs).values())) == len(pairs) > 11
    assert len(set(colours.run_colours(pairs).values())) == len(pairs)
    assert colours.run_symbols(pairs[1:])["b"] == colours.run_symbols(pairs)["b"] == colours.variant_symbol("b")


def test_what_is_drawn_in_colour_is_told_apart_by_its_hue():
    drawn = [one.colour for one in ITEM_TOWERS.entries if one.trained] + [colours._SPARE_COLOURS[0]]
    hues = sorted(hue(colour) for colour in drawn)
    assert min(later - earlier for earlier, later in itertools.pairwise(hues)) >= 30
    assert all(hue(one.colour) is None for one in ITEM_TOWERS.entries if not one.trained)


def test_a_legend_names_the_colours_that_are_seen_and_the_greys_once():
    order = [f"c{place}" for place in range(12)]
    found = colours.category_legend(["c11", "c2", "c0", "c10", "c2"], order)
    assert [entry[0] for entry in found] == ["c0", "c2", "other categories"]
    assert [entry[1] for entry in found] == [
        *(colours.CATEGORY_COLOURS[place] for place in (0, 2)),
        colours.REST_COLOUR,
    ]
    assert found[2][2] == ["c10", "c11"] and colours.category_legend([], order) == []
