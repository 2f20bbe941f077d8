"""GRU4Rec and FDSA of RecBole: python recbole_peers.py JOB.json

RecBole gets its "benchmark files": every prefix of a training sequence with the item that follows, and the validation
targets with the training sequences as their history, by which it stops early (NDCG@10 over the whole catalogue, the
history not masked). FDSA reads an item's brand and the levels of its category beside its id.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pandas as pd
import recbole
import torch
from peer_files import Job, read_job, write_result

MODELS = {"gru4rec": "GRU4Rec", "fdsa": "FDSA"}
FEATURES = ["category", "brand"]
LEVELS = re.compile(r" > |,(?! )")
BLOCK = 512
HEAD = "user_id:token\titem_id_list:token_seq\titem_id:token"


def _token(text: str) -> str:
    """``text`` in one piece: a space separates tokens."""
    return re.sub(r"\s+", "_", text.strip())


class Files:
    """RecBole's atomic files in ``folder``; users and items are written as numbers, whatever their ids hold."""

    def __init__(self, job: Job, folder: Path, longest: int) -> None:
        self.items = job.items()
        self.longest = longest
        number = pd.Series(range(len(self.items)), index=self.items["item"])
        training, validation, history = (job.events(part) for part in ("training", "validation", "history"))
        self.training, self.history = (
            events.assign(item=events["item"].map(number)).groupby("user", sort=False)["item"].agg(list)
            for events in (training, history)
        )
        users = {user: place for place, user in enumerate(self.training.index)}
        pairs = [
            (users[user], items[:end], items[end])
            for user, items in self.training.items()
            for end in range(1, len(items))
        ]
        known = validation[validation["user"].isin(self.training.index)]
        targets = [
            (users[user], self.training[user], item)
            for user, item in zip(known["user"], known["item"].map(number), strict=True)
        ]
        place = folder / "data"
        place.mkdir()
        # The third is RecBole's test set: it has to be there, and nothing is asked of it.
        for name, rows in (("train", pairs), ("valid", targets), ("test", targets[:1])):
            self._write(place / f"data.{name}.inter", rows)
        lines = ["item_id:token\tcategory:token_seq\tbrand:token"]
        for place_of, row in enumerate(self.items.itertuples()):
            levels = " ".join(_token(level) for level in LEVELS.split(row.category))
            lines.append(f"{place_of}\t{levels}\t{_token(row.brand)}")
        (place / "data.item").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _write(self, path: Path, rows: list[tuple[int, list[int], int]]) -> None:
        lines = [f"{user}\t{' '.join(map(str, past[-self.longest :]))}\t{item}" for user, past, item in rows]
        path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")


def recbole_config(job: Job, folder: Path) -> dict[str, object]:
    """What RecBole is told; ``settings`` are its own names."""
    columns = {"inter": ["user_id", "item_id_list", "item_id"]}
    if job.peer == "fdsa":
        columns["item"] = ["item_id", *FEATURES]
    return {
        "data_path": str(folder),
        "checkpoint_dir": str(folder / "saved"),
        "benchmark_filename": ["train", "valid", "test"],
        "alias_of_item_id": ["item_id_list"],
        "load_col": columns,
        "train_neg_sample_args": None,
        "eval_args": {"split": {"LS": "valid_and_test"}, "group_by": "user", "order": "TO", "mode": "full"},
        "metrics": ["NDCG"],
        "topk": [10],
        "valid_metric": "NDCG@10",
        "use_gpu": False,
        "show_progress": False,
        "seed": job.seed,
        "reproducibility": True,
        "selected_features": FEATURES,
        **job.settings,
    }


def run(job: Job) -> None:
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.data.interaction import Interaction
    from recbole.utils import get_model, get_trainer, init_seed

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        files = Files(job, folder, job.settings["MAX_ITEM_LIST_LENGTH"])
        sys.argv = sys.argv[:1]  # RecBole reads the command line as well
        config = Config(model=MODELS[job.peer], dataset="data", config_dict=recbole_config(job, folder))
        init_seed(config["seed"], config["reproducibility"])
        dataset = create_dataset(config)
        train_data, valid_data, _ = data_preparation(config, dataset)
        model = get_model(config["model"])(config, train_data.dataset)
        trainer = get_trainer(config["MODEL_TYPE"], config["model"])(config, model)
        scores: list[float] = []

        def note(epoch: int, score: float) -> None:
            scores.append(float(score))
            print(f"epoch {epoch + 1}: {score:.5f} after {time.perf_counter() - start:.0f} s", flush=True)

        start, cpu = time.perf_counter(), time.process_time()
        trainer.fit(train_data, valid_data, verbose=False, saved=True, callback_fn=note)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        # The checkpoint holds RecBole's configuration, an object: torch loads it only when told to trust the file.
        model.load_state_dict(torch.load(trainer.saved_model_file, weights_only=False)["state_dict"])
    model.eval()
    token = {name: number for number, name in enumerate(dataset.field2id_token["item_id"])}
    ids = files.items["item"].to_numpy()
    parts, length = [], job.list_length()
    users = list(files.history.index)
    for begin in range(0, len(users), BLOCK):
        block = users[begin : begin + BLOCK]
        pasts = [[token[str(i)] for i in files.history[user] if str(i) in token][-files.longest :] for user in block]
        kept = [(user, past) for user, past in zip(block, pasts, strict=True) if past]
        lengths = torch.tensor([len(past) for _, past in kept])
        padded = torch.nn.utils.rnn.pad_sequence([torch.tensor(past) for _, past in kept], batch_first=True)
        padded = torch.nn.functional.pad(padded, (0, files.longest - padded.shape[1]))
        with torch.no_grad():
            scored = model.full_sort_predict(Interaction({"item_id_list": padded, "item_length": lengths}))
        scored[:, 0] = -torch.inf  # the padding
        best = scored.topk(min(length, scored.shape[1] - 1)).indices.numpy()
        names = dataset.id2token("item_id", best)
        for (user, _), row in zip(kept, names, strict=True):
            parts.append(pd.DataFrame({"user": user, "item": ids[row.astype(int)], "rank": range(1, len(row) + 1)}))
    facts = {"train_seconds": seconds, "cpu_seconds": round(cpu, 1), "epochs": len(scores)}
    facts |= {"validation_ndcg_at_10": scores, "recbole": recbole.__version__}
    write_result(job, pd.concat(parts), model, **facts)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # RecBole was written for older pandas and torch; what fails raises
    run(read_job())
