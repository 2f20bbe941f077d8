"""The app's entry point: a router and nothing else. Run it with `streamlit run app/main.py`."""

import sys
from pathlib import Path

import streamlit as st

# Streamlit puts this file's own folder on the path, not the one that holds the package `app`.
root = str(Path(__file__).resolve().parent.parent)
if root not in sys.path:
    sys.path.insert(0, root)

from app.shared import collection, look, network, recommenders, url  # noqa: E402  (only now can it be found)
from learn.threads import wait_passively  # noqa: E402

wait_passively()

# The picture comes first: without one Streamlit asks another server for the page's own.
st.set_page_config(page_icon="🧭", layout="wide", initial_sidebar_state=240)
page = st.navigation(
    [
        st.Page("views/overview.py", title="Overview", icon=":material/monitoring:", default=True),
        st.Page("views/recommendations.py", title="Recommendations", icon=":material/format_list_numbered:"),
        st.Page("views/atlas.py", title="Atlas", icon=":material/map:"),
        st.Page("views/maps.py", title="Maps", visibility="hidden"),
        st.Page("views/moved.py", title="What moved", visibility="hidden"),
        st.Page("views/cold_start.py", title="Cold start", icon=":material/ac_unit:"),
        st.Page("views/new_user.py", title="New user", icon=":material/shopping_basket:"),
        st.Page("views/why.py", title="Why", icon=":material/psychology_alt:"),
        st.Page("views/compare.py", title="Compare", icon=":material/balance:"),
        st.Page("views/ranking.py", title="Ranking", icon=":material/sort:"),
        st.Page("views/benchmarks.py", title="Benchmarks", icon=":material/science:"),
        st.Page("views/bring.py", title="Bring your own", icon=":material/upload_file:"),
    ]
)
st.set_page_config(page_title=f"{page.title} · LEARN Explorer")
look.put_on()
network.let_in()
url.enter(page.url_path)
page.run()
recommenders.wake_llm()
collection.set_aside_once(page.url_path)  # what this page imports and opens stays
