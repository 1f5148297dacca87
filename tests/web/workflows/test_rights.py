"""Who may do what with a workflow, and what is told to whoever may not."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.browsing import Visitor
from tests.web.drafting import draft_of, id_of, workflow_at

AT_NODE = "/workflows/{id}/nodes/{node}"
WRITES = [
    "/workflows/new",
    "/workflows/import",
    "/workflows/{id}/move",
    "/workflows/{id}/activate",
    "/workflows/{id}/pause",
    "/workflows/{id}/archive",
    "/workflows/{id}/limits",
    "/workflows/{id}/nodes/new?node_type=action&kind=add_tag",
    AT_NODE,
    f"{AT_NODE}/switch",
    f"{AT_NODE}/delete",
    f"{AT_NODE}/connect",
    f"{AT_NODE}/branch",
    "/workflows/{id}/connections/{line}/remove",
]
HAVE_A_PAGE = ("/new", "/import", "/limits", "{node}", "/delete", "add_tag")


@pytest.fixture
def at(office: Flask, fork: int) -> Callable[[str], str]:
    """An address of WRITES for a workflow that is there."""
    draft = draft_of(office, fork)
    ids = {"id": fork, "node": draft["nodes"][2]["id"], "line": draft["connections"][0]["id"]}
    return lambda address: address.format(**ids)


@pytest.mark.parametrize("address", WRITES)
def test_writes_refuse_strangers_viewers_and_forged_forms(
    office: Flask, editor: Visitor, reader: Visitor, at: Callable[[str], str], fork: int, address: str
) -> None:
    before = draft_of(office, fork) | {"export_metadata": None}
    stranger = Visitor(office)
    stranger_answer = stranger.post(at(address), form_at="/sign-in")
    assert (stranger_answer.status_code, "/sign-in" in stranger_answer.location) == (302, True)
    refused = reader.post(at(address), {"revision": "1"}, "/workflows")
    assert refused.status_code == 403
    assert "Operator" in refused.text
    assert editor.client.post(at(address), data={"revision": "1"}).status_code == 400
    assert draft_of(office, fork) | {"export_metadata": None} == before


@pytest.mark.parametrize("address", [address for address in WRITES if not address.endswith(HAVE_A_PAGE)])
def test_writes_refuse_get(editor: Visitor, at: Callable[[str], str], address: str) -> None:
    assert editor.get(at(address)).status_code == 405


REPEATED = [
    ("switch", {"is_active": "off"}),
    ("delete", {}),
    ("connect", {"connection_type": "success", "target_node_id": "Robot"}),
    ("branch", {"connection_type": "success", "target_node_id": "Robot"}),
    ("", {"title": "Renamed", "redirect_destination": "sales"}),
]


@pytest.mark.parametrize(("verb", "sent"), REPEATED)
def test_a_repeat_is_harmless(office: Flask, editor: Visitor, fork: int, verb: str, sent: dict[str, str]) -> None:
    address = f"/workflows/{fork}/nodes/{id_of(office, fork, 'People')}/{verb}".rstrip("/")
    target = {"target_node_id": id_of(office, fork, "Robot")} if "target_node_id" in sent else {}
    for _ in range(2):
        answer = editor.post(address, sent | target | {"revision": "1"}, f"/workflows/{fork}")
        assert answer.status_code == 303
    assert workflow_at(office, fork).revision == 2


@pytest.mark.parametrize("rest", ["", "/limits", "/history", "/export", "/outline", "/nodes/x", "/nodes/x/delete"])
@pytest.mark.parametrize("workflow_id", [987_654, 2**63, 10**30])
def test_what_is_not_there_is_not_found(editor: Visitor, workflow_id: int, rest: str) -> None:
    assert editor.get(f"/workflows/{workflow_id}{rest}").status_code == 404


def test_a_viewer_sees_everything_and_is_offered_nothing(office: Flask, reader: Visitor, fork: int) -> None:
    text = reader.text(f"/workflows/{fork}")
    assert "AI off" in text
    for words in ("Add a node here", "Change<", "Activate", "Edit", "Delete"):
        assert words not in text
    assert "New workflow" not in reader.text("/workflows")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "JSON نیست: خط ۱، ستون ۲: نام ویژگی میان دو &#34; انتظار می‌رفت"),
        ('{"nodes": [{}]}', "\u2066nodes[0].id\u2069: نیامده است"),
        (
            '{"nodes": [{"id": "a", "node_type": "tree"}]}',
            "\u2066nodes[0].node_type\u2069: &#39;tree&#39; از این‌ها نیست",
        ),
        ('{"nodes": 7}', "\u2066nodes\u2069: باید یک فهرست باشد، نه &#39;7&#39;"),
    ],
)
def test_p29_a_refusal_is_in_the_readers_language(editor: Visitor, text: str, told: str) -> None:
    editor.post("/language", {"language": "fa"}, form_at="/workflows")
    assert told in editor.post("/workflows/import", {"document": text}).text
    assert "چنین گردش‌کاری وجود ندارد" in editor.text("/workflows/987654")
