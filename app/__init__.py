"""The Streamlit app: pages that show what `learn` computes."""
