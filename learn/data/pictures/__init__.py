"""Pictures of items: what a table says of them, read from files or the web, made small."""
