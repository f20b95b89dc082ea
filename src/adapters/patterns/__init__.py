"""Patterns: finds what is sensitive by how it looks, in time proportional to the text.

`detector.PatternDetector` answers the port. RE2 runs the patterns of `rules`, none of which can be made
to look at a place again and again; what they match is judged by `judges`, with the checksums of
the domain and the words before it.
"""
