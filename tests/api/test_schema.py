"""Schemathesis, bounded: whatever the description allows, the answer is one that it names, and never a 5xx."""

from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.client import Api
from tests.contract.documents import by_hand, tag

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 6


def test_p29_f13_no_described_call_breaks_the_description(app: Flask, api: Api) -> None:
    ids = {"conversation_id": str(api.conversation()["id"]), "customer_id": str(api.customer()["id"])}
    ids |= {"workflow_id": api.live(by_hand(tag("seen")))}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        try_out(found.ok(), ids, api)


def try_out(operation: schemathesis.APIOperation[Any, Any, Any, Any], ids: dict[str, str], api: Api) -> None:
    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def one(case: schemathesis.Case[Any]) -> None:
        case.path_parameters |= {name: ids[name] for name in case.path_parameters.keys() & ids.keys()}
        case.call_and_validate(headers=api.headers, checks=CHECKS)

    one()
