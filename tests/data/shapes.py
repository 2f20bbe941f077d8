"""Small files in exactly the form in which well-known datasets are published, and what is right about each."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Published:
    """Two files as they are downloaded.

    Attributes:
        items, interactions: (name, content); a name that ends with .gz is packed.
        first: of the first item: id, title, category.
        events: (user, item) in the order of time, of the first user in the file's order.
        time: of that user's first event; None: there are no times.
        source: how they are read.
    """

    items: tuple[str, str | bytes]
    interactions: tuple[str, str | bytes]
    first: tuple[str, str | None, str | None]
    events: tuple[tuple[str, str], ...]
    time: str | None
    source: str = "tables"

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Both files in ``folder``."""
        paths = []
        for name, content in (self.items, self.interactions):
            raw = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
            paths.append(folder / name)
        return paths[0], paths[1]


def _lines(*records: object, literal: bool = False) -> str:
    return "".join(f"{record!r}\n" if literal else json.dumps(record) + "\n" for record in records)


_FLAGS = "0|0|0|1|1|1" + "|0" * 13
_NEWS = (
    "N88753\tlifestyle\tlifestyleroyals\tThe Brands Queen Elizabeth Swears By\tShop the \"notebooks\", jackets\t"
    "https://assets.msn.com/labs/mind/AAGH0ET.html\t[{\"Label\": \"Prince Philip\", \"Type\": \"P\"}]\t[]\n"
    "N45436\tnews\tnewsscienceandtechnology\t\"Walmart Slashes\tLots of deals.\thttps://x.com/a.html\t[]\t[]\n"
    "N23144\thealth\tweightloss\t50 Worst Habits\tThese::seem, harmless;\t\t[]\t[]\n"
)  # fmt: skip
_BEHAVIORS = (
    "1\tU13740\t11/11/2019 9:05:58 AM\tN88753 N45436\tN23144-1 N88753-0\n"
    "2\tU91836\t11/12/2019 6:11:30 PM\t\tN88753-0 N45436-1\n"
    "3\tU13740\t11/14/2019 7:01:48 AM\tN88753 N45436\tN45436-1 N88753-0 N23144-0\n"
)
PUBLISHED = {
    "ml-100k": Published(
        ("u.item", (
            f"1|Toy Story (1995)|01-Jan-1995||http://us.imdb.com/M/title-exact?Toy%20Story%20(1995)|{_FLAGS}\n"
            f"543|Misérables, Les (1995)|01-Jan-1995||http://us.imdb.com/M/x|{'0|' * 8}1{'|0' * 10}\n"
            f"267|unknown||||1{'|0' * 18}\n").encode("latin-1")),
        ("u.data", "196\t543\t3\t881250949\n196\t1\t3\t881250000\n22\t267\t1\t878887116\n"),
        ("1", "Toy Story (1995)", "Animation|Children's|Comedy"),
        (("196", "1"), ("196", "543")), "1997-12-04T15:40:00",
    ),
    "ml-1m": Published(
        ("movies.dat", (
            "1::Toy Story (1995)::Animation|Children's|Comedy\n2::Jumanji (1995)::Adventure|Children's|Fantasy\n"
            "3::Mission: Impossible (1996)::Comedy|Drama\n"
            "73::Misérables, Les (1995)::Drama|Musical\n").encode("latin-1")),
        ("ratings.dat", "1::73::5::978300760\n1::2::3::978302109\n1::3::3::978301968\n2::1::4::978298413\n"),
        ("1", "Toy Story (1995)", "Animation, Children's, Comedy"),
        (("1", "73"), ("1", "3"), ("1", "2")), "2000-12-31T22:12:40",
    ),
    "ml-latest-small": Published(
        ("movies.csv", 'movieId,title,genres\n1,Toy Story (1995),Adventure|Comedy\n11,"American President, The (1995)",'
                       "Comedy|Drama\n3,Heat (1995),Drama|Adventure\n"),
        ("ratings.csv", "userId,movieId,rating,timestamp\n1,11,4.0,964982703\n1,1,4.0,964981247\n2,3,5.0,964982224\n"),
        ("1", "Toy Story (1995)", "Adventure, Comedy"),
        (("1", "1"), ("1", "11")), "2000-07-30T18:20:47",
    ),
    "amazon 2014": Published(
        ("meta_Musical_Instruments.json.gz", _lines(
            {"asin": "0006428320", "title": "Six Sonatas &amp; more", "price": 17.95, "salesRank": {"Musical": 207315},
             "imUrl": "http://x.jpg", "categories": [["Musical Instruments", "Flutes"]]},
            {"asin": "0014072149", "title": "It's a \"Double\" Concerto", "related": {"also_viewed": ["B003"]},
             "categories": [["Musical Instruments"]]}, literal=True)),
        ("reviews_Musical_Instruments_5.json.gz", _lines(
            {"reviewerID": "A1YS9MDZP93857", "asin": "0014072149", "helpful": [0, 0], "reviewText": "Good",
             "overall": 3.0, "summary": "x", "unixReviewTime": 1394496000, "reviewTime": "03 11, 2014"},
            {"reviewerID": "A1YS9MDZP93857", "asin": "0006428320", "helpful": [1, 2], "reviewText": "Fine",
             "overall": 5.0, "summary": "y", "unixReviewTime": 1370476800, "reviewTime": "06 6, 2013"})),
        ("0006428320", "Six Sonatas & more", "Musical Instruments > Flutes"),
        (("A1YS9MDZP93857", "0006428320"), ("A1YS9MDZP93857", "0014072149")), "2013-06-06T00:00:00", "amazon",
    ),
    "amazon 2018": Published(
        ("meta_Gift_Cards.json.gz", _lines(
            {"category": ["Gift Cards", "Home"], "title": "Serenity Card", "brand": "Spa", "price": "$50.00",
             "asin": "B001GXRQW0", "main_cat": "Gift Cards", "feature": ["a"]},
            {"category": ["Gift Cards"], "title": "Card", "brand": "X", "price": "", "asin": "B001H53QE4"})),
        ("Gift_Cards_5.json.gz", _lines(
            {"overall": 5.0, "verified": True, "reviewTime": "12 19, 2008", "reviewerID": "APV13CM0919JD",
             "asin": "B001GXRQW0", "style": {"Gift Amount:": " 50"},
             "reviewText": "Amazon", "unixReviewTime": 1229644800},
            {"overall": 5.0, "reviewerID": "APV13CM0919JD", "asin": "B001H53QE4", "unixReviewTime": 1229731200})),
        ("B001GXRQW0", "Serenity Card", "Gift Cards > Home"),
        (("APV13CM0919JD", "B001GXRQW0"), ("APV13CM0919JD", "B001H53QE4")), "2008-12-19T00:00:00", "amazon",
    ),
    "amazon 2023": Published(
        ("meta_All_Beauty.jsonl.gz", _lines(
            {"main_category": "All Beauty", "title": "Howard LC0008", "average_rating": 4.8, "price": None,
             "features": [], "description": [], "store": "Howard", "categories": ["Hair", "Combs"],
             "details": {"Size": "8 oz"},
             "parent_asin": "B01CUPMQZE"},
            {"main_category": "All Beauty", "title": "Yes To", "store": "Yes", "categories": [],
             "parent_asin": "B076"})),
        ("All_Beauty.jsonl.gz", _lines(
            {"rating": 5.0, "title": "Such", "text": "x", "images": [], "asin": "B00YQ6X8EO", "parent_asin": "B076",
             "user_id": "AGKHLEW2", "timestamp": 1588687728923, "helpful_vote": 0, "verified_purchase": True},
            {"rating": 4.0, "asin": "B01", "parent_asin": "B01CUPMQZE", "user_id": "AGKHLEW2",
             "timestamp": 1588615855070})),
        ("B01CUPMQZE", "Howard LC0008", "Hair > Combs"),
        (("AGKHLEW2", "B01CUPMQZE"), ("AGKHLEW2", "B076")), "2020-05-04T18:10:55.070000", "amazon",
    ),
    "mind": Published(
        ("news.tsv", _NEWS), ("behaviors.tsv", _BEHAVIORS),
        ("N88753", "The Brands Queen Elizabeth Swears By", "lifestyle"),
        (("U13740", "N88753"), ("U13740", "N45436"), ("U13740", "N23144"), ("U13740", "N45436")),
        "2019-11-11T09:05:58",
    ),
    "h&m": Published(
        ("articles.csv",
         "article_id,product_code,prod_name,product_type_no,product_type_name,product_group_name,detail_desc\n"
         '0108775015,0108775,Strap top,253,Vest top,Garment Upper body,"Jersey top, with straps."\n'
         "0110065001,0110065,OP T-shirt (Idro),306,Bra,Underwear,Microfibre bra.\n"),
        ("transactions_train.csv",
         "t_dat,customer_id,article_id,price,sales_channel_id\n2018-09-21,000058a12d,0110065001,0.0304915,2\n"
         "2018-09-20,000058a12d,0108775015,0.0508305,2\n"),
        ("0108775015", "Strap top", "Garment Upper body"),
        (("000058a12d", "0108775015"), ("000058a12d", "0110065001")), "2018-09-20T00:00:00",
    ),
    "retailrocket": Published(
        ("item_properties_part1.csv",
         "timestamp,itemid,property,value\n1435460400000,460429,categoryid,1338\n"
         "1433041200000,460429,categoryid,1000\n1435460400000,460429,888,1116713 960601 n277.200\n"
         "1435460400000,206783,888,1116713 n552.000\n1435460400000,206783,categoryid,1121\n"
         "1435460400000,206783,available,1\n"),
        ("events.csv",
         "timestamp,visitorid,event,itemid,transactionid\n1433221332117,257597,view,206783,\n"
         "1433224214164,992329,view,460429,\n1433221999827,257597,transaction,460429,4000\n"),
        ("460429", None, "1338"),
        (("257597", "206783"), ("257597", "460429")), "2015-06-02T05:02:12.117000",
    ),
    "steam": Published(
        ("steam_games.json.gz",
         "{u'publisher': u'Kotoshiro', u'genres': [u'Action', u'Indie'], u'app_name': u'Lost Summoner Kitty', "
         "u'title': u'Lost Summoner Kitty', u'tags': [u'Strategy', u'Action'], u'price': 4.99, u'id': u'761140'}\n"
         "{u'app_name': u\"Ironbound's\", u'title': u\"Ironbound's\", u'genres': [u'Free to Play'], "
         "u'price': u'Free To Play', u'id': u'643980', u'early_access': False}\n"),
        ("steam_reviews.json.gz",
         "{u'username': u'Chaos Syren', u'hours': 0.1, u'products': 41, u'product_id': u'643980', "
         "u'page_order': 0, u'date': u'2017-12-17', u'text': u'This would not be acceptable', u'page': 1}\n"
         "{u'username': u'Chaos Syren', u'hours': 5.1, u'product_id': u'761140', u'page_order': 1, "
         "u'date': u'2017-12-16', u'text': u\"It's fine\", u'page': 1}\n"),
        ("761140", "Lost Summoner Kitty", "Action > Indie"),
        (("Chaos Syren", "761140"), ("Chaos Syren", "643980")), "2017-12-16T00:00:00",
    ),
    "goodreads": Published(
        ("goodreads_books_poetry.json.gz", _lines(
            {"isbn": "", "popular_shelves": [{"count": "8", "name": "poetry"}, {"count": "2", "name": "to-read"}],
             "asin": "", "description": "A book.", "authors": [{"author_id": "59", "role": ""}], "publisher": "Knopf",
             "book_id": "16037549", "title": "Growing", "title_without_series": "Growing"},
            {"isbn": "03", "popular_shelves": [], "asin": "B01", "authors": [], "publisher": "", "book_id": "2926",
             "title": "Louder"})),
        ("goodreads_interactions_poetry.json.gz", _lines(
            {"user_id": "a37011", "book_id": "2926", "review_id": "r1", "is_read": False, "rating": 0,
             "date_added": "Thu Dec 03 14:27:19 -0800 2015", "date_updated": "Thu Dec 03 14:27:19 -0800 2015"},
            {"user_id": "a37011", "book_id": "16037549", "review_id": "r2", "is_read": True, "rating": 5,
             "date_added": "Mon Nov 30 12:00:00 -0800 2015", "date_updated": "Thu Dec 03 14:27:18 -0800 2015"})),
        ("16037549", "Growing", None),
        (("a37011", "16037549"), ("a37011", "2926")), "2015-11-30T20:00:00",
    ),
    "yelp": Published(
        ("yelp_academic_dataset_business.json", _lines(
            {"business_id": "Pns2l4", "name": "Abby", "city": "Santa Barbara", "stars": 5.0, "review_count": 7,
             "is_open": 0, "attributes": {"ByAppointmentOnly": "True"}, "categories": "Doctors, Health & Medical",
             "hours": None},
            {"business_id": "mpf3x", "name": "The UPS Store", "city": "Affton", "stars": 3.0, "attributes": None,
             "categories": "Shipping Centers, Doctors", "hours": {"Monday": "0:0-0:0"}},
            {"business_id": "tUF", "name": "Target", "city": "Tucson", "categories": "Health & Medical, Shopping"})),
        ("yelp_academic_dataset_review.json", _lines(
            {"review_id": "KU_O5", "user_id": "mh_-e", "business_id": "mpf3x", "stars": 3.0, "useful": 0,
             "text": "Good\n\nplace", "date": "2018-07-07 22:09:11"},
            {"review_id": "BiTun", "user_id": "mh_-e", "business_id": "Pns2l4", "stars": 5.0, "text": "Wow",
             "date": "2012-01-03 15:28:18"})),
        ("Pns2l4", "Abby", "Doctors, Health & Medical"),
        (("mh_-e", "Pns2l4"), ("mh_-e", "mpf3x")), "2012-01-03T15:28:18",
    ),
    "book-crossing": Published(
        ("BX-Books.csv", (
            '"ISBN";"Book-Title";"Book-Author";"Year-Of-Publication";"Publisher";"Image-URL-S"\n'
            '"0195153448";"Classical Mythology";"Mark P. O. Morford";"2002";"Oxford University Press";"http://x.jpg"\n'
            '"3404921038";"Wie ein Stein, der fällt; Mädchen";"Jürgen Höß";"1999";"Lübbe &amp; Söhne";"y"\n'
            ).encode("latin-1")),
        ("BX-Book-Ratings.csv",
         '"User-ID";"ISBN";"Book-Rating"\n"276725";"3404921038";"0"\n"276725";"0195153448";"5"\n'),
        ("0195153448", "Classical Mythology", None),
        (("276725", "3404921038"), ("276725", "0195153448")), None,
    ),
}  # fmt: skip
