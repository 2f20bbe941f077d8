"""Small files in the shape of well-known datasets: ids, titles, categories and times are found without a mapping."""

from __future__ import annotations

import gzip
import json

import pytest

from learn.data.amazon import load_amazon
from learn.data.recbole import load_recbole
from learn.data.schema import Items
from learn.data.tables import load_tables
from learn.errors import LearnError
from tests.data.meaning import notes, order, times

# items, events, then of the first item: id, title, category, brand; and the first time.
SHAPES = {
    "movielens": (
        "movieId,title,genres\n1,Toy Story (1995),Adventure|Comedy\n2,Jumanji (1995),Adventure|Fantasy\n",
        "userId,movieId,rating,timestamp\n1,2,4.0,964982703\n1,1,4.0,964981247\n",
        ("1", "Toy Story (1995)", "Adventure|Comedy", None), "2000-07-30T18:20:47",
    ),
    "h&m": (
        "article_id,product_code,prod_name,product_type_name,product_group_name,detail_desc\n"
        "0108775015,0108775,Strap top,Vest top,Garment Upper body,Jersey top with narrow shoulder straps.\n",
        "t_dat,customer_id,article_id,price,sales_channel_id\n2018-09-20,000058a12d,0108775015,0.05,2\n",
        ("0108775015", "Strap top", "Garment Upper body", None), "2018-09-20T00:00:00",
    ),
    "h&m, zeros lost": (
        "article_id,product_code,prod_name,product_type_name,product_group_name,detail_desc\n"
        "0108775015,0108775,Strap top,Vest top,Garment Upper body,Jersey top with narrow shoulder straps.\n",
        "t_dat,customer_id,article_id,price,sales_channel_id\n2018-09-20,000058a12d,108775015,0.05,2\n",
        ("0108775015", "Strap top", "Garment Upper body", None), "2018-09-20T00:00:00",
    ),
    "rees46": (
        "product_id,name,category_code,brand,price\n3601530,Washer,appliances.kitchen.washer,lg,712.87\n"
        "1003461,Phone,electronics.smartphone,xiaomi,489.07\n1003462,Radio,electronics.audio,x,9\n",
        "event_time,event_type,product_id,user_id\n2019-11-01 00:00:00 UTC,view,1003461,520088904\n",
        ("3601530", "Washer", "appliances > kitchen > washer", "lg"), "2019-11-01T00:00:00",
    ),
    "retailrocket": (
        "itemid,title,category\n355908,Thing,1016\n",
        "timestamp,visitorid,event,itemid,transactionid\n1433221332117,257597,view,355908,\n",
        ("355908", "Thing", "1016", None), "2015-06-02T05:02:12",
    ),
    "steam": (
        "id,app_name,genres,tags,price,developer,publisher\n"
        "761140,Lost Summoner,\"['Action', 'Indie']\",\"['Strategy']\",4.99,K,Kotoshiro\n",
        "username,product_id,hours,date\nChaos,761140,0.1,2017-12-17\n",
        ("761140", "Lost Summoner", "Action > Indie", "Kotoshiro"), "2017-12-17T00:00:00",
    ),
    "goodreads": (
        "book_id,title,publisher,popular_shelves\n5333265,W.C. Fields,St. Martin's Press,"
        "\"[{'count': '3', 'name': 'to-read'}, {'count': '1', 'name': 'p'}]\"\n",
        "user_id,book_id,is_read,rating,date_added,date_updated\n"
        "8842,5333265,True,5,Fri Jan 01 12:00:05 -0800 2016,Sat Jan 02 12:00:05 -0800 2016\n",
        ("5333265", "W.C. Fields", None, "St. Martin's Press"), "2016-01-01T20:00:05",
    ),
    "yelp": (
        "business_id,name,city,stars,categories\n"
        "Pns2l4,Abby Rappoport,Santa Barbara,5.0,\"Doctors, Health & Medical\"\n",
        "review_id,user_id,business_id,stars,date,text\nKU_O5,mh_-e,Pns2l4,3.0,2018-07-07 22:09:11,Good\n",
        ("Pns2l4", "Abby Rappoport", "Doctors, Health & Medical", None), "2018-07-07T22:09:11",
    ),
    "mind": (
        "news_id,category,subcategory,title,abstract\n"
        "N55528,lifestyle,lifestyleroyals,The Brands Queen Elizabeth Swears By,Shop\n",
        "impression_id,user_id,time,news_id\n1,U13740,11/11/2019 9:05:58 AM,N55528\n"
        "2,U13740,11/14/2019 1:05:58 PM,N55528\n",
        ("N55528", "The Brands Queen Elizabeth Swears By", "lifestyle", None), "2019-11-11T09:05:58",
    ),
    "book-crossing": (
        "ISBN,Book-Title,Book-Author,Year-Of-Publication,Publisher\n"
        "0195153448,Classical Mythology,Mark Morford,2002,Oxford\n",
        "User-ID,ISBN,Book-Rating\n2,0195153448,0\n",
        ("0195153448", "Classical Mythology", None, "Oxford"), None,
    ),
    "uci retail": (
        "StockCode,Name\n85123A,WHITE HANGING HEART\n",
        "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n536365,85123A,6,12/31/2010 8:26,2.55,17850.0\n",
        ("85123A", "WHITE HANGING HEART", None, None), "2010-12-31T08:26:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_read_as_it_is(tmp_path, shape):
    items, events, (item, title, category, brand), first = SHAPES[shape]
    (tmp_path / "i.csv").write_text(items)
    (tmp_path / "x.csv").write_text(events)
    made = load_tables(tmp_path / "i.csv", tmp_path / "x.csv", "shape")
    row = made.items.iloc[0]
    assert (row[Items.ID], row[Items.TITLE]) == (item, title)
    for column, meant in ((Items.CATEGORY, category), (Items.BRAND, brand)):
        assert row[column] == meant if meant else row.isna()[column]
    assert (times(made)[0] if made.has_time else None) == first
    assert made.report["found"]["unknown_item_events"] == 0


def atomic(folder, item, inter="user_id:token\titem_id:token\trating:float\ttimestamp:float\nu\t1\t4\t1700166693\n"):
    (folder / "x.item").write_text(item)
    (folder / "x.inter").write_text(inter)
    return folder


@pytest.mark.parametrize(
    ("header", "cells", "title", "category"),
    [
        ("item_id:token\tmovie_name:token_seq\ttype:token_seq", "1\tToy Story\tComedy", "Toy Story", "Comedy"),
        ("item_id:token\tbook_title:token_seq\tbook_author:token", "1\tMythology\tMorford", "Mythology", None),
        ("item_id:token\tname:token_seq\tcategories:token_seq", "1\tBar\tFood, Bars", "Bar", "Food, Bars"),
        ("app_id:token\tapp_name:token\tgenres:token_seq", "1\tLost\tAction", "Lost", "Action"),
        ("artist_id:token\tartist_name:token", "1\tABBA", "ABBA", None),
    ],
)
def test_recboles_standard_names(tmp_path, header, cells, title, category):
    made = load_recbole(
        atomic(tmp_path, f"{header}\n{cells}\n", f"user_id:token\t{header.split(':')[0]}:token\nu\t1\n")
    )
    assert made.items[Items.ID].tolist() == ["1"]
    assert made.items[Items.TITLE].tolist() == [title]
    assert made.items[Items.CATEGORY].tolist() == [category] or category is None


def test_a_mapping_works_for_recbole(tmp_path):
    folder = atomic(tmp_path, "item_id:token\tsaid:token_seq\tname:token\n1\tred kettle\tx\n")
    assert load_recbole(folder, mapping=["title=said"]).items[Items.TITLE].tolist() == ["red kettle"]
    with pytest.raises(LearnError, match="there is no column 'nothing'"):
        load_recbole(folder, mapping=["title=nothing"])


def test_a_mapping_works_for_amazon_and_paths_of_2014_are_levels(tmp_path):
    meta = {"asin": "B1", "title": "Kettle &amp; lid", "categories": [["Home", "Kitchen"]], "feature": ["red", "big"]}
    review = {"reviewerID": "u", "asin": "B1", "unixReviewTime": 1400000000, "reviewTime": "05 13, 2014"}
    for name, record in (("meta.json.gz", meta), ("reviews.json.gz", review)):
        (tmp_path / name).write_bytes(gzip.compress(json.dumps(record).encode() + b"\n"))
    files = tmp_path / "meta.json.gz", tmp_path / "reviews.json.gz"
    made = load_amazon(*files, mapping=["attributes=feature", "timestamp=reviewTime"])
    assert made.items[Items.TITLE].tolist() == ["Kettle & lid"]
    assert made.items[Items.CATEGORY].tolist() == ["Home > Kitchen"]
    assert made.items[Items.ATTRIBUTES].tolist() == ["red, big"]
    assert times(made) == ["2014-05-13T00:00:00"]
    with pytest.raises(LearnError, match=r"attributes=nothing: no record of .* has a field 'nothing'"):
        load_amazon(*files, mapping=["attributes=nothing"])


def test_a_header_with_blanks_is_mapped_by_its_words(tmp_path):
    (tmp_path / "i.csv").write_text("item_id, product, maker\n1,Kettle,Ostra\n")
    (tmp_path / "x.csv").write_text("user_id,item_id\nu,1\n")
    made = load_tables(tmp_path / "i.csv", tmp_path / "x.csv", "x", ["title=product", "brand=maker"])
    assert made.items[[Items.TITLE, Items.BRAND]].to_numpy().tolist() == [["Kettle", "Ostra"]]
    assert order(made) == ["1"] and notes(made, "order") == ""
