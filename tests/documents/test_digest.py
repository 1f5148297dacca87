"""The digest is of what a document says."""

from typing import Any

import pytest

from fikoadmin.documents import digest
from tests.documents.samples import bare, changed, exported


def test_the_digest_is_of_what_a_document_says() -> None:
    document = bare()
    same = exported(document)
    same["workflow"]["start_date"] = None
    assert digest(same) == digest(document)
    same["nodes"][0]["position_x"] = 250
    same["nodes"][2]["key_values"] = []
    assert digest(same) == digest(document)


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        (("workflow", "name"), "Redirect to Human Support "),
        (("nodes", 0, "keywords"), ["help", "support", "agent", "human"]),
        (("nodes", 0, "is_active"), False),
        (("connections", 0, "connection_type"), "failure"),
        (("nodes", 2, "delay_amount"), 1),
    ],
)
def test_the_digest_tells_different_documents_apart(steps: tuple[Any, ...], value: Any) -> None:
    assert digest(changed(*steps, to=value)) != digest(bare())


def test_the_digest_knows_one_moment_by_two_names() -> None:
    utc, tehran = (
        changed("workflow", "start_date", to=text) for text in ("2025-10-15T18:45:00.000Z", "2025-10-15T22:15:00+03:30")
    )
    assert digest(utc) == digest(tehran) != digest(bare())
