"""Pictures of items: which are kept, what becomes of the others, and that nothing outside is opened or called."""

import http.server
import io
import os
import threading
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import learn
from learn.data.changes import add_items
from learn.data.dataset import Dataset
from learn.data.pictures import web
from learn.data.pictures.references import looks_like_picture, references
from learn.data.pictures.shrink import MOST_PIXELS, shrink
from learn.data.report import render
from learn.data.thumbnails import FILE, Thumbnails
from learn.errors import LearnError

COLOURS = {"PNG": (255, 0, 0), "JPEG": (0, 128, 0), "WEBP": (0, 0, 255), "GIF": (255, 255, 0)}


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 200), colour=(255, 0, 0), **options) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, kind, **options)
    return made.getvalue()


def seen(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    assert image.format == "WEBP"
    return image.convert("RGB")


def shop(folder: Path, pictures: list, column: str = "image", **options) -> Dataset:
    folder.mkdir(exist_ok=True)
    n = len(pictures)
    items = pd.DataFrame({"item_id": [f"s{i}" for i in range(n)], "title": [f"thing {i}" for i in range(n)]})
    items[column] = pictures
    items.to_parquet(folder / "items.parquet")
    events = [(f"u{u}", f"s{(u + step) % n}", f"2024-01-{step + 1:02d}") for u in range(8) for step in range(4)]
    pd.DataFrame(events, columns=["user_id", "item_id", "timestamp"]).to_csv(folder / "events.csv", index=False)
    return learn.read_tables(folder / "items.parquet", folder / "events.csv", name="shop", **options)


@pytest.mark.parametrize("kind", COLOURS)
def test_a_picture_is_made_small_whatever_its_kind(kind):
    small = seen(shrink(picture(kind, colour=COLOURS[kind])))
    assert small.size == (128, 85)
    assert np.abs(np.array(small.getpixel((60, 40))) - COLOURS[kind]).max() <= 4


def test_what_is_transparent_is_white_and_what_lies_on_its_side_is_turned():
    clear = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(clear, "PNG")
    assert seen(shrink(clear.getvalue())).getpixel((10, 10)) == (255, 255, 255)
    notes = Image.Exif()
    notes[0x0112] = 6  # the camera was held upright
    assert seen(shrink(picture("JPEG", (200, 100), exif=notes))).size == (64, 128)


def test_nothing_of_a_file_but_its_pixels_is_kept():
    hostile = b"<script>alert(1)</script>"
    notes = Image.Exif()
    notes[0x010E] = hostile.decode()
    made = shrink(picture("JPEG", exif=notes) + hostile)
    assert b"script" not in made and not Image.open(io.BytesIO(made)).getexif()


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:40], picture("BMP"), picture("TIFF")],
    ids=["empty", "text", "svg", "cut", "bmp", "tiff"],
)
def test_what_is_no_picture_of_these_kinds_is_none(content):
    assert shrink(content) is None


def test_a_small_file_of_too_many_pixels_is_not_decoded():
    side = int(MOST_PIXELS**0.5) + 1
    bomb = io.BytesIO()
    Image.new("1", (side, side)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 1_000_000
    assert shrink(bomb.getvalue()) is None


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("a.png", "a.png"),
        ("['x/a.png', 'b.png']", "x/a.png"),
        ('[{"large": "https://h/a.jpg", "thumb": "t"}]', "https://h/a.jpg"),
        ("https://h/a.jpg|https://h/b.jpg", "https://h/a.jpg"),
        ("https://h/a,b.jpg, https://h/c.jpg", "https://h/a,b.jpg"),
        (["", "b.png"], "b.png"),
        ({"url": "c.png"}, "c.png"),
        ("[]", None),
        ("nan", None),
        (None, None),
        (float("nan"), None),
    ],
)
def test_a_cell_names_its_first_picture(cell, wanted):
    found = references(pd.Series([cell], dtype=object)).iloc[0]
    assert (None if pd.isna(found) else found) == wanted


