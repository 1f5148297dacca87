import pytest

from fikoadmin.engine.graph import Graph
from tests.engine.build import line, node

GUARD = {"conditions": [{"field": "user.email", "operator": "is_not_null"}]}
DOCUMENT = {
    "nodes": [
        node("b", "when"),
        node("off", "when", is_active=False),
        node("a", "when"),
        node("one"),
        node("two"),
        node("still", is_active=False),
    ],
    "connections": [
        line("b", "two"),
        line("b", "one", condition=GUARD),
        line("one", "two", "failure"),
        line("off", "one"),
        line("still", "one", "failure"),
        line("still", "two"),
    ],
}


def test_starts_are_the_switched_on_whens_in_document_order() -> None:
    assert [n["id"] for n in Graph(DOCUMENT).starts()] == ["b", "a"]


def test_next_keeps_document_order_and_tells_types_apart() -> None:
    graph = Graph(DOCUMENT)
    assert [c.target for c in graph.next("b", "success")] == ["two", "one"]
    assert graph.next("one", "success") == ()
    assert graph.has("one", "failure")
    assert not graph.has("one", "success")


def test_an_empty_guard_is_none() -> None:
    plain, guarded = Graph(DOCUMENT).next("b", "success")
    assert plain.condition is None
    assert guarded.condition == GUARD


def test_a_switched_off_node_goes_on_by_success_only() -> None:
    graph = Graph(DOCUMENT)
    assert [c.target for c in graph.live("still")] == ["two"]
    assert graph.live("off") == ()


def test_a_graph_cannot_be_changed() -> None:
    graph = Graph(DOCUMENT)
    with pytest.raises(TypeError):
        graph.nodes["new"] = {}  # type: ignore[index]
    with pytest.raises(KeyError):
        graph.node("nowhere")
