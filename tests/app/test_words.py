"""Words are explained where they are first met: by one table, what uses others with them, nothing twice."""

from types import SimpleNamespace

from app.panels import words
from app.shared import theme, variant_texts


def run(name, variant, label):
    return SimpleNamespace(name=name, info=SimpleNamespace(variant=variant, label=label, kind="learn"))


RUNS = [run("c", "c", "(c) no item PAL"), run("l3ae", "l3ae", "L3AE"), run("w", "without-align", "w/o Align")]


def test_a_run_is_explained_and_so_are_the_words_that_its_label_uses():
    told = words.first_met(RUNS, ["c", "w", "c"], "recall", 10)
    assert told.startswith("*Recall@10*: ") and told.count("no item PAL") == 1
    assert "*w/o Align*: the language model alone" in told
    assert f"*PAL*: {words.IN_SHORT['PAL']}" in told and f"*LLM*: {words.IN_SHORT['LLM']}" in told


def test_what_the_page_has_explained_is_not_explained_again():
    assert "L3AE" in words.first_met(RUNS, ["l3ae"]) and "*LLM*" in words.first_met(RUNS, ["l3ae"])
    assert "*LLM*" not in words.first_met(RUNS, ["l3ae"], known=("LLM",))


def test_a_word_within_another_is_none():
    assert words.in_short("PALE LLMs") == [] and len(words.in_short("an LLM")) == 1


def test_what_stands_over_lists_says_the_papers_words_and_what_has_no_plain_name():
    told = words.said_first(RUNS)
    assert "*" not in told and told.endswith(".")
    for word in ("PAL: ", "LLM: ", "L3AE: "):
        assert told.count(word) == 1
    assert "w/o Align: " not in told, "as of every tower, its plain name stands beside it"
    assert words.said_first([run("b", "b", "(b) sequence to item")]) == ""


def test_where_each_says_below_its_label_what_it_is_only_the_papers_words_are_said():
    told = words.under_controls(RUNS)
    assert told.startswith("LLM: ") and told.index("PAL: ") < told.index("w/o Align: untrained.")
    assert "L3AE" not in told
    assert words.under_controls([run("b", "b", "(b) sequence to item")]) == ""


def test_where_nothing_stands_beside_towers_they_are_said_too():
    runs = [run("b", "b", "(b) sequence to item"), run("c", "c", "(c) no item PAL")]
    told = words.all_said(runs, ["(b)", "(c)"])
    assert told.startswith("LLM: ") and told.index("PAL: ") < told.index("(b): items one by one · (c): items as")
    assert told.endswith(".")
    assert words.all_said([], []) == ""


def test_what_words_mean_is_folded_a_line_each(monkeypatch):
    drawn = []
    monkeypatch.setattr(words.st, "markdown", drawn.append)
    words.what_words_mean("")
    words.what_words_mean(words.all_said(RUNS[:1], ["(c)"]))
    assert len(drawn) == 1 and drawn[0].splitlines() == [
        f"- {theme.plain(line)}" for line in words.all_said(RUNS[:1], ["(c)"]).removesuffix(".").split(" · ")
    ]


def test_below_a_figure_of_all_only_what_is_no_trained_tower_is_said():
    told = words.not_trained(RUNS, ["c", "w", "l3ae"])
    assert told.startswith("LLM: ") and " · w/o Align: the language model alone · L3AE: " in told and "(c)" not in told
    assert words.not_trained(RUNS, ["c"]) == ""


def test_below_a_label_stands_what_any_recommender_is():
    assert [variant_texts.under_label(one) for one in RUNS[1:]] == [
        "EASE that starts from what the LLM's texts say is alike",
        "The language model alone",
    ]
    blends = [run("x", "text+counts", label) for label in ("(b) + counts", "(b) sequence to item and SVD")]
    for one in blends:
        one.info.kind = "blend"
    assert [variant_texts.under_label(one) for one in blends] == [
        "(b)’s score plus who bought what",
        "The scores of both added up",
    ]
    assert variant_texts.under_label(run("y", "nobody knows", "Y")) == ""
