"""Where lists and places come from: data, cut, Runs, what was counted, and how few people it is of."""

from learn.explore.lists.origin import of_answers, ranked


def test_everything_behind_an_answer_is_named(recommenders, dataset):
    runs = [one.run for one in recommenders.values()]
    said = dict(of_answers(dataset, runs, ranked(10, 1234, "all products"), 29))
    assert dataset.fingerprint in said["Dataset"] and "target" in said["Split"]
    assert all(run.name in said["Runs"] for run in runs)
    seeded = [run for run in runs if run.info.seed is not None]
    assert seeded and all(f"{run.name} (seed {run.info.seed}" in said["Runs"] for run in seeded)
    assert said["Counted"] == "lists of k = 10, of 1,234 candidates: all products"
    assert said["People"].startswith("29: fewer than 30")
    assert said["Interval"].startswith("none")
    assert dict(of_answers(dataset, runs, "", 30))["People"] == "30"
    assert dict(of_answers(dataset, runs, "", 1))["People"].startswith("one: ")
