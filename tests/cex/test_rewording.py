"""Items in other words: who is said anew, what may change, and what the LLM makes of it."""

import numpy as np

from learn.cex.extractor import content_embeddings, embed_texts, wording_differences
from learn.cex.llm import load_llm
from learn.cex.rewording import TIMES, rewordings
from learn.config import CEXConfig
from learn.progress import make_progress
from learn.workspace import Workspace


def test_only_known_items_are_said_anew_with_words_of_their_own(dataset, split):
    known = split.training_counts() > 0
    rows, prompts = rewordings(dataset.items, known)
    assert known[rows].all() and len(rows) == len(prompts) and (np.bincount(rows)[np.unique(rows)] == TIMES).all()
    assert rewordings(dataset.items, known)[1] == prompts != rewordings(dataset.items, known, seed=1)[1]
    for row, prompt in zip(rows[:30], prompts[:30], strict=True):
        said = prompt.split('title is "', 1)[1].split('"')[0].casefold().split()
        assert said and set(said) <= set(
            dataset.items["title"][row].replace(",", " ").replace("/", " ").casefold().split()
        )


def test_differences_are_from_the_items_own_embedding_and_kept(dataset, llm_folder, tmp_path):
    cex, place, silent = (
        CEXConfig(llm=str(llm_folder), dtype="float32"),
        Workspace(tmp_path),
        make_progress(silent=True),
    )
    content = content_embeddings(dataset, cex, place, silent)
    found = wording_differences(dataset, cex, place, content.vectors, silent)
    rows, prompts = rewordings(dataset.items, dataset.split.training_counts() > 0)
    expected = embed_texts(prompts, load_llm(cex, place.models), cex) - content.vectors[rows]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    again = content_embeddings(dataset, cex, place, silent)
    assert again.n_read == 0 and np.array_equal(again.vectors, content.vectors)
