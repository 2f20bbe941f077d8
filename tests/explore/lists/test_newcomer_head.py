"""What stands over a card: the same figures of every variant, against the places that they were counted from."""

import numpy as np
import pytest

from learn.explore.figures.places import how_to_read, places_figure
from learn.explore.lists import newcomer_head as h
from learn.explore.lists.audience import Audience
from learn.explore.lists.by_chance import middle_by_chance, recall_by_chance, rounded, shown_by_chance
from learn.explore.lists.new_to_each import new_to_each

NOBODY = np.zeros(0, int)


def audience(reach):
    ranks = np.sort([rank for rank in reach if rank])
    return Audience(np.arange(len(ranks)), ranks, [], np.array(reach))


def test_a_whole_list_is_what_a_person_does_not_have(phases, dataset):
    found = new_to_each(phases[0], dataset.n_items)
    wanted = [dataset.n_items - len(set(phases[0][user].tolist())) for user in range(len(phases[0]))]
    assert found.tolist() == wanted


def test_every_card_has_the_same_lines():
    length = np.array([2000, 1900, 1800, 1700])
    some, none = audience([3, 500, 1500, 0]), audience([1200, 1100, 1500, 0])
    assert h.head(some, length, np.array([500, 1500]), np.array([1, 3])) == h.Head(
        "of 3 people",
        (
            ("reach: in their first 100", "1", "0.2"),
            ("reach: in their first 1,000", "2", "2"),
            ("reach: median place (1: the top)", "500", "950"),
            ("median place for its 2 later buyers", "1,000", "900"),
        ),
        (),
        h.Spread(pytest.approx(52.7), 500, pytest.approx(1400), (500, 1500), 950.5, 2000),
    )
    unseen = h.head(none, length, np.array([1100, 1500]), np.array([1, 2]))
    assert [row[1:] for row in unseen.rows[:2]] == [("0", "0.2"), ("0", "2")]
    assert h.head(some, length, NOBODY, NOBODY).rows[2:] == (("reach: median place (1: the top)", "500", "950"),)
    assert h.head(some, length, np.array([500]), np.array([1])).rows[-1] == (
        "place for its one later buyer",
        "500",
        "950",
    )


def test_the_figures_of_all_variants_are_one_table():
    length = np.array([2000, 1900])
    heads = {
        label: h.head(audience(reach), length, NOBODY, NOBODY) for label, reach in (("a", [3, 500]), ("b", [9, 8]))
    }
    assert h.figures(heads, ("recall", "0.05", {"b": "0.1"})) == h.Figures(
        "of 2 people",
        ("a", "b"),
        (
            ("reach: in their first 100", "0.1", "1", "2"),
            ("reach: in their first 1,000", "1", "2", "2"),
            ("reach: median place (1: the top)", "976", "252", "8"),
            ("recall", "0.05", "", "0.1"),
        ),
        ((False, False),) * 4,
    )
    assert h.figures({"a": h.head(audience([0]), length[:1], NOBODY, NOBODY)}).rows == ()


def test_a_short_catalogue_has_no_first_thousand_and_nobody_no_figures():
    found = h.head(audience([3]), np.array([60]), NOBODY, NOBODY)
    assert found.of == "of 1 person"
    assert found.rows == (("reach: in their first 100", "1", ""), ("reach: median place (1: the top)", "3", "30")), (
        "all of it is in the first 100"
    )
    assert h.head(audience([0]), np.array([60]), NOBODY, NOBODY) == h.Head("nobody has a history", (), ())


def test_how_long_lists_are_is_told_exactly_or_about():
    assert h.list_length(np.array([20_466, 20_471, 20_459])) == "about 20,470"
    assert h.list_length(np.array([60, 58])) == "about 59" and h.list_length(np.array([2000, 2000])) == "2,000"


def test_chance_is_a_random_place_of_each_ones_own_list():
    length = np.array([1000, 500, 50])
    assert shown_by_chance(length, 100) == pytest.approx(0.1 + 0.2 + 1)
    assert recall_by_chance(length, 100) == pytest.approx(1.3 / 3) and recall_by_chance(length[:0], 100) == 0
    assert middle_by_chance(length) == 250.5
    assert [rounded(number) for number in (12_345.6, 1.4, 0.041)] == ["12,346", "1", "0.04"]


