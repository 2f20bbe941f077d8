"""A language that the LLM hardly knows is said, measured; one that it knows is not."""

import warnings

import numpy as np
import pytest

from learn.cex.extractor import content_embeddings
from learn.cex.language import ENGLISH, language_note
from learn.cex.llm import FrozenLLM
from learn.config import CEXConfig
from learn.errors import Note
from learn.progress import make_progress
from learn.workspace import Workspace
from tests.cex.conftest import make_dataset

SAID = {
    "French": ["Pain de seigle", "Lait entier", "Tranches fromage", "Sachets infusion", "Liquide vaisselle",
               "Pâtée chien", "Petits pois surgelés", "Pommes rouges", "Papier toilette"],
    "Finnish": ["Ruisleipä 500 g", "Täysmaito", "Cheddarjuustoviipaleet", "Vihreä tee pussit",
                "Astianpesuaine sitruuna", "Koiranruoka naudanlihalla", "Pakasteherneet",
                "Punaiset omenat", "Suklaakeksit", "Vessapaperi"],
    "Arabic": ["خبز الجاودار", "حليب كامل الدسم", "شرائح جبن شيدر", "أكياس شاي أخضر", "سائل جلي ليمون",
               "طعام كلاب باللحم",
               "بازلاء مجمدة", "تفاح أحمر", "بسكويت الشوكولاتة"],
    "Hindi": ["राई की रोटी", "पूरा दूध", "चेडर चीज़ स्लाइस", "ग्रीन टी बैग", "नींबू बर्तन साबुन", "कुत्ते का खाना", "जमे हुए मटर",
              "चॉकलेट बिस्कुट", "टॉयलेट पेपर", "स्ट्रॉबेरी दही", "टमाटर सूप", "चिकन ब्रेस्ट"],
    "Russian": ["Ржаной хлеб", "Цельное молоко", "Сыр чеддер ломтиками", "Зелёный чай", "Средство для мытья посуды",
                "Корм для собак", "Замороженный горошек", "Красные яблоки"],
    "Chinese": ["黑麦面包", "全脂牛奶", "切达奶酪片", "绿茶包", "柠檬洗洁精", "牛肉狗粮", "冷冻豌豆", "红苹果", "饼干"],
}  # fmt: skip
NOT_SAID = {
    "groceries": list(ENGLISH),
    "short forms": ["FRZN SNACKS/PASTRIES TOASTER PAST", "FLUID MILK WHITE ONLY 1 GA", "YOGURT NOT MULTI-PACKS 6 OZ",
                    "BABY FOOD - BEGINNER 4 OZ", "SFT DRNK 2 LITER BTL CARB INCL", "DRY CAT FOOD 3.15 LB"],
    "few words": ["黑麦面包"] * 5,
}  # fmt: skip


class Vocabulary:
    """A tokenizer of whole words: what is none of them takes a token for each letter."""

    unk_token_id = 0

    def __init__(self, words, unknown=()):
        self.words, self.unknown = set(words), set(unknown)

    def __call__(self, texts, add_special_tokens):
        assert add_special_tokens is False
        return {"input_ids": [self.tokens(text.strip()) for text in texts]}

    def tokens(self, word):
        if word in self.unknown:
            return [0]
        return [1] if word in self.words else [2] * len(word)


def note(tokenizer, titles, vectors, usual=None):
    usual = np.eye(3) if usual is None else usual
    llm = FrozenLLM(model=None, tokenizer=tokenizer, hidden_size=3, identity="", is_causal=True, max_positions=1)
    return language_note([f'Item title is "{title}".' for title in titles], vectors, llm, "tiny", usual)


ENGLISH_WORDS = " ".join(ENGLISH).lower().split()


def test_the_sentence_has_what_was_measured():
    knows = Vocabulary(ENGLISH_WORDS)
    said = note(knows, SAID["Russian"], np.eye(3))
    assert said.startswith("tiny hardly knows the language of these items (Cyrillic letters): it takes 1.00 tokens for")
    assert "--llm with" in said
    assert note(knows, ENGLISH, np.eye(3)) == ""
    assert "for 100% of their words" in note(Vocabulary(ENGLISH_WORDS, " ".join(SAID["Russian"]).lower().split()),
                                             SAID["Russian"], np.eye(3))  # fmt: skip


def test_vectors_that_lie_close_are_said_and_a_reader_of_letters_is_not_blamed_for_its_tokens():
    by_letters = Vocabulary([])
    assert note(by_letters, SAID["Russian"], np.eye(3)) == ""
    close = np.eye(3) + 3
    assert "their vectors lie 34.0 times as close" in note(by_letters, SAID["Russian"], close)
    assert note(by_letters, ENGLISH, close) == ""  # a narrow catalogue in English is no other language


def test_extraction_warns(cex, tmp_path):
    def notes(titles, folder):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            content_embeddings(make_dataset(titles), cex, Workspace(tmp_path / folder), make_progress(silent=True))
        return [str(one.message) for one in caught if issubclass(one.category, Note)]

    assert "it has no tokens for 100% of their words" in notes(SAID["Russian"], "ru")[0]
    assert notes(list(ENGLISH), "en") == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bundled", "bundled-encoder"])
def test_the_bundled_models_know_english_and_not_these(name, tmp_path):
    import os

    from learn.cex.extractor import embed_texts
    from learn.cex.llm import load_llm
    from learn.cex.prompt import item_prompt

    models = Workspace.at(os.environ.get("LEARN_TEST_WORKSPACE") or tmp_path).models
    cex = CEXConfig(llm=name, dtype="float32")
    llm = load_llm(cex, models)
    usual = embed_texts([item_prompt(title) for title in ENGLISH], llm, cex)
    said = {}
    for language, titles in (SAID | NOT_SAID).items():
        prompts = [item_prompt(title) for title in titles]
        said[language] = bool(language_note(prompts, embed_texts(prompts, llm, cex), llm, name, usual))
    assert said == dict.fromkeys(SAID, True) | dict.fromkeys(NOT_SAID, False)
