"""What a benchmark comes down to, in words: who leads, how surely, and how the simple references stand."""

import numpy as np
import pandas as pd

from learn.reproduce import words
from learn.reproduce.results import EARLIER

NAN = np.nan


def table(*rows):
    """Rows of (label, kind, mean, difference's ends), 0.02 on both sides of the mean, of 100 users."""
    found = pd.DataFrame(rows, columns=["label", "kind", "mean", "difference_low", "difference_high"])
    difference = (found["difference_low"] + found["difference_high"]) / 2
    ends = {"low": found["mean"] - 0.02, "high": found["mean"] + 0.02}
    return found.assign(run=found["label"].str.lower(), n_users=100, difference=difference, why=None, **ends)


def test_who_leads_the_row_that_all_are_compared_with():
    rows = table(("A", "text", 0.5, 0.01, 0.02), ("B", "text", 0.49, NAN, NAN))
    assert words.benchmark(rows) == "A leads with 0.5000, clearly ahead of B (0.4900)."
    near = table(("A", "text", 0.5, NAN, NAN), ("B", "text", 0.49, -0.03, 0.01))
    assert words.benchmark(near) == "A leads with 0.5000, but not clearly ahead of B (0.4900)."
    assert words.benchmark(rows.head(1)) == ""


def test_a_pair_that_is_not_stored_is_not_tested_but_where_the_intervals_do_not_touch():
    rows = table(("A", "text", 0.5, 0.05, 0.2), ("B", "text", 0.47, 0.03, 0.1), ("C", "text", 0.4, NAN, NAN))
    assert words.benchmark(rows) == (
        "A has the highest value, 0.5000; B has 0.4700 (difference not tested). A is clearly better than C (0.4000)."
    )
    far = rows.assign(high=[0.52, 0.475, 0.42])
    assert words.benchmark(far).startswith("A leads with 0.5000, clearly ahead of B (0.4700). A ")
    alone = rows.assign(difference=NAN, difference_low=NAN, difference_high=NAN)  # a slice of the targets
    assert words.benchmark(alone) == "A has the highest value, 0.5000; B has 0.4700 (difference not tested)."


def test_two_that_a_stored_difference_parts_are_compared():
    rows = table(("A", "text", 0.5, 0.05, 0.15), ("B", "reference", 0.47, 0.02, 0.12), ("C", "text", 0.4, NAN, NAN))
    told = {"rival": ["b", None, "b"], "over_rival_low": [0.01, NAN, NAN], "over_rival_high": [0.05, NAN, NAN]}
    assert words.benchmark(rows.assign(**told)).startswith("A leads with 0.5000, clearly ahead of B (0.4700).")
    told["over_rival_low"] = [-0.01, NAN, NAN]
    assert words.benchmark(rows.assign(**told)).startswith("A leads with 0.5000, but not clearly ahead of B (0.4700).")


def test_our_row_stands_beside_the_one_that_is_trained_as_the_papers():
    rows = table(("O", "text", 0.5, NAN, NAN), ("P", "text", 0.4, -0.12, -0.08)).assign(run=["learn", "learn-dense"])
    assert words.beside_the_papers_way(rows) == "O (0.5000) is clearly ahead of P (0.4000)."
    unclear = rows.assign(difference_high=[NAN, 0.1])
    assert words.beside_the_papers_way(unclear) == "O (0.5000) is not clearly ahead of P (0.4000)."
    other = rows.assign(difference_low=NAN, difference_high=NAN, low=0.0, high=1.0)
    assert words.beside_the_papers_way(other) == "O (0.5000) is ahead (not tested) of P (0.4000)."
    assert words.beside_the_papers_way(rows.head(1)) == ""


def test_a_simple_reference_that_beats_what_all_are_compared_with_is_news():
    rows = table(
        ("A (x, y)", "text+counts", 0.5, 0.05, 0.2), ("S", "reference", 0.49, 0.03, 0.1), ("T", "text", 0.4, NAN, NAN)
    )
    assert words.benchmark(rows) == (
        "A (x, y) has the highest value, 0.5000; S has 0.4900 (difference not tested). S, "
        "a simple "
        "reference, is clearly better than T (0.4000)."
    )
    reads = words.benchmark(rows.assign(run=["a", "l3ae", "t"]))
    assert "S, a simple reference that reads the text, too, is clearly better than T" in reads
    worse = table(("T", "text", 0.5, NAN, NAN), ("U", "text", 0.49, -0.2, -0.1), ("S", "reference", 0.4, -0.3, -0.1))
    assert words.benchmark(worse).endswith("S, the best simple reference, is clearly worse than T.")
    unclear = worse.assign(difference_high=[NAN, 0.1, 0.1])
    assert words.benchmark(unclear).endswith("S, the best simple reference, is not clearly worse than T.")
    pair = table(("S", "reference", 0.5, 0.01, 0.1), ("T", "text", 0.4, NAN, NAN))
    assert words.benchmark(pair) == "S leads with 0.5000, clearly ahead of T (0.4000).", "told once"