def test_it_is_said_where_all_people_are_far():
    assert h.far(audience([1470, 2000, 0])) == "Nobody in their first 1,000; the nearest:"
    assert h.far(audience([1000, 2000])) == h.far(audience([0])) == ""


def test_how_many_more_people_have_it_is_said_where_the_list_ends():
    many = audience([*range(1, 61), 2000])
    listed = Audience(many.users[:4], many.ranks[:4], [], many.reach)
    assert h.more_seen(listed, np.full(61, 3000)) == "… and 56 more in their first 1,000"
    assert h.more_seen(listed, np.full(61, 900)) == "", "everybody has everything there"
    assert h.more_seen(many, np.full(61, 3000)) == h.more_seen(audience([0]), np.full(1, 3000)) == ""


def test_a_variant_that_places_an_item_alike_for_everybody_is_said_to():
    close = audience([*range(101, 201), 5000, 0])
    long, short = np.full(102, 2000), np.full(102, 1000)
    assert h.alike(close, long) == (106, 196)
    assert h.head(close, long, NOBODY, NOBODY).lines[-1] == "alike for all: 106 to 196 for nine in ten"
    assert h.alike(close, short) is None, "90 places are more than a twentieth of 1,000"
    assert h.alike(audience([5] * 29), np.full(29, 2000)) is None, "of few people nothing is claimed"
    assert h.alike(audience(range(10, 110)), np.full(100, 20_000)) is None, "place 14 and place 104 are not alike"
    assert h.alike(audience(range(1, 9001, 90)), np.full(100, 9000)) is None


def test_the_best_is_told_only_in_rows_that_say_who_is_right():
    def best(what, *told, more=None):
        heads = {str(at): h.Head("", ((what, one, ""),), ()) for at, one in enumerate(told)}
        return h.figures(heads, more).best[-1]

    assert best("reach: in their first 100", "9", "1,055", "1,055") == (False,) * 3, "exposure is not quality"
    assert best("reach: median place (1: the top)", "1,000", "", "99") == (False,) * 3
    assert best("place for its one later buyer", "3", "20") == (True, False)
    assert best("median place for its 2 later buyers", "1,003", "20", "20") == (False, True, True)
    assert best("", "", "", more=("recall", "", {"0": "0.1", "1": "0.2"})) == (False, True)
    assert best("place for its one later buyer", "7", "7") == (False, False), "all are the same"
    assert best("place for its one later buyer", "7") == (False,), "there is one only"


def test_what_is_shaded_is_said_where_something_is():
    row, reach = ("place for its one later buyer", "", "3", "20"), "Reach: how high it stands for everybody"
    shaded = h.Figures("", ("a", "b"), (row,), ((True, False),))
    said = h.what_rows_mean(shaded, 1)
    assert said.startswith(reach) and said.endswith("who is right; its one later buyer: a hint, no proof. ")
    assert "hint" not in h.what_rows_mean(shaded, 30) and "Shaded" in h.what_rows_mean(shaded, 30)
    assert "Shaded" not in h.what_rows_mean(h.Figures("", ("a",), (row,), ((False,),)), 1)
    assert h.what_rows_mean(h.Figures("", (), ()), 0) == ""


def test_the_picture_of_places_is_drawn_from_the_spreads_of_the_heads():
    length = np.full(40, 2000)
    heads = {
        "(a)": h.head(audience(range(1, 41)), length, np.array([5, 900]), np.array([1, 3])),
        "<b>": h.head(audience(range(101, 141)), length, NOBODY, NOBODY),
    }
    spreads = {label: one.spread for label, one in heads.items()}
    figure = places_figure(spreads, {"(a)": "#112233", "<b>": "#445566"})
    box, middle, dots, *other = figure.data
    assert min(box.x) == pytest.approx(spreads["(a)"].low / 1.03) and max(box.x) == pytest.approx(38.05 * 1.03)
    assert set(middle.x) == {20.5} and list(dots.x) == [5, 900] and len(other) == 2, "nobody bought it under the second"
    assert figure.layout.shapes[0].x0 == 1000.5 and figure.layout.xaxis.type == "log"
    assert figure.layout.yaxis.ticktext == ("<b>(a)</b>", "<b>&lt;b&gt;</b>")
    assert how_to_read(spreads).endswith(", a dot a later buyer.")
    assert "dot" not in how_to_read({"<b>": spreads["<b>"]})
