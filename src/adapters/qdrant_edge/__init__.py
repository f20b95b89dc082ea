"""Qdrant's engine in one process of ours, for a laptop, behind the part of Qdrant's REST API that we use.

What it does not know it refuses, where a server might do something else.
"""
