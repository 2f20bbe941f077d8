"""PAL, the preference alignment module: one transformer, a user tower and the item towers on it."""
