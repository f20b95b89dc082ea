"""Sensitive: what a text says that is not for everybody, such as card numbers and passwords.

A find is a place in a text, what stands there, how sure that is, and a mask: the value as it may
be shown. The value itself is in the text and nowhere else: not in the find, nor in
anything that is logged, told or kept because of it. Where two finds overlap, the
longer stands, and of equally long ones the surer.

Numbers that prove themselves (a checksum, a date within) are finds wherever they stand;
those that do not take a word nearby that says what they are.
"""

from aether.domain.sensitive.finds import Detector, Find, resolved
from aether.domain.sensitive.kinds import SensitiveKind
from aether.domain.sensitive.masks import DOT, masked

__all__ = [
    "DOT",
    "Detector",
    "Find",
    "SensitiveKind",
    "masked",
    "resolved",
]
