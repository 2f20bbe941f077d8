"""The address that What moved had: it opens the Atlas comparing the same two spaces."""

import streamlit as st

from app.shared import url

query = {key: st.query_params.get_all(key) for key in st.query_params if key != url.NEAREST}
st.switch_page("views/atlas.py", query_params=query)
