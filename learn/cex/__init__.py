"""CEX, the content extraction module: what the frozen LLM makes of an item's text, read once and stored."""
