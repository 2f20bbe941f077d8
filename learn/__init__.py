"""LEARN: a frozen LLM describes items, a small transformer aligns the descriptions with what people buy.

Jia et al., *LEARN: Knowledge Adaptation from Large Language Model to Recommendation for Practical Industrial
Application*, AAAI 2025, arXiv 2405.03988. Read the package in the paper's order: ``data`` -> ``cex`` -> ``sampling`` ->
``pal`` -> ``objective`` -> ``training`` -> ``retrieval`` -> ``evaluation`` -> ``explore``.

Importing ``learn`` is cheap: torch, transformers and faiss are imported only by the modules that compute with them.

Letters used in every shape: B users in a batch, H history length, T target length, N_h and N_t sampled positions,
L tokens of a prompt, D_llm the LLM's hidden size, D the PAL's, D_out = 64; U users, N items of the catalogue.
"""

__version__ = "0.1.0"
