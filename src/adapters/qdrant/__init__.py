"""Qdrant: where vectors are kept and searched. A server, or its engine on a laptop, by the same REST API."""
