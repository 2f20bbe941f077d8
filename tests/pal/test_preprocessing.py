import numpy as np
import pytest

from learn.config import Preprocessing
from learn.errors import LearnError
from learn.pal.preprocessing import ContentPreprocessing, fit_preprocessing


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
