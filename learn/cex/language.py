"""Whether an LLM knows the language of a catalogue.

Measured by the tokens that it takes for a letter, the words that it has none for, and how far apart its vectors lie.
What counts as hardly knowing was set between languages that the two bundled LLMs know (English: .20 to .25 tokens a
letter) and do not (French .35, Finnish .40 to .45, Arabic 1.0, Chinese 2.7).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np

from learn.cex.llm import FrozenLLM
from learn.cex.prompt import item_prompt

ENGLISH = (
    "Rye bread 500 g", "Whole milk 1 litre", "Cheddar cheese slices", "Green tea bags", "Dish soap with lemon",
    "Dog food with beef", "Frozen peas", "Red apples", "Chocolate cookies", "Toilet paper 8 rolls", "Ground coffee",
    "Strawberry yogurt", "Orange juice", "Light bulbs", "Tomato soup", "Chicken breast",
)  # fmt: skip
"""What the same is measured on for comparison."""
WORDS = 2000
"""So many different words are looked at."""

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0610-\u065f\u0900-\u0dff\u0e00-\u0eff])*")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEAST_LETTERS = 4  # shorter words are often units and abbreviations
_FEWEST_WORDS = 8
_TOKENS_A_LETTER = {"latin": 0.34, "other": 0.55, "wide": 1.3}
_UNKNOWN_WORDS = 0.15
_CLOSER = 0.5
_BY_LETTERS = 0.6  # a tokenizer that takes so many tokens for an English letter reads letters, not words


def language_note(prompts: Sequence[str], vectors: np.ndarray, llm: FrozenLLM, name: str, usual: np.ndarray) -> str:
    """Where the LLM hardly knows the items' language a sentence, with the kind of model that would serve; else "".

    Args:
        prompts: of the items.
        vectors: [n, D_llm] what it made of them.
        name: what the LLM was called.
        usual: [m, D_llm] what it makes of `ENGLISH`.
    """
    words = _words(prompts)
    if len(words) < _FEWEST_WORDS:
        return ""
    taken, unknown = _tokens_a_letter(words, llm)
    english, _ = _tokens_a_letter(_words(ENGLISH), llm)
    letters = Counter("".join(words))
    kind = _kind(letters)
    spread, usual_spread = _spread(vectors), _spread(usual)
    reasons = []
    if english < _BY_LETTERS and taken > _TOKENS_A_LETTER[kind]:
        reasons.append(f"it takes {taken:.2f} tokens for a letter of theirs, {english:.2f} in English")
    if unknown > _UNKNOWN_WORDS:
        reasons.append(f"it has no tokens for {unknown:.0%} of their words")
    if kind != "latin" and spread < _CLOSER * usual_spread:
        reasons.append(
            f"their vectors lie {usual_spread / max(spread, 1e-9):.1f} times as close as those of English groceries"
        )
    if not reasons:
        return ""
    return (
        f"{name} hardly knows the language of these items ({_script(letters)}): {', and '.join(reasons)}. A model for "
        "many languages, or for this one, would serve better: --llm with Qwen/Qwen3-0.6B or "
        "intfloat/multilingual-e5-small, for example."
    )


def _words(texts: Sequence[str]) -> list[str]:
    """Up to `WORDS` different words in lower case, without those of the prompt itself and those of few letters."""
    own = set(_WORD.findall(item_prompt("-", "-", "-", 0.0, "-", "-").lower()))
    step = max(1, len(texts) // (2 * WORDS))
    found: dict[str, None] = {}
    for text in texts[::step]:
        for word in _WORD.findall(text.lower()):
            if word not in own and (len(word) >= _LEAST_LETTERS or _WIDE.search(word)):
                found[word] = None
        if len(found) >= WORDS:
            break
    return list(found)


def _tokens_a_letter(words: list[str], llm: FrozenLLM) -> tuple[float, float]:
    """Tokens for each letter, and the share of words of which some letter has none."""
    tokens = llm.tokenizer([f" {word}" for word in words], add_special_tokens=False)["input_ids"]
    unknown = llm.tokenizer.unk_token_id
    share = float(np.mean([unknown in text for text in tokens])) if unknown is not None else 0.0
    return sum(map(len, tokens)) / sum(map(len, words)), share


def _kind(letters: Counter[str]) -> str:
    wide = sum(count for letter, count in letters.items() if _WIDE.match(letter))
    latin = sum(count for letter, count in letters.items() if unicodedata.name(letter, "").startswith("LATIN"))
    if wide > letters.total() / 2:
        return "wide"
    return "latin" if latin > letters.total() / 2 else "other"


def _script(letters: Counter[str]) -> str:
    names: Counter[str] = Counter()
    for letter, count in letters.items():
        names[unicodedata.name(letter, "unknown").split()[0].split("-")[0]] += count
    name = names.most_common(1)[0][0]
    return "Chinese or Japanese characters" if name == "CJK" else f"{name.capitalize()} letters"


def _spread(vectors: np.ndarray) -> float:
    """Mean cosine distance of two different vectors, of up to 1,000."""
    some = vectors[:: max(1, len(vectors) // 1000)].astype(np.float64)
    units = some / np.maximum(np.linalg.norm(some, axis=1, keepdims=True), 1e-12)
    count = len(units)
    total = float(np.square(units.sum(axis=0)).sum()) - count
    return 1 - total / max(1, count * (count - 1))
