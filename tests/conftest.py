"""For all tests: none asserts a time, so hypothesis has no deadline; one tiny LLM and one tiny encoder."""

import pytest
from hypothesis import settings

from tests.fake_llm import make_tiny_encoder, make_tiny_llm

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")


@pytest.fixture(scope="session")
def llm_folder(tmp_path_factory):
    return make_tiny_llm(tmp_path_factory.mktemp("llm"))


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory):
    return make_tiny_encoder(tmp_path_factory.mktemp("encoder"))
