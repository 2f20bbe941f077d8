"""From content embeddings to a trained Run: examples, batches, the loop, and Runs carried to another dataset."""
