"""Extraction: reads files in a process of their own, so that no file can hurt more than itself.

`reader.ChildReader` answers the port. For each file it starts `python -m aether.adapters.extraction`,
which confines itself, tells by the bytes what the file is (`kinds`), and lets the reader
of that format (`formats`) fill a draft. A further format is a module with a `read` and a row in
that table.
"""