def test_files_beside_the_table_are_kept_and_all_others_are_counted(tmp_path):
    (tmp_path / "secret.png").write_bytes(picture())
    folder = tmp_path / "shop"
    (folder / "pics").mkdir(parents=True)
    for name, kind in (("0.png", "PNG"), ("1.jpg", "JPEG"), ("named_png.txt", "GIF")):
        (folder / "pics" / name).write_bytes(picture(kind, colour=COLOURS[kind]))
    (folder / "bad.png").write_bytes(b"hello")
    (folder / "away.png").symlink_to(tmp_path / "secret.png")
    os.mkfifo(folder / "pipe.png")
    named = ["pics/0.png", "pics\\1.jpg", "./pics/named_png.txt", "bad.png", "none.png", "../secret.png", "away.png"]
    named += [str(tmp_path / "secret.png"), str(folder / "pics/0.png"), "https://example.org/a.png", "pipe.png", None]
    dataset = shop(folder, named)
    assert dataset.report["pictures"] == {"named": 11, "kept": 4}
    assert dataset.pictures.present.tolist() == [True] * 3 + [False] * 5 + [True] + [False] * 3
    middle = [seen(dataset.pictures.get(item)).getpixel((9, 9)) for item in range(3)]
    for colour, kind in zip(middle, ("PNG", "JPEG", "GIF"), strict=True):
        assert np.abs(np.array(colour) - COLOURS[kind]).max() <= 4
    found, examples = dataset.report["found"], dataset.report["examples"]
    assert examples["pictures_outside"] == ["s5", "s6", "s7"] and found["pictures_outside"] == 3
    assert examples["pictures_broken"] == ["s3"] and found["pictures_broken"] == 1
    assert examples["pictures_absent"] == ["s4", "s10"] and found["pictures_absent"] == 2
    assert examples["pictures_unfetched"] == ["s9"] and found["pictures_unfetched"] == 1
    said = "\n".join(render(dataset.report))
    assert "of 4 items, 11 name one" in said and "--fetch-pictures" in said
    assert "3 (25.0%: s5, s6, s7) items whose picture lies outside the folder" in said


@pytest.mark.parametrize("column", ["image_path", "Picture", "img", "photo", "imageURL", "Image-Path"])
def test_a_column_of_pictures_is_known_by_many_names(tmp_path, column):
    (tmp_path / "a.png").write_bytes(picture())
    assert shop(tmp_path, ["a.png", None, None], column).pictures.present.tolist() == [True, False, False]


def test_a_column_of_another_name_is_mapped(tmp_path):
    (tmp_path / "a.png").write_bytes(picture())
    assert shop(tmp_path, ["a.png", None, None], "look").pictures is None
    assert shop(tmp_path, ["a.png", None, None], "look", mapping=["image=look"]).pictures is not None


def test_a_column_that_only_has_the_name_is_said_to_hold_none(tmp_path):
    dataset = shop(tmp_path, ["yes", "no", "yes"])
    assert dataset.pictures is None and "pictures" not in dataset.report
    assert any("holds neither file names nor web addresses" in line for line in render(dataset.report))
    assert not looks_like_picture("yes") and looks_like_picture("a.png") and looks_like_picture("//h/a")


def test_pictures_survive_saving_and_items_that_come_later(tmp_path):
    (tmp_path / "a.png").write_bytes(picture())
    (tmp_path / "b.png").write_bytes(picture(colour=(0, 0, 255)))
    made = shop(tmp_path, ["a.png", None, None, "a.png"])
    made.save(tmp_path / "kept" / "shop")
    read = Dataset.load(tmp_path / "kept" / "shop")
    assert [read.pictures.get(item) for item in range(5)] == [made.pictures.get(item) for item in range(5)]
    assert read.fingerprint == made.fingerprint and read.pictures.get(-1) == b""
    more = tmp_path / "more.csv"
    more.write_text("item_id,title,image\ns9,thing 9,b.png\ns1,thing 1,a.png\n")
    change = add_items(read.with_split(made.split), more)
    assert "2 pictures of 2 that are named were taken." in change.notes
    change.dataset.save(tmp_path / "kept" / "shop")
    again = Dataset.load(tmp_path / "kept" / "shop").pictures
    assert again.present.tolist() == [True, True, False, True, True]
    assert again.get(1) == made.pictures.get(0) and seen(again.get(4)).getpixel((9, 9))[2] > 250


