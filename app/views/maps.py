"""The address that the maps had: it opens the Atlas with the same choices."""

import streamlit as st

st.switch_page("views/atlas.py", query_params={key: st.query_params.get_all(key) for key in st.query_params})
