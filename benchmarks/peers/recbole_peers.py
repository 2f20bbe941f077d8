"""GRU4Rec, FDSA and S3-Rec of RecBole: python recbole_peers.py JOB.json

RecBole gets its "benchmark files": every prefix of a training sequence with the item that follows, and the validation
targets with the training sequences as their history, by which it stops early (NDCG@10 over the whole catalogue, the
history not masked). FDSA reads an item's brand and the levels of its category beside its id; S3-Rec the levels, which
its first stage predicts (``pretrain_epochs``, each training sequence once, no validation); its second goes on from
there.
"""

from __future__ import annotations

import contextlib
import re
import sys
import tempfile
import warnings
from pathlib import Path

import pandas as pd
import recbole
import torch
from peer_files import Course, Job, read_job, write_result

MODELS = {"gru4rec": "GRU4Rec", "fdsa": "FDSA", "s3rec": "S3Rec"}
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
        # Whole sequences: S3-Rec's first stage reads what stands before the "target", which is none to it.
        ends = [(user, items[:-1], items[-1]) for user, items in ((u, self.training[n]) for n, u in users.items())]
        self._write(place / "data.whole.inter", [row for row in ends if row[1]])
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
    if job.peer != "gru4rec":
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
        "item_attribute": FEATURES[0],
        **job.settings,
    }


class GivenUp(Exception):
    """A search has seen enough of a training."""


def pretrain(job: Job, folder: Path) -> str:
    """S3-Rec's first stage; returns a file of its weights alone, which torch reads without trusting it."""
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.utils import get_model, get_trainer, init_seed

    files = {"benchmark_filename": ["whole", "valid", "test"], "train_stage": "pretrain"}
    told = recbole_config(job, folder) | files | {"save_step": job.settings["pretrain_epochs"] + 1}
    config = Config(model=MODELS[job.peer], dataset="data", config_dict=told)
    init_seed(config["seed"], config["reproducibility"])
    dataset = create_dataset(config)
    train_data, _, _ = data_preparation(config, dataset)
    model = get_model(config["model"])(config, train_data.dataset)
    trainer = get_trainer(config["MODEL_TYPE"], config["model"])(config, model)
    trainer.fit(train_data, verbose=False)
    weights = folder / "pretrained.pth"
    torch.save({"state_dict": model.state_dict()}, weights)
    return str(weights)


def run(job: Job) -> None:
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.data.interaction import Interaction
    from recbole.utils import get_model, get_trainer, init_seed

    course = Course(job, job.settings["stopping_step"])

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        files = Files(job, folder, job.settings["MAX_ITEM_LIST_LENGTH"])
        sys.argv = sys.argv[:1]  # RecBole reads the command line as well
        told = recbole_config(job, folder)
        if job.peer == "s3rec":
            told |= {"train_stage": "finetune", "pre_model_path": pretrain(job, folder)}
        config = Config(model=MODELS[job.peer], dataset="data", config_dict=told)
        init_seed(config["seed"], config["reproducibility"])
        dataset = create_dataset(config)
        train_data, valid_data, _ = data_preparation(config, dataset)
        model = get_model(config["model"])(config, train_data.dataset)
        trainer = get_trainer(config["MODEL_TYPE"], config["model"])(config, model)

        def note(epoch: int, score: float) -> None:
            course.note(score)
            if course.over and course.ended != "whole":
                raise GivenUp

        with contextlib.suppress(GivenUp):
            trainer.fit(train_data, valid_data, verbose=False, saved=True, callback_fn=note)
        facts = course.facts() | {"recbole": recbole.__version__}
        if job.search:
            write_result(job, None, model, **facts)
            return
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
    write_result(job, pd.concat(parts), model, **facts)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # RecBole was written for older pandas and torch; what fails raises
    run(read_job())
