"""Texts: what a document says, and the chunks in which it is found again.

A text is the blocks of a document in reading order, parted by blank lines; what a page
shows outside its body (headers, footers, notes, comments) follows the body. A place in
it is a range of code points and never moves while the version of the document lives.
Chunks are ranges that fit an embedding model: each visible character lies in exactly one,
and they follow the structure as far as the model's limit lets them.
"""

from aether.domain.texts.chunks import ChunkText, CountTokens, EarlierChunk, chunks_of
from aether.domain.texts.extracted import Block, BlockKind, Box, Draft, Extracted, Page, Role, Span
from aether.domain.texts.reading import (
    Member,
    MemberSpoiled,
    OnMember,
    OnStretch,
    Progress,
    Reader,
    ReaderDown,
    Stretch,
)
from aether.domain.texts.refusals import (
    FileBroken,
    FileEncrypted,
    FileMislabelled,
    FileTooComplex,
    FileUnreadable,
    FileUnsupported,
)
from aether.domain.texts.samples import vectored
from aether.domain.texts.sections import Section, sections_of
from aether.domain.texts.tables import JOINT, Cell, Grid, Layout, Merge

__all__ = [
    "JOINT",
    "Block",
    "BlockKind",
    "Box",
    "Cell",
    "ChunkText",
    "CountTokens",
    "Draft",
    "EarlierChunk",
    "Extracted",
    "FileBroken",
    "FileEncrypted",
    "FileMislabelled",
    "FileTooComplex",
    "FileUnreadable",
    "FileUnsupported",
    "Grid",
    "Layout",
    "Member",
    "MemberSpoiled",
    "Merge",
    "OnMember",
    "OnStretch",
    "Page",
    "Progress",
    "Reader",
    "ReaderDown",
    "Role",
    "Section",
    "Span",
    "Stretch",
    "chunks_of",
    "sections_of",
    "vectored",
]
