"""The drawing of a workflow: where its nodes stand, how its connections run, and the pages that show it."""

import random
import re
from itertools import combinations

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from fikoadmin.engine.graph import Graph
from fikoadmin.web.graph import Drawing, Mark, Marks, drawing
from fikoadmin.web.graph.layers import crossings, layered
from fikoadmin.web.graph.layout import DOWNWARDS, HEIGHT, SIDEWAYS, WIDTH, layout
from tests.contract import documents as made
from tests.web.browsing import Visitor, signed_in_as
from tests.web.drafting import draft_of, imported

SAMPLE = "en_2_redirect_to_human_support"

ARCS = st.integers(0, 12).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.lists(st.tuples(st.integers(0, max(count - 1, 0)), st.integers(0, max(count - 1, 0))), max_size=30)
        if count
        else st.just([]),
    )
)


def fork() -> made.Document:
    """A question with two answers that come together again, nothing placed."""
    start, asks = made.when("help", title="Start"), made.condition(made.field("user.tags", "contains", "VIP"))
    people, ai = made.redirect("support", "People"), made.redirect("ai", "Robot")
    last = made.send("Bye", "Last")
    lines = [made.connection(start, asks), made.connection(asks, people), made.connection(asks, ai, "failure")]
    lines += [made.connection(people, last), made.connection(ai, last)]
    return made.document([start, asks, people, ai, last], lines)


def places(drawn: Drawing) -> dict[str, tuple[float, float]]:
    return {box.node["title"]: (box.x, box.y) for box in drawn.boxes}


def overlapping(drawn: Drawing) -> list[tuple[str, str]]:
    pairs = combinations(places(drawn).items(), 2)
    return [(a, b) for (a, (x, y)), (b, (u, v)) in pairs if abs(x - u) < WIDTH and abs(y - v) < HEIGHT]


# -- layers and layout -----------------------------------------------------------------------------------------------


@given(ARCS)
@settings(max_examples=60, deadline=None)
def test_every_graph_has_a_layout_without_overlap_and_the_same_each_time(
    graph: tuple[int, list[tuple[int, int]]],
) -> None:
    count, arcs = graph
    found = layout(count, tuple(arcs), SIDEWAYS)
    layout.cache_clear()
    assert layout(count, tuple(arcs), SIDEWAYS) == found
    assert len(found.spots) == count
    for (x, y), (u, v) in combinations(found.spots, 2):
        assert abs(x - u) >= WIDTH or abs(y - v) >= HEIGHT
    assert all(x >= 0 and y >= 0 for x, y in found.spots)


def test_a_node_stands_behind_all_that_leads_to_it_by_the_longest_way() -> None:
    found = layered(4, [(0, 1), (1, 2), (0, 2), (2, 3)])
    assert [node for layer in found.layers for node in layer if node < 4] == [0, 1, 2, 3]
    assert found.passes[2], "the short cut passes the layer between"


def test_a_circle_is_cut_where_it_turns_back() -> None:
    found = layered(3, [(0, 1), (1, 2), (2, 1)])
    assert [layer[:1] for layer in found.layers] == [[0], [1], [2]]
    assert found.outside == [2]


def test_a_node_that_leads_to_itself_has_its_line_outside() -> None:
    assert layered(1, [(0, 0)]).outside == [0]


def test_crossings_that_can_be_avoided_are() -> None:
    # Two rows that a careless order would cross: 0 leads to the last, 1 to the first.
    found = layered(6, [(0, 5), (1, 2), (5, 3), (2, 4)])
    assert crossings(found) == 0


def test_parts_that_nothing_connects_stand_apart() -> None:
    found = layout(5, ((0, 1), (2, 3)), SIDEWAYS)
    ends = max(found.spots[0][1], found.spots[1][1]) + HEIGHT
    assert min(found.spots[2][1], found.spots[3][1]) > ends
    assert found.spots[4][1] > found.spots[3][1] + HEIGHT


def test_a_chain_is_straight() -> None:
    found = layout(4, ((0, 1), (1, 2), (2, 3)), DOWNWARDS)
    assert len({across for _, across in found.spots}) == 1