def test_refitted_rows_are_compared_with_refitted_ones():
    rows = table(
        ("A, refitted", "text", 0.5, 0.05, 0.2), ("A", "text", 0.49, NAN, NAN), ("S, refitted", "reference", 0.48, 0, 0)
    ).assign(run=["a-refit", "a", "s-refit"])
    assert words.benchmark(rows).startswith(
        "\u201cA, refitted\u201d has the highest value, 0.5000; "
        "\u201cS, refitted\u201d has 0.4800 (difference not tested)."
    )


def test_level_rows_and_few_users_have_no_leader():
    level = table(("A", "text", 0.5, 0.0, 0.0), ("B", "text", 0.5, NAN, NAN))
    assert words.benchmark(level) == "A and B are level in front, with 0.5000."
    few = table(("A", "text", 0.5, 0.1, 0.2), ("B", "text", 0.4, NAN, NAN)).assign(n_users=29)
    assert words.benchmark(few) == ("A (0.5000) has the most, but of 29 users, fewer than 30: too few to say anything.")


def test_a_row_of_an_earlier_run_is_not_what_the_others_are_compared_with():
    rows = table(("A", "text", 0.5, NAN, NAN), ("B", "text", 0.4, NAN, NAN), ("C", "text", 0.3, -0.2, -0.1))
    rows["why"] = ["earlier", np.nan, np.nan]
    assert words.compared_with(rows) == "B"
    assert words.compared_with(rows.assign(why="noted")) == "A"
    assert words.compared_with(rows[2:]) == ""
    assert words.benchmark(rows).startswith("A leads with 0.5000, clearly ahead of B"), "their intervals do not touch"


def test_where_the_papers_leader_stands_among_all_is_said_where_simple_references_are_ahead():
    rows = table(
        ("S", "reference", 0.6, 0.05, 0.2), ("O", "text", 0.5, NAN, NAN), ("R", "reference", 0.5, 0.01, 0.1),
        ("P", "text", 0.4, -0.2, -0.1), ("Q", "peer", 0.3, -0.3, -0.2),
    )  # fmt: skip
    both = rows.iloc[[3, 4]].assign(paper=[0.9, 0.8])
    told = words.among_all(rows, both)
    assert told == "P is place 4 of 5 here: 2 simple references are ahead (not tested in pairs)."
    told = words.among_all(rows, both.assign(why=EARLIER))
    assert told.endswith("are ahead (earlier run: not tested in pairs).")
    against = rows.iloc[[1, 0]].assign(paper=[0.9, 0.8]).iloc[[0]]
    one = words.among_all(rows.drop(index=2), against)
    assert one == "O is place 2 of 4 here: 1 simple reference is clearly ahead."
    refitted = rows.assign(run=["s-refit", "o", "r-refit", "p", "q"])
    assert words.among_all(refitted, both) == "" == words.among_all(rows, both.assign(paper=NAN))


def test_what_is_lighter_in_the_picture_is_said_where_something_is():
    rows = table(("A", "text", 0.5, NAN, NAN), ("B", "text", 0.4, NAN, NAN))
    assert words.earlier_rows(rows) == ""
    told = words.earlier_rows(rows.assign(why=[None, EARLIER]))
    assert told.startswith("* Lighter: measured in an earlier run of this table") and "not tested" in told


def test_seeds_are_told_together_where_they_are_the_same():
    rows = table(("A", "text", 0.5, 0, 0), ("B", "peer", 0.4, 0, 0), ("C", "peer", 0.3, 0, 0))
    assert words.seeds(rows.assign(seeds=3)) == "3 seeds"
    assert words.seeds(rows.assign(seeds=[3, 1, 1])) == "3 seeds for A; 1 seed for the others"
