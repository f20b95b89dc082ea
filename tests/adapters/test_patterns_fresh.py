"""The detector on documents that were marked by somebody who had not read its rules."""

import re

import pytest

from aether.adapters.patterns.detector import PatternDetector
from aether.domain.sensitive import SensitiveKind
from tests.adapters import planted_fresh, planted_proofs

DETECTOR = PatternDetector()
DOCUMENTS = planted_fresh.documents()

PRECISION = 0.98
RECALL = 0.76


def test_there_is_enough_to_measure() -> None:
    planted = [kind for document in DOCUMENTS for kind, _, _ in document.planted]

    assert set(planted) == set(SensitiveKind)
    assert len(planted) >= 500
    assert sum(len(document.lookalikes) for document in DOCUMENTS) >= 1_500


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda it: it.name)
def test_every_planted_number_proves_itself_by_arithmetic_of_its_own(
    document: planted_fresh.Document,
) -> None:
    for kind, start, end in document.planted:
        assert planted_proofs.proves(kind, document.text[start:end]), (kind, document.text[start:end])


def test_precision_and_recall_on_documents_as_people_have_them() -> None:
    score = planted_fresh.score(DETECTOR, DOCUMENTS)

    assert score.precision >= PRECISION, score.table()
    assert score.recall >= RECALL, score.table()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda it: it.name)
def test_hardly_any_number_that_only_looks_like_something_is_taken_for_it(
    document: planted_fresh.Document,
) -> None:
    planted = sorted((start, end) for _, start, end in document.planted)

    strangers = [
        it
        for it in DETECTOR.find(document.text)
        if not any(it.start < end and start < it.end for start, end in planted)
    ]

    assert len(strangers) <= len(document.lookalikes) / 100, strangers


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda it: it.name)
def test_no_mask_shows_more_than_the_ends_of_what_it_hides(document: planted_fresh.Document) -> None:
    for it in DETECTOR.find(document.text):
        value = re.sub(r"\W", "", document.text[it.start : it.end])
        shown = re.sub(r"\W", "", it.masked)
        assert value not in shown
