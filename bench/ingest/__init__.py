"""Ingest: reading files beside kreuzberg and markitdown, and a whole Aether at work. `make bench-ingest`."""
