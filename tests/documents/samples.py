"""Documents made from the samples, what their refusal says, and what is written for them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fikoadmin.documents import read_value, write
from fikoadmin.errors import Invalid

SAMPLES = sorted((Path(__file__).parents[1] / "fixtures" / "samples").glob("*.json"))
EXPORTED = datetime(2026, 11, 1, tzinfo=UTC)
Json = dict[str, Any]


def bare(number: int = 0) -> Json:
    document: Json = json.loads(SAMPLES[number].read_text(encoding="utf-8"))["workflow_data"]
    return document


def changed(*steps: Any, to: Any) -> Json:
    """The first sample with one value, found by `steps`, set to `to`."""
    document = bare()
    place: Any = document
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = to
    return document


def refusal(value: Any) -> str:
    with pytest.raises(Invalid) as refused:
        read_value(value)
    return str(refused.value)


def exported(document: Json) -> Json:
    """What is written for a document that was imported under new ids."""
    new = read_value(document).with_new_ids()
    return write(
        workflow=new.workflow | {"name": new.name},
        nodes=new.nodes,
        connections=new.connections,
        rest=new.rest,
        status="ACTIVE",
        exported_at=EXPORTED,
        original_workflow_id="7",
    )
