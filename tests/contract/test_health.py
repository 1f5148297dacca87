"""What watches Fiko Admin: health, readiness, metrics, and the API's own description."""

import re

import pytest

from tests.contract.client import Client, wait_until

CALLS = {
    ("get", "/redirect-destinations"),
    ("post", "/workflows/import"),
    ("get", "/workflows"),
    ("get", "/workflows/*"),
    ("get", "/workflows/*/export"),
    ("post", "/workflows/*/activate"),
    ("post", "/workflows/*/pause"),
    ("post", "/workflows/*/archive"),
    ("post", "/workflows/*/trigger"),
    ("post", "/events"),
    ("post", "/customers"),
    ("get", "/customers/*"),
    ("post", "/customers/*/tags"),
    ("delete", "/customers/*/tags/*"),
    ("post", "/conversations"),
    ("get", "/conversations"),
    ("get", "/conversations/*"),
    ("get", "/conversations/*/messages"),
    ("post", "/conversations/*/messages"),
    ("get", "/conversations/*/events"),
    ("post", "/conversations/*/redirect"),
    ("get", "/executions"),
    ("get", "/executions/*"),
    ("post", "/executions/*/cancel"),
    ("post", "/executions/*/retry"),
}


def test_it_is_alive(fiko: Client) -> None:
    assert fiko.app.request("GET", "/healthz").status == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/v1/conversations/x"])
def test_another_method_is_told_which_there_are(fiko: Client, path: str) -> None:
    answer = fiko.app.request("PUT", path, headers={"Authorization": f"Bearer {fiko.app.token()}"})
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]


def test_it_is_ready_and_nothing_is_degraded(fiko: Client) -> None:
    def is_whole() -> bool:
        answer = fiko.app.request("GET", "/readyz")
        return answer.status == 200 and not (answer.json or {}).get("degraded")

    wait_until(is_whole)


def test_p05_without_redis_it_is_ready_and_says_what_is_missing(redis_down: Client) -> None:
    def degraded() -> list[object]:
        answer = redis_down.app.request("GET", "/readyz")
        assert answer.status == 200
        found: list[object] = answer.json.get("degraded", [])
        return found

    redis_down.at("sales")
    wait_until(lambda: "redis" in str(degraded()).lower())


def test_p05_without_redis_everything_works(redis_down: Client) -> None:
    conversation = redis_down.conversation()
    redis_down.say(conversation, "hello")
    redis_down.answered(conversation)
    redis_down.redirect(conversation, "sales")
    assert redis_down.say(conversation, "hello")["ai_reply"] == "none"


def test_metrics_are_read_on_the_machine_itself(fiko: Client) -> None:
    answer = fiko.app.request("GET", "/metrics")
    assert answer.status == 200
    assert re.search(r"^# TYPE \w+ (counter|gauge|histogram|summary)", answer.text, re.MULTILINE)


def test_the_api_describes_itself(fiko: Client) -> None:
    described = fiko.get("/openapi.json")
    assert described["openapi"].startswith("3.")
    found = {(method, path) for path, calls in described["paths"].items() for method in calls}
    shown = {(method, re.sub(r"\{[^}]*\}", "*", path.removeprefix("/api/v1"))) for method, path in found}
    assert CALLS - shown == set()