def test_a_dataset_without_pictures_has_no_file_of_them(tmp_path):
    plain = shop(tmp_path, ["x", "y", "z"], "other")
    plain.save(tmp_path / "kept" / "shop")
    assert sorted(path.name for path in (tmp_path / "kept" / "shop").glob("pictures*")) == []
    assert Dataset.load(tmp_path / "kept" / "shop").pictures is None


def test_damaged_pictures_are_refused_by_name(tmp_path):
    (tmp_path / "a.png").write_bytes(picture())
    shop(tmp_path, ["a.png", None, None]).save(tmp_path / "kept" / "shop")
    file = tmp_path / "kept" / "shop" / FILE
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(LearnError, match=FILE):
        Dataset.load(tmp_path / "kept" / "shop")


def test_an_address_is_a_data_uri(tmp_path):
    pictures = Thumbnails.of([b"", b"abc"])
    assert pictures.address(0) == "" and pictures.address(1) == "data:image/webp;base64,YWJj"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1", "fe80::1",
     "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%eth0"],
)  # fmt: skip
def test_no_private_address_is_called(address):
    assert not web.is_public(address, 80)


def test_public_addresses_are_called_at_the_webs_ports_alone():
    assert web.is_public("93.184.216.34", 443) and web.is_public("2606:2800:220:1:248:1893:25c8:1946", 80)
    assert not web.is_public("93.184.216.34", 22)


class _Answers(http.server.BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", "/a.png")
            self.end_headers()
            return
        content = {"/a.png": picture(), "/page": b"<html>"}.get(self.path)
        self.send_response(200 if content else 404)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def host():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _Answers.asked.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_web_addresses_are_fetched_where_it_was_asked_for(tmp_path, host, monkeypatch):
    named = [f"{host}/a.png", f"{host}/moved", f"{host}/page", f"{host}/none", f"{host}/a.png"]
    assert shop(tmp_path, named).report["found"]["pictures_unfetched"] == 5 and _Answers.asked == []
    private = shop(tmp_path, named, fetch_pictures=True)
    assert private.pictures is None and private.report["found"]["pictures_absent"] == 5 and _Answers.asked == []
    monkeypatch.setattr(web.Fetcher.__init__, "__defaults__", (lambda address, port: True,))
    fetched = shop(tmp_path, named, fetch_pictures=True)
    assert fetched.pictures.present.tolist() == [True, True, False, False, True]
    assert fetched.report["examples"]["pictures_broken"] == ["s2"]
    assert fetched.report["examples"]["pictures_absent"] == ["s3"]
    assert sorted(_Answers.asked) == ["/a.png", "/a.png", "/moved", "/none", "/page"]


def test_addresses_that_are_none_or_lead_elsewhere_are_not_called(host, monkeypatch):
    fetch = web.Fetcher(lambda address, port: True)
    wrong = ["file:///etc/passwd", "ftp://h/a", "http://", "http://u:p@h/a.png", "http://[", "http://h:99999/a"]
    for address in [*wrong, host.replace("//", "//u@")]:
        assert fetch(address) is None
    monkeypatch.setattr(web, "MOST_BYTES", 10)
    assert fetch(f"{host}/a.png") is None
    only_first = web.Fetcher(lambda address, port: address != "127.0.0.1")
    assert only_first(f"{host}/a.png") is None
    assert _Answers.asked == ["/a.png"]
