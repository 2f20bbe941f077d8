"""What the browser makes of a bench's data, in Python: `app/components/bench/rank.js` line by line."""

import base64

import numpy as np

FULL = {"similarity": 1.0, "popularity_bias": 1.0, "repeat_bias": 1.0}


def unpacked(text, kind):
    return np.frombuffer(base64.b64decode(text), kind)


def listed(data, weights=None):
    """Label of a Run -> [(place in the table of items, score)], the best first."""
    return {column["name"]: one_list(data, column, weights or FULL) for column in data["columns"]}


def one_list(data, column, weights):
    terms = column["terms"]
    if terms is None:
        return list(zip(column["fixed"]["rows"], column["fixed"]["scores"], strict=True))
    rows = unpacked(terms["rows"], "<i4")
    popularity = unpacked(terms["popularity"], "<f4").astype(np.float64)
    similarity = unpacked(terms["whole"], "<f4").astype(np.float64) - popularity
    repeats = unpacked(terms["repeats"], "<f4").astype(np.float64)
    total = weights["similarity"] * similarity + weights["popularity_bias"] * popularity
    scores = (total + weights["repeat_bias"] * repeats).astype(np.float32)
    order = sorted(range(len(rows)), key=lambda place: (-scores[place], place))[: column["k"]]
    return [(int(rows[place]), float(scores[place])) for place in order]


def item_rows(data, name, weights=None):
    """The rows of Run ``name`` as dictionaries: item, title, category, price, hit, cold."""
    items, words = data["items"], data["words"]
    return [
        {key: items[key][row] for key in ("title", "price", "hit", "cold")}
        | {"item": items["id"][row], "category": words["categories"][items["category"][row]]}
        for row, _ in listed(data, weights)[name]
    ]
