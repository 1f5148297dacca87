"""F12: malformed documents are read or refused at a place, in memory that fits their size."""

import copy
import json
import random
import tracemalloc

from fikoadmin.documents import digest, read, read_value
from fikoadmin.engine.findings import findings
from fikoadmin.errors import Invalid
from tests.documents.malformed import COMMON, huge
from tests.documents.samples import SAMPLES, bare


def told(error: Invalid) -> str:
    """What a refusal says: a place and a reason, in characters that can leave the process."""
    assert error.field
    assert error.reason
    return str(error).encode().decode()


def outcome(raw: str) -> str:
    """`read`, or the place of the one error; anything else is a failure of the test."""
    try:
        document = read(raw.encode("utf-8", "surrogatepass"))
    except Invalid as error:
        return told(error)
    again = read_value(json.loads(json.dumps(document.with_new_ids().bare())))
    assert digest(again.bare()) == digest(document.bare())
    assert all(finding.message for finding in findings(document.bare()))
    return "read"


def test_f12_p26_p29_malformed_documents_are_read_or_refused_at_a_place() -> None:
    """500 variants; the pages and the API are given the same kinds of bodies in their own tests."""
    chance = random.Random(12)
    variants = [*COMMON * 70, *[huge] * 10]
    envelopes = [json.loads(path.read_text(encoding="utf-8")) for path in SAMPLES]
    raws = [make(chance, copy.deepcopy(envelopes[n % 2]["workflow_data"])) for n, make in enumerate(variants)]
    outcomes = [outcome(raw) for raw in raws]
    assert len(outcomes) == 500
    assert 50 < outcomes.count("read") < 250
    assert len(set(outcomes)) > 150


def test_f12_reading_takes_memory_in_proportion() -> None:
    raw = json.dumps(bare() | {"unknown": [[]] * 100_000}).encode()
    tracemalloc.start()
    read(raw)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 32 * 1024**2
