"""One plain name for each slice, on all pages."""

from learn.data.schema import Slices
from learn.explore.figures.base import slices_figure
from learn.explore.metrics.overview import slice_shares
from learn.explore.metrics.slice_words import OF_BOTH, SLICE_WORDS, slice_words


def test_every_slice_has_a_name_of_its_own_without_the_papers_words():
    names = [Slices.WHOLE, *(f"{kind}:{part}" for kind in ("user", "item") for part in Slices.NAMES)]
    assert set(names) == set(SLICE_WORDS) and len(set(SLICE_WORDS.values())) == len(names)
    told = " ".join([*SLICE_WORDS.values(), *OF_BOTH.values()])
    assert not any(word in told for word in Slices.NAMES)
    assert slice_words("user:odd") == "odd users" and slice_words("odd") == "odd"


def test_the_overviews_bars_have_these_names(split):
    assert [bar.name for bar in slices_figure(slice_shares(split)).data] == list(OF_BOTH.values())
