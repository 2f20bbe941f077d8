"""SASRec, BERT4Rec, eSASRec and HSTU of RecTools: python rectools_peers.py JOB.json

Trained one epoch after another; after each, NDCG@10 of the validation targets over the whole catalogue says whether to
go on, and the best epoch's weights rank for the test. RecTools ranks the items that training has met, no others.
"""

from __future__ import annotations

import copy
import logging
import warnings
from typing import Any

import pandas as pd
import rectools
from peer_files import Course, Job, read_job, write_result
from pytorch_lightning import Trainer, seed_everything
from rectools import Columns
from rectools.dataset import Dataset
from rectools.dataset.context import get_context
from rectools.metrics import NDCG
from rectools.models import BERT4RecModel, HSTUModel, SASRecModel
from rectools.models.nn.transformers.ligr import LiGRLayers

SECOND = 1_000_000_000


def make_model(peer: str, settings: dict[str, Any], has_time: bool) -> Any:
    """An untrained model; ``settings`` are RecTools' own names."""
    common = {**settings, "get_trainer_func": _trainer}
    if peer == "sasrec":
        return SASRecModel(**common)
    if peer == "bert4rec":
        return BERT4RecModel(**common)
    if peer == "esasrec":  # SASRec's objective, LiGR's layers, sampled softmax: as its authors define it
        return SASRecModel(transformer_layers_type=LiGRLayers, **common)
    if peer == "hstu":  # without times there is no time for the attention to be relative to
        return HSTUModel(relative_time_attention=has_time, **common)
    raise SystemExit(f"There is no peer {peer!r} here.")


def _trainer() -> Trainer:
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "logger": False}
    return Trainer(max_epochs=1, accelerator="cpu", devices=1, enable_checkpointing=False, **quiet)


def as_interactions(events: pd.DataFrame) -> pd.DataFrame:
    """RecTools orders by time: the events' own, or else one second after another."""
    if events["timestamp"].notna().all():
        # Equal times keep the file's order: each is at least a nanosecond after the one before it.
        times = events["timestamp"].astype("int64") + events["position"]
    else:
        times = events["position"] * SECOND
    table = events.rename(columns={"user": Columns.User, "item": Columns.Item})[[Columns.User, Columns.Item]]
    return table.assign(**{Columns.Weight: 1.0, Columns.Datetime: pd.to_datetime(times, unit="ns")})


def rank(model: Any, history: pd.DataFrame, k: int) -> pd.DataFrame:
    """The top ``k`` of every user, the history not masked.

    A model that asks when it is to recommend is told the time of the user's last event: the target's own is not known.
    """
    table = as_interactions(history)
    more = {}
    if model.require_recommend_context:
        more["context"] = get_context(table.drop_duplicates(Columns.User, keep="last"))
    users = table[Columns.User].unique()
    dataset = Dataset.construct(table)
    return model.recommend(users, dataset, k=k, filter_viewed=False, on_unsupported_targets="ignore", **more)


def run(job: Job) -> None:
    seed_everything(job.seed)
    settings = dict(job.settings)
    epochs, patience = settings.pop("max_epochs"), settings.pop("patience")
    training = job.events("training")
    targets = job.events("validation").rename(columns={"user": Columns.User, "item": Columns.Item})
    targets = targets[[Columns.User, Columns.Item]].drop_duplicates()
    asked = training[training["user"].isin(targets[Columns.User])]
    ndcg = NDCG(k=10, divide_by_achievable=True)
    dataset = Dataset.construct(as_interactions(training))
    model = make_model(job.peer, settings, bool(training["timestamp"].notna().all()))
    course, best = Course(job, patience), None
    for _ in range(epochs):
        model.fit_partial(dataset, min_epochs=1, max_epochs=1)
        if course.note(ndcg.calc(rank(model, asked, 10), targets)):
            best = copy.deepcopy(model.torch_model.state_dict())
        if course.over:
            break
    facts = course.facts() | {"rectools": rectools.__version__}
    if job.search:
        write_result(job, None, model.torch_model, **facts)
        return
    model.torch_model.load_state_dict(best)
    ranked = rank(model, job.events("history"), job.list_length())
    ranked = ranked.rename(columns={Columns.User: "user", Columns.Item: "item", Columns.Rank: "rank"})
    write_result(job, ranked, model.torch_model, **facts)


if __name__ == "__main__":
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")  # of its own dependencies' older and newer ways; what fails raises
    run(read_job())
