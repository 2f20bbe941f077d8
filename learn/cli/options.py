"""Options that several commands share: one spelling and one sentence of help each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", help="Where things are kept; default $LEARN_WORKSPACE or ./workspace.")
]
DatasetArgument = Annotated[str, typer.Argument(help="A prepared dataset.")]
PresetOption = Annotated[
    str, typer.Option(help="tiny, demo (long histories), short, paper; auto goes by the dataset's split.")
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", help="A configuration in place of a preset: what learn tune wrote, or a Run's config.json."
    ),
]
SetOption = Annotated[list[str] | None, typer.Option("--set", help="A setting, e.g. training.epochs=5. Repeatable.")]
MapOption = Annotated[
    list[str] | None, typer.Option("--map", help="field=your_column, e.g. title=product. Repeatable.")
]
EncodingOption = Annotated[
    str | None, typer.Option(help="How the files' text is encoded, e.g. cp1252, gb18030; default: by content.")
]
SeparatorOption = Annotated[
    str | None, typer.Option(help="comma, semicolon, tab, pipe, colons or the sign; default: by content.")
]
ColumnsOption = Annotated[
    list[str] | None,
    typer.Option("--columns", help="Names for a file without a header: interactions=user_id,item_id. Repeatable."),
]
DateOrderOption = Annotated[
    str | None, typer.Option("--date-order", help="dmy or mdy: how dates such as 01/02/2024 are meant.")
]
FetchPicturesOption = Annotated[
    bool, typer.Option("--fetch-pictures", help="Fetch pictures that the items name by web address: it calls out.")
]
EngineOption = Annotated[
    str | None,
    typer.Option(help="duckdb: tables larger than memory, as Parquet or plain CSV; default: memory."),
]
LLMOption = Annotated[
    str | None,
    typer.Option(help="bundled, bundled-encoder, a Hugging Face id, a folder, or several with + between."),
]
VectorsOption = Annotated[
    Path | None,
    typer.Option(help="Your own vectors in place of an LLM: ids and numbers as Parquet, .npz, or .npy."),
]
ProcessesOption = Annotated[
    int | None,
    typer.Option(help="Processes that train together, sharing this machine's threads or each with a GPU of its own."),
]
ReadingEngineOption = Annotated[
    str, typer.Option(help="What reads: local (this process), or ray (a pool of workers, on one machine or many).")
]
AddressOption = Annotated[
    str | None, typer.Option(help="ray: a cluster that runs, as host:port or auto; default: Ray is started here.")
]
WorkersOption = Annotated[
    int | None, typer.Option(help="ray: how many hold the LLM; default: one for each GPU, or else for each core.")
]
RemoteCodeOption = Annotated[
    bool, typer.Option("--allow-remote-code", help="Run Python code that a model brings. It runs as you.")
]
PicklesOption = Annotated[
    bool, typer.Option("--allow-pickled-weights", help="Read weights that are no safetensors. They can run code.")
]
IndexOption = Annotated[
    str | None,
    typer.Option(
        help="What finds the items: exact, flat, hnsw, ivf, ivf-pq, milvus@PLACE. Default $LEARN_INDEX, or exact."
    ),
]
