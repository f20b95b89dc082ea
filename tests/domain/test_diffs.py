import random

import pytest

from aether.domain.diffs import CONTEXT, EDITS_MOST, LINES_MOST, DiffTooLarge, Hunk, LineKind, diff


def told(hunks: list[Hunk]) -> list[str]:
    """The hunks as `diff -u` tells them."""
    signs = {LineKind.SAME: " ", LineKind.ADDED: "+", LineKind.REMOVED: "-"}
    return [signs[line.kind] + line.text for hunk in hunks for line in hunk.lines]


def patched(old: str, hunks: list[Hunk]) -> str:
    """*old* as the hunks change it."""
    lines, made, place = old.split("\n"), [], 0
    for hunk in hunks:
        made += lines[place : hunk.before - 1]
        assert len(made) == hunk.after - 1
        place = hunk.before - 1
        for line in hunk.lines:
            if line.kind is not LineKind.ADDED:
                assert lines[place] == line.text
                place += 1
            if line.kind is not LineKind.REMOVED:
                made.append(line.text)
    return "\n".join([*made, *lines[place:]])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a", "a", []),
        ("", "", []),
        ("", "a", ["-", "+a"]),
        ("a\nb\nc", "a\nx\nc", [" a", "-b", "+x", " c"]),
        ("a\nb", "a\nb\nc", [" a", " b", "+c"]),
        ("b\nc", "a\nb\nc", ["+a", " b", " c"]),
        ("a\nb\nc", "c", ["-a", "-b", " c"]),
    ],
)
def test_few_lines_tell_what_changed(old: str, new: str, expected: list[str]) -> None:
    assert told(list(diff(old, new))) == expected


def test_hunks_that_are_far_apart_are_told_apart_with_their_lines() -> None:
    old = [str(n) for n in range(1, 41)]
    new = [*old[:4], "five", *old[5:29], *old[30:]]

    first, second = diff("\n".join(old), "\n".join(new))

    assert (first.before, first.after, len(first.lines)) == (2, 2, 2 * CONTEXT + 2)
    assert (second.before, second.after, len(second.lines)) == (27, 27, 2 * CONTEXT + 1)


def test_every_diff_leads_from_one_text_to_the_other_in_the_fewest_lines() -> None:
    chance = random.Random(7)
    for _ in range(300):
        old = [chance.choice("abcd") for _ in range(chance.randrange(1, 14))]
        new = [chance.choice("abcd") for _ in range(chance.randrange(1, 14))]

        hunks = list(diff("\n".join(old), "\n".join(new)))

        assert patched("\n".join(old), hunks) == "\n".join(new)
        edits = sum(line[0] in "+-" for line in told(hunks))
        assert edits == len(old) + len(new) - 2 * longest(old, new)


def longest(old: list[str], new: list[str]) -> int:
    """How many lines the longest common subsequence has."""
    row = [0] * (len(new) + 1)
    for a in old:
        above = row[:]
        for place, b in enumerate(new, 1):
            row[place] = above[place - 1] + 1 if a == b else max(above[place], row[place - 1])
    return row[-1]


def test_long_texts_that_differ_little_are_compared() -> None:
    old = [f"line {n}" for n in range(100_000)]
    new = [*old[:10], "new", *old[10:99_990], *old[99_991:]]

    assert [line for line in told(list(diff("\n".join(old), "\n".join(new)))) if line[0] != " "] == [
        "+new",
        "-line 99990",
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n" * LINES_MOST, ""),
        ("\n".join(f"a{n}" for n in range(EDITS_MOST)), "\n".join(f"b{n}" for n in range(EDITS_MOST))),
        ("a" * 600_000, "b" * 600_000),
    ],
)
def test_what_would_take_too_long_or_too_much_is_refused(old: str, new: str) -> None:
    with pytest.raises(DiffTooLarge):
        diff(old, new)
