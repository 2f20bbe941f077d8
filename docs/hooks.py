"""What MkDocs needs beyond docs/: the pictures of assets/, and links that lead out of docs/ as plain words.

The pages are written to be read where code is browsed, too: there `../assets/atlas.png` is a picture and
`../learn/config` a folder.
"""

import re
from pathlib import Path

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = re.compile(r"(?<!!)\[([^\]]+)\]\(\.\./(?!assets/[^)]*\.png)[^)]+\)")


def on_files(files, config):
    """Adds the pictures to what is built."""
    for picture in sorted((ROOT / "assets").glob("*.png")):
        files.append(File.generated(config, f"assets/{picture.name}", abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown, **_):
    """Points at the added pictures, and takes the link off what the site does not have."""
    return OUTSIDE.sub(r"\1", markdown).replace("](../assets/", "](assets/")