def test_a_very_large_graph_is_laid_out_without_overlap() -> None:
    chance = random.Random(7)
    nodes = [made.when("x"), *(made.tag("a", f"Node {n}") for n in range(499))]
    lines = [made.connection(nodes[chance.randrange(max(0, n - 9), n)], nodes[n]) for n in range(1, 500)]
    lines += [made.connection(chance.choice(nodes), chance.choice(nodes), "failure") for _ in range(80)]
    drawn = drawing(Graph(made.document(nodes, lines)))
    cells = [(round(box.x // WIDTH), round(box.y // HEIGHT)) for box in drawn.boxes]
    assert len(drawn.boxes) == len(set(cells)) == 500


# -- the drawing -----------------------------------------------------------------------------------------------------


def test_the_layout_goes_as_one_reads_and_is_mirrored_for_persian() -> None:
    graph = Graph(fork())
    ltr, rtl = places(drawing(graph)), places(drawing(graph, rtl=True))
    assert ltr["Start"][0] < ltr["Condition"][0] < ltr["Last"][0]
    assert rtl["Start"][0] > rtl["Condition"][0] > rtl["Last"][0]
    assert {title: y for title, (_, y) in ltr.items()} == {title: y for title, (_, y) in rtl.items()}
    assert ltr["People"][1] < ltr["Robot"][1], "success first"


def test_a_narrow_place_has_it_from_top_to_bottom() -> None:
    graph = Graph(fork())
    for rtl in (False, True):
        stand = places(drawing(graph, rtl=rtl, downwards=True))
        assert stand["Start"][1] < stand["Condition"][1] < stand["Last"][1]
        assert (stand["People"][0] > stand["Robot"][0]) is rtl


def test_positions_that_an_import_brought_are_kept() -> None:
    document = made.sample(SAMPLE)["workflow_data"]
    drawn = drawing(Graph(document))
    assert drawn.is_kept
    assert drawn.downwards
    first, *_ = document["nodes"]
    kept = {(box.x - drawn.boxes[0].x, box.y - drawn.boxes[0].y) for box in drawn.boxes}
    given = {(n["position_x"] - first["position_x"], n["position_y"] - first["position_y"]) for n in document["nodes"]}
    assert kept == given


def test_tidied_up_it_leaves_them_aside() -> None:
    drawn = drawing(Graph(made.sample(SAMPLE)["workflow_data"]), tidy=True)
    assert not drawn.is_kept
    assert overlapping(drawn) == []


def placed(*spots: tuple[float, float]) -> Graph:
    nodes = [made.send("a", f"Node {n}", position_x=x, position_y=y) for n, (x, y) in enumerate(spots)]
    return Graph(made.document(nodes, made.in_a_row(*nodes)))


@pytest.mark.parametrize(
    "spots",
    [
        ((0, 0), (0, 0), (0, 0)),
        ((100, 0), (150, 20), (600, 600)),
        ((250, 120), (250, 270), (250, 420)),
        ((0, 0), (1e9, 3), (600, 600)),
    ],
    ids=["all at one place", "two overlap", "one column, as the outline leaves it", "far out"],
)
def test_positions_that_say_nothing_are_not_taken(spots: tuple[tuple[float, float], ...]) -> None:
    drawn = drawing(placed(*spots))
    assert not drawn.is_kept
    assert overlapping(drawn) == []
    assert drawn.width < 2000


def test_a_way_back_between_kept_positions_runs_around_the_boxes() -> None:
    nodes = [made.send("a", f"Node {n}", position_x=400.0 * n, position_y=10.0 * n) for n in range(3)]
    back = made.connection(nodes[2], nodes[0])
    drawn = drawing(Graph(made.document(nodes, [*made.in_a_row(*nodes), back])))
    lane = max(box.y for box in drawn.boxes) + HEIGHT
    route = next(line.route for line in drawn.lines if line.connection and line.connection.id == back["id"])
    assert max(float(y) for y in re.findall(r",([\d.]+)", route.path)) > lane
    assert drawn.height > lane


def test_ways_out_that_nothing_follows_are_seen() -> None:
    start, asks = made.when("x"), made.condition(title="Asks")
    drawn = drawing(Graph(made.document([start, asks], [made.connection(start, asks)])))
    assert sorted(line.type for line in drawn.lines if line.connection is None) == ["failure", "success"]
    assert drawn.has_ends


def test_only_ways_that_have_to_be_told_apart_are_named() -> None:
    drawn = drawing(Graph(fork()))
    assert sorted(line.type for line in drawn.lines if line.is_named) == ["failure", "success"]


def test_a_path_leaves_the_rest_aside() -> None:
    document = fork()
    graph = Graph(document)
    ran, taken = document["nodes"][:3], document["connections"][:2]
    marks = Marks({n["id"]: Mark("Passed") for n in ran}, frozenset(c["id"] for c in taken), traced=True)
    drawn = drawing(graph, marks=marks)
    assert [box.node["title"] for box in drawn.boxes if box.is_aside] == ["Robot", "Last"]
    assert {line.connection.id for line in drawn.lines if line.is_taken and line.connection} == {c["id"] for c in taken}
    assert drawn.lines[-1].is_taken, "it lies on top"


def test_an_empty_workflow_is_an_empty_drawing() -> None:
    drawn = drawing(Graph(made.document([], [])))
    assert (drawn.boxes, drawn.lines) == ((), ())


# -- on the pages ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def persian(office: Flask) -> Visitor:
    visitor = signed_in_as(office, "operator", email="fa@fiko.local")
    visitor.post("/language", {"language": "fa"}, form_at="/workflows")
    return visitor


def node_names(page: str) -> list[str]:
    """What a screen reader says of each node on the graph."""
    groups = re.findall(r'<g class="graph-node.*?</g>', page, re.DOTALL)
    return [" ".join(Markup(group).striptags().split()) for group in groups]


def svg(page: str) -> str:
    return page[page.index('<svg class="graph') : page.index("</svg>\n</div>")]


def test_the_workflow_page_draws_each_node_as_a_link_with_its_name(office: Flask, editor: Visitor) -> None:
    workflow_id = imported(office, fork())
    page = editor.text(f"/workflows/{workflow_id}")
    for node in draft_of(office, workflow_id)["nodes"]:
        assert f'<a href="/workflows/{workflow_id}/nodes/{node["id"]}">' in page
    names = node_names(page)
    assert len(names) == 5
    assert "Action 3 People To Support: becomes support_active, AI off" in names


def test_what_people_wrote_is_text_on_the_graph_too(office: Flask, editor: Visitor) -> None:
    title = '"><script>alert(1)</script>'
    workflow_id = imported(office, made.row(made.when("x", title=title), made.send("<b>hi</b>")))
    for page in (editor.text(f"/workflows/{workflow_id}"), editor.text(f"/workflows/{workflow_id}/drawing")):
        assert "<script>alert" not in page
        assert "<b>hi</b>" not in page


def test_the_graph_says_what_is_switched_off_and_what_has_to_be_done(office: Flask, editor: Visitor) -> None:
    nodes = made.when("x"), made.redirect("", "Nowhere"), made.send("a", "Quiet", is_active=False)
    page = editor.text(f"/workflows/{imported(office, made.row(*nodes))}/drawing")
    _start, nowhere, quiet = node_names(page)
    assert nowhere.endswith("1 thing to do")
    assert quiet.endswith("Switched off")


def test_the_drawing_alone_can_be_tidied_and_turned(office: Flask, reader: Visitor) -> None:
    address = f"/workflows/{imported(office, made.sample(SAMPLE))}/drawing"
    assert "Tidy up" in reader.text(address)
    assert "graph-downwards" in reader.text(address)
    tidy = reader.text(f"{address}?tidy=yes")
    assert "graph-downwards" not in tidy
    assert "graph-downwards" in reader.text(f"{address}?tidy=yes&flow=down")


def test_pages_of_graphs_carry_no_inline_style(office: Flask, editor: Visitor) -> None:
    workflow_id = imported(office, fork())
    assert " style=" not in editor.text(f"/workflows/{workflow_id}") + editor.text(f"/workflows/{workflow_id}/drawing")


def test_a_large_graph_has_a_page_of_its_own(office: Flask, editor: Visitor) -> None:
    nodes = [made.when("x"), *(made.send("a", f"Node {n}") for n in range(60))]
    address = f"/workflows/{imported(office, made.row(*nodes))}"
    assert "It is too large to be drawn here." in editor.text(f"{address}/graph")
    assert len(node_names(editor.text(f"{address}/drawing"))) == 61


def test_an_empty_draft_says_what_to_do_instead_of_a_graph(office: Flask, editor: Visitor) -> None:
    page = editor.text(f"/workflows/{imported(office, made.document([], []))}/drawing")
    assert "Add a node in the outline" in page
    assert '<svg class="graph"' not in page


def test_the_part_alone_is_that_of_the_page(office: Flask, editor: Visitor) -> None:
    workflow_id = imported(office, fork())
    part = editor.text(f"/workflows/{workflow_id}/graph")
    assert part.strip().startswith("<section")
    assert svg(part) == svg(editor.text(f"/workflows/{workflow_id}"))


def test_in_persian_the_drawing_alone_begins_at_the_right(office: Flask, editor: Visitor, persian: Visitor) -> None:
    address = f"/workflows/{imported(office, fork())}/drawing"
    first = [
        float(re.findall(r'<g class="graph-node.*?translate\(([\d.]+)', visitor.text(address), re.DOTALL)[0])
        for visitor in (editor, persian)
    ]
    assert first[0] < first[1]
