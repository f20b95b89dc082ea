"""Sentence-transformers: embeddings from a model on this machine, without a network.

`embedder.SentenceTransformersEmbedder` answers the port and never imports torch. The model lives in a
process of its own, `python -m aether.adapters.sentence_transformers`, and answers on a Unix socket. Somebody
else may run that process; otherwise the embedder starts, watches and ends one itself.
"""
