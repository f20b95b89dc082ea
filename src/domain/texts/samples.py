"""Samples: which chunks have vectors where tables are so long that not all of them can.

Every row of a table is found by its words. By meaning are found, of the chunks that lie within one table,
the first, which say what its columns are, and a sample of the others; whatever else a document says is found
by meaning too. The sample is drawn by what the chunks say and not by where they stand: a text that is read
again has the same one, and an edit changes no more of it than chunks of the text. What is said again is drawn
after all that is said for the first time.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from aether.domain.texts.chunks import ChunkText
from aether.domain.texts.extracted import BlockKind, Extracted


def vectored(extracted: Extracted, chunks: Sequence[ChunkText], *, most: int | None) -> list[bool]:
    """Whether each chunk is to have a vector.

    Of those within tables *most* are, or all where that is none; of the others all.
    """
    within = list(_within_tables(extracted, chunks))
    if most is None or len(within) <= most:
        return [True] * len(chunks)
    first = (most + 1) // 2
    drawn = sorted(_lots(within)[first:])[: most - first]
    left_out = {chunk.ordinal for chunk in within[first:]} - {ordinal for _, _, ordinal in drawn}
    return [chunk.ordinal not in left_out for chunk in chunks]


def _within_tables(extracted: Extracted, chunks: Sequence[ChunkText]) -> Iterator[ChunkText]:
    """Those of the chunks that say a part of one table, or all of it, and nothing else."""
    begins = [block.start for block in extracted.blocks]
    for chunk in chunks:
        block = extracted.blocks[bisect_right(begins, chunk.start) - 1]
        if block.kind is BlockKind.TABLE and chunk.end <= block.end:
            yield chunk


def _lots(chunks: Sequence[ChunkText]) -> list[tuple[int, str, int]]:
    """By what each chunk is drawn, the lowest first: how often it was said before, then its hash."""
    said = Counter[str]()
    lots = []
    for chunk in chunks:
        lots.append((said[chunk.sha256], chunk.sha256, chunk.ordinal))
        said[chunk.sha256] += 1
    return lots
