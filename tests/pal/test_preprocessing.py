import numpy as np
import pytest

from learn.config import Preprocessing
from learn.errors import LearnError
from learn.pal.preprocessing import ContentPreprocessing, distinct_rows, fit_preprocessing


@pytest.fixture
def vectors():
    rng = np.random.default_rng(0)
    mixing = np.eye(6) + 0.4 * rng.normal(size=(6, 6))
    return (rng.normal(size=(500, 6)) @ mixing + 5).astype(np.float32)


def test_standardise_gives_mean_zero_and_variance_one(vectors):
    out = fit_preprocessing(vectors, Preprocessing.STANDARDISE).apply(vectors)
    assert out.mean(0) == pytest.approx(np.zeros(6), abs=1e-4)
    assert out.std(0) == pytest.approx(np.ones(6), abs=1e-4)


def test_whiten_gives_identity_covariance(vectors):
    out = fit_preprocessing(vectors, Preprocessing.WHITEN).apply(vectors)
    assert np.cov(out, rowvar=False, bias=True) == pytest.approx(np.eye(6), abs=0.05)


def test_none_changes_nothing(vectors):
    assert fit_preprocessing(vectors, Preprocessing.NONE).apply(vectors) == pytest.approx(vectors)


@pytest.mark.parametrize("kind", list(Preprocessing))
def test_statistics_survive_the_file(vectors, kind):
    fitted = fit_preprocessing(vectors, kind)
    assert np.array_equal(ContentPreprocessing.from_tensors(fitted.tensors()).apply(vectors), fitted.apply(vectors))


def test_a_constant_dimension_does_not_blow_up(vectors):
    vectors[:, 2] = 7.0
    for kind in Preprocessing:
        assert np.isfinite(fit_preprocessing(vectors, kind).apply(vectors)).all()


def test_refuses_another_width_and_values_that_are_not_finite(vectors):
    with pytest.raises(LearnError, match="5 dimensions"):
        fit_preprocessing(vectors, Preprocessing.WHITEN).apply(vectors[:, :5])
    vectors[3, 3] = np.nan
    with pytest.raises(LearnError, match="not finite"):
        fit_preprocessing(vectors, Preprocessing.WHITEN)


def test_distinct_rows_are_named_by_their_first():
    first, place = distinct_rows(np.array([[1.0, 2], [3, 4], [1, 2], [3, 4], [5, 6]], np.float32))
    assert first.tolist() == [0, 1, 4] and place.tolist() == [0, 1, 0, 1, 2]
    assert [part.tolist() for part in distinct_rows(np.zeros((0, 3)))] == [[], []]


@pytest.mark.parametrize("kind", list(Preprocessing))
def test_items_that_share_a_text_stay_equal_wherever_they_stand(vectors, kind):
    fitted = fit_preprocessing(vectors, kind)
    alike = np.random.default_rng(1).integers(0, 5, 61)
    out = fitted.apply(vectors[alike])
    assert len(np.unique(out, axis=0)) == 5 and (out == out[[list(alike).index(one) for one in alike]]).all()
    assert (fitted.apply(vectors[:61]) == fitted.apply(np.concatenate([vectors[:61], vectors[:3]]))[:61]).all()


def test_shrinkage_leads_from_whitening_to_the_vectors_as_they_are(vectors):
    whitened = fit_preprocessing(vectors, Preprocessing.WHITEN)
    assert np.array_equal(fit_preprocessing(vectors, Preprocessing.WHITEN, 0.0).matrix, whitened.matrix)
    some = fit_preprocessing(vectors, Preprocessing.WHITEN, 1.0).apply(vectors)
    variances = [np.linalg.eigvalsh(np.cov(one, rowvar=False, bias=True)) for one in (vectors, some)]
    by_hand = variances[0] / (variances[0] + variances[0].mean())
    assert variances[1] == pytest.approx(by_hand / by_hand.mean(), rel=1e-3)  # together as long as whitened ones
    most = fit_preprocessing(vectors, Preprocessing.WHITEN, 1e6).apply(vectors)
    centred = vectors - vectors.mean(axis=0)
    assert most / most.std() == pytest.approx(centred / centred.std(), abs=1e-3)


def test_directions_of_the_writing_are_pressed_down(vectors):
    rng = np.random.default_rng(2)
    along = np.zeros(6)
    along[1] = 1.0
    differences = rng.normal(size=(200, 1)) * along * 3 + 0.01 * rng.normal(size=(200, 6))
    plain = fit_preprocessing(vectors, Preprocessing.WHITEN)
    some = fit_preprocessing(vectors, Preprocessing.WHITEN, 0.1, 10.0, differences)

    def moved(fitted):  # how far rewording moves an item, against how far items lie apart
        ends = fitted.apply(vectors[:200] + differences.astype(np.float32)) - fitted.apply(vectors[:200])
        return np.linalg.norm(ends) / np.linalg.norm(fitted.apply(vectors[:200]))

    assert moved(some) < 0.5 * moved(plain)
    assert some.apply(vectors).std() == pytest.approx(1.0, abs=1e-3)
    with pytest.raises(LearnError, match=r"pal\.wording = 2 needs"):
        fit_preprocessing(vectors, Preprocessing.WHITEN, wording=2.0)
