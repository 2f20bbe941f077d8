"""One file a page; each also runs alone.

Not called "pages": Streamlit would serve a folder of that name by itself, past the router, when a link is opened first.
"""
