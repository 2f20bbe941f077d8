"""Items in the plane: spaces, layouts, neighbours, regions, colours, and what changed between two spaces."""
