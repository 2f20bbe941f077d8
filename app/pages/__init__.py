"""One file a page; each also runs alone."""
