"""A search for a user's own settings, by validation alone; it can be stopped at any time and goes on later."""
