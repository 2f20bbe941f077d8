"""A Run, trained, counted or imported, in one folder; and the one Recommender that answers for it."""
