"""The outline of a workflow: reading order, numbers, indentation, and what refers back."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from fikoadmin.engine.kinds import CONNECTION_TYPES, NODE_TYPES
from fikoadmin.web.workflows.outline import DEPTH, NodeLine, Outline, outline
from tests.contract.documents import sample
from tests.engine.build import line, node


def drawn(found: Outline) -> list[str]:
    """The lines as text: indentation, then a node's number and id, or a way out and where it leads."""
    texts = []
    for each in found.lines:
        if isinstance(each, NodeLine):
            texts.append("  " * each.depth + f"{found.numbers[each.node['id']]} {each.node['id']}")
        else:
            target = found.numbers[each.connection.target]
            texts.append("  " * each.depth + f"{each.way.type} {each.leads} {target}")
    return texts


def of(*nodes: object, lines: Sequence[object]) -> Outline:
    return outline({"nodes": list(nodes), "connections": lines})


def test_a_path_without_forks_goes_down_at_one_depth() -> None:
    found = of(node("w", "when"), node("a"), node("b"), lines=[line("w", "a"), line("a", "b")])
    assert drawn(found) == ["1 w", "success below 2", "2 a", "success below 3", "3 b"]


def test_each_branch_of_a_condition_stands_indented_below_its_own_line() -> None:
    ways = [line("w", "c"), line("c", "b", "failure"), line("c", "a")]
    found = of(node("w", "when"), node("c", "condition"), node("b"), node("a"), lines=ways)
    expected = ["1 w", "success below 2", "2 c", "  success inside 3", "  3 a", "  failure inside 4", "  4 b"]
    assert drawn(found) == expected


def test_what_was_shown_is_referred_to_by_its_number() -> None:
    ways = [line("w", "c"), line("c", "a"), line("c", "a", "failure"), line("a", "c")]
    found = of(node("w", "when"), node("c", "condition"), node("a"), lines=ways)
    assert drawn(found)[3:] == ["  success inside 3", "  3 a", "  success elsewhere 2", "  failure elsewhere 3"]


def test_the_failure_of_an_action_stands_aside_and_success_goes_on() -> None:
    ways = [line("w", "a"), line("a", "b"), line("a", "f", "failure"), line("f", "b")]
    found = of(node("w", "when"), node("a"), node("f"), node("b"), lines=ways)
    expected = ["  failure inside 3", "  3 f", "  success elsewhere 4", "success below 4", "4 b"]
    assert drawn(found)[3:] == expected


def test_several_connections_of_one_type_are_branches() -> None:
    found = of(node("w", "when"), node("a"), node("b"), lines=[line("w", "a"), line("w", "b")])
    assert drawn(found) == ["1 w", "  success inside 2", "  2 a", "  success inside 3", "  3 b"]


def test_ways_out_that_nothing_follows_are_told_with_the_node() -> None:
    found = of(node("w", "when"), node("q", "waiting"), lines=[line("w", "q"), line("q", "q", "timeout")])
    waiting = found.lines[2]
    assert isinstance(waiting, NodeLine)
    assert [way.type for way in waiting.ends] == ["success", "failure", "skip"]


def test_what_no_when_leads_to_stands_apart_and_a_circle_too() -> None:
    ways = [line("x", "y"), line("p", "q"), line("q", "p")]
    found = of(node("w", "when"), node("p"), node("q"), node("y"), node("x"), lines=ways)
    apart = [each.node["id"] for each in found.astray if isinstance(each, NodeLine)]
    assert apart == ["x", "y", "p", "q"]
    assert found.numbers == {"w": 1, "x": 2, "y": 3, "p": 4, "q": 5}


def test_a_connection_that_its_type_does_not_have_is_shown() -> None:
    found = of(node("w", "when"), node("a"), lines=[line("w", "a", "timeout")])
    assert drawn(found) == ["1 w", "  timeout inside 2", "  2 a"]


def test_the_sample_reads_as_its_author_meant_it() -> None:
    found = outline(sample("en_2_redirect_to_human_support")["workflow_data"])
    titles = [each.node["title"] for each in found.lines if isinstance(each, NodeLine)]
    assert titles == [
        "User Requests Support", "Decide if Human Support Needed", "Send Message: Connecting to Support",
        "Tag (Needs Human Support)", "Redirect to Human Support", "Redirect to AI",
    ]  # fmt: skip
    assert found.astray == ()


def test_a_very_deep_workflow_has_bounded_indentation_and_no_stack() -> None:
    nodes = [node("0", "when"), *(node(str(n), "condition") for n in range(1, 1_000))]
    found = of(*nodes, lines=[line(str(n), str(n + 1), "success" if n == 0 else "failure") for n in range(999)])
    assert len(found.numbers) == 1_000
    assert max(each.depth for each in found.lines) == DEPTH


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], list[tuple[int, str, int]]]:
    types = draw(st.lists(st.sampled_from(NODE_TYPES), max_size=12))
    places = st.integers(0, max(len(types) - 1, 0))
    ways = st.tuples(places, st.sampled_from(CONNECTION_TYPES["waiting"]), places)
    return types, draw(st.lists(ways, max_size=25)) if types else []


@settings(deadline=None)
@given(graphs())
def test_every_node_stands_once_and_every_connection_is_shown(
    graph: tuple[list[str], list[tuple[int, str, int]]],
) -> None:
    types, ways = graph
    connections = [line(str(a), str(b), type) | {"id": str(i)} for i, (a, type, b) in enumerate(ways)]
    found = of(*(node(str(n), type) for n, type in enumerate(types)), lines=connections)
    lines = [*found.lines, *found.astray]
    nodes = [each.node["id"] for each in lines if isinstance(each, NodeLine)]
    assert sorted(nodes, key=int) == [str(n) for n in range(len(types))]
    assert [found.numbers[each] for each in nodes] == list(range(1, len(types) + 1))
    shown = [each.connection.id for each in lines if not isinstance(each, NodeLine)]
    assert sorted(shown, key=int) == [connection["id"] for connection in connections]
