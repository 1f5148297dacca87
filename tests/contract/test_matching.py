"""Which events start which workflows."""

import pytest

from tests.contract.client import Client, State, path
from tests.contract.documents import (
    by_hand,
    condition,
    connection,
    document,
    field,
    never,
    redirect,
    redirect_workflow,
    row,
    send,
    tag,
    unique,
    untag,
    when,
)


def starts(fiko: Client, conversation: str, content: str) -> int:
    return len(fiko.say(conversation, content)["executions"])


def test_a_keyword_anywhere_in_the_message(fiko: Client) -> None:
    keyword, conversation = unique("help"), fiko.conversation()
    fiko.live(redirect_workflow("support", keyword))
    assert starts(fiko, conversation, "nothing of the kind") == 0
    assert fiko.state(conversation).epoch == 1
    assert starts(fiko, conversation, f"do {keyword}me, please") == 1
    assert fiko.state(conversation) == State("support_active", False, "support", 2)


def test_any_of_several_keywords(fiko: Client) -> None:
    first, second = unique("one"), unique("two")
    workflow = fiko.live(row(when(first, second), tag("seen")))
    for content in (first, second, f"{second} and {first}"):
        assert starts(fiko, fiko.conversation(), content) == 1
    assert len(fiko.executions(workflow)) == 3


# Keyword, message: the same once both are normalised. `@` is a word of the test's own.
SAME = [
    ("Refund@", "REFUND@"),
    ("REFUND@", "a refund@ please"),
    ("كتاب@", "کتاب@"),
    ("کتاب@", "این كتاب@ را"),
    ("علي@", "علی@"),
    ("علی@", "علي@"),
    ("کد۱۲۳@", "کد123@"),
    ("کد123@", "کد۱۲۳@"),
    ("کد١٢٣@", "کد۱۲۳@"),
    ("سَلام@", "سلام@"),
    ("سلام@", "سَلامٌ@"),
    ("  refund@  ", "refund@"),
]


@pytest.mark.parametrize(("keyword", "content"), SAME)
def test_keywords_compare_normalised(fiko: Client, keyword: str, content: str) -> None:
    own = unique("x")
    fiko.live(row(when(keyword.replace("@", own)), tag("seen")))
    assert starts(fiko, fiko.conversation(), content.replace("@", own)) == 1


def test_a_zero_width_non_joiner_makes_no_difference(fiko: Client) -> None:
    own = unique("x")
    fiko.live(row(when(f"می\u200cخواهم {own}"), tag("seen")))
    # Joined or parted: the contract does not say which of the two it is equal to.
    joined, parted = f"میخواهم {own}", f"می خواهم {own}"
    assert starts(fiko, fiko.conversation(), f"می\u200cخواهم {own}") == 1
    assert sum(starts(fiko, fiko.conversation(), content) for content in (joined, parted)) >= 1


@pytest.mark.parametrize(
    ("channels", "matching"),
    [
        ([], {"telegram", "web", "test"}),
        (["all"], {"telegram", "web", "test"}),
        (["all", "web"], {"telegram", "web", "test"}),
        (["telegram"], {"telegram"}),
        (["telegram", "web"], {"telegram", "web"}),
    ],
)
def test_channels(fiko: Client, channels: list[str], matching: set[str]) -> None:
    keyword = unique("key")
    fiko.live(row(when(keyword, channels=channels), tag("seen")))
    sources = ("telegram", "web", "test")
    found = {source for source in sources if starts(fiko, fiko.conversation(source), keyword)}
    assert found == matching


def test_the_customer_has_all_of_the_tags(fiko: Client) -> None:
    keyword, first, second = unique("key"), unique("a"), unique("b")
    fiko.live(row(when(keyword, tags=[first, second]), tag("seen")))
    conversation = fiko.conversation()
    found = [starts(fiko, conversation, keyword)]
    for name in (first, second):
        fiko.add_tag(conversation, name)
        found.append(starts(fiko, conversation, keyword))
    assert found == [0, 0, 1]


def test_no_keywords_mean_any_message(fiko: Client) -> None:
    name, conversation = unique("tag"), fiko.conversation()
    fiko.live(row(when(tags=[name]), tag("seen")))
    assert starts(fiko, conversation, "anything") == 0
    fiko.add_tag(conversation, name)
    assert starts(fiko, conversation, "anything") == 1


def test_a_tag_added_starts_a_workflow(fiko: Client) -> None:
    first, second, conversation = unique("a"), unique("b"), fiko.conversation()
    workflow = fiko.live(row(when(when_type="add_tag", tags=[first, second]), redirect("billing")))
    counts = []
    for name in (unique("other"), first, second, second, unique("other")):
        fiko.add_tag(conversation, name)
        counts.append(len(fiko.executions(workflow)))
    assert counts == [0, 0, 1, 1, 1]
    assert fiko.state(conversation) == State("support_active", False, "billing", 2)


def test_a_tag_that_is_there_starts_it_with_a_message(fiko: Client) -> None:
    keyword, name, conversation = unique("key"), unique("tag"), fiko.conversation()
    fiko.live(row(when(keyword, when_type="add_tag", tags=[name]), tag("seen")))
    assert starts(fiko, conversation, keyword) == 0
    fiko.add_tag(conversation, name)
    assert starts(fiko, conversation, "no such word") == 0
    assert starts(fiko, conversation, keyword) == 1


def test_a_tag_added_by_a_workflow_counts(fiko: Client) -> None:
    name, conversation = unique("tag"), fiko.conversation()
    follower = fiko.live(row(when(when_type="add_tag", tags=[name]), redirect("sales")))
    fiko.run(by_hand(tag(name)), conversation)
    fiko.settle()
    assert [execution["status"] for execution in fiko.executions(follower)] == ["COMPLETED"]
    assert fiko.state(conversation).destination == "sales"


def test_p14_a_workflow_does_not_start_itself(fiko: Client) -> None:
    name, conversation = unique("tag"), fiko.conversation()
    workflow = fiko.live(row(when(when_type="add_tag", tags=[name]), untag(name), tag(name)))
    fiko.add_tag(conversation, name)
    fiko.settle()
    assert len(fiko.executions(workflow)) == 1


def test_p14_two_workflows_do_not_chase_each_other(fiko: Client) -> None:
    ping, pong, conversation = unique("ping"), unique("pong"), fiko.conversation()
    first = fiko.live(row(when(when_type="add_tag", tags=[ping]), untag(pong), tag(pong)))
    second = fiko.live(row(when(when_type="add_tag", tags=[pong]), untag(ping), tag(ping)))
    fiko.add_tag(conversation, ping)
    counts = []
    for _ in range(2):
        fiko.settle()
        counts.append(len(fiko.executions(first) + fiko.executions(second)))
    assert 2 <= counts[0] == counts[1]


def test_a_new_customer_starts_a_workflow_in_their_conversation(fiko: Client) -> None:
    # It starts for each new customer of the installation: the condition keeps it from those of other tests.
    name = unique("user")
    only = condition(field("user.username", "equals", name))
    workflow = fiko.live(row(when(when_type="new_customer"), only, send("Welcome")))
    conversation = fiko.conversation(username=name)
    fiko.post(f"/workflows/{workflow}/pause")
    assert [m["content"] for m in fiko.messages(conversation, "marketing")] == ["Welcome"]


def test_a_new_customer_without_a_conversation(fiko: Client) -> None:
    name = unique("user")
    only = condition(field("user.username", "equals", name))
    workflow = fiko.live(row(when(when_type="new_customer"), only, redirect("sales")))
    fiko.customer(username=name, source="api", source_id=unique("c"))
    fiko.post(f"/workflows/{workflow}/pause")
    failed = [e for e in fiko.executions(workflow) if e["status"] == "FAILED"]
    shown = fiko.get(f"/executions/{failed[0]['id']}")
    assert path(shown)[-1] == ("Redirect", "failed(no conversation)")


def test_an_old_customer_is_not_new(fiko: Client) -> None:
    customer = fiko.customer()
    workflow = fiko.live(row(when(when_type="new_customer"), tag("seen")))
    body = {"customer_id": customer["id"], "source": "test"}
    fiko.post("/conversations", body, 201)
    fiko.post(f"/workflows/{workflow}/pause")
    assert fiko.executions(workflow) == []


def test_one_execution_for_several_whens_that_match(fiko: Client) -> None:
    keyword, end = unique("key"), tag("seen")
    starts_at = [when(keyword, title=title) for title in ("First", "Second")]
    connections = [connection(start, end) for start in starts_at]
    fiko.live(document([*starts_at, end], connections))
    (execution,) = fiko.say(fiko.conversation(), keyword)["executions"]
    titles = [title for title, _ in path(fiko.get(f"/executions/{execution}"))]
    assert [title for title in titles if title != "Tag"] == ["First", "Second"]


def test_only_the_whens_that_match(fiko: Client) -> None:
    keyword, end = unique("key"), tag("seen")
    starts_at = [when(keyword, title="Mine"), when(unique("never"), title="Other")]
    fiko.live(document([*starts_at, end], [connection(start, end) for start in starts_at]))
    (execution,) = fiko.say(fiko.conversation(), keyword)["executions"]
    assert path(fiko.get(f"/executions/{execution}")) == [("Mine", "passed"), ("Tag", "changed")]


def test_executions_of_one_event_run_one_after_another(fiko: Client) -> None:
    keyword, conversation = unique("key"), fiko.conversation()
    for destination in ("sales", "billing"):
        fiko.live(redirect_workflow(destination, keyword))
    executions = [fiko.get(f"/executions/{e}") for e in fiko.say(conversation, keyword)["executions"]]
    assert [path(execution)[-1] for execution in executions] == [("Redirect", "changed")] * 2
    signed = [change.event for change in fiko.history(conversation) if change.epoch > 1]
    assert [executions[n]["id"] in str(signed[n]) for n in range(2)] == [True, True]
    assert fiko.state(conversation).epoch == 3


def test_p13_one_snapshot_for_all_workflows(fiko: Client) -> None:
    keyword, name, conversation = unique("key"), unique("tag"), fiko.conversation()
    before = fiko.live(row(when(keyword, tags=[name]), tag("seen")))
    tagging = fiko.live(row(when(keyword), tag(name)))
    after = fiko.live(row(when(keyword, tags=[name]), tag("seen")))
    fiko.say(conversation, keyword)
    assert [len(fiko.executions(workflow)) for workflow in (before, tagging, after)] == [0, 1, 0]


def test_switched_off_whens_start_nothing(fiko: Client) -> None:
    keyword, end = unique("key"), tag("seen")
    both = [when(keyword, is_active=False), never()]
    fiko.live(document([*both, end], [connection(start, end) for start in both]))
    assert starts(fiko, fiko.conversation(), keyword) == 0


@pytest.mark.parametrize("verb", ["pause", "archive"])
def test_only_active_workflows_start(fiko: Client, verb: str) -> None:
    keyword = unique("key")
    workflow = fiko.load(row(when(keyword), tag("seen")))
    found = [starts(fiko, fiko.conversation(), keyword)]
    for step in ("activate", verb):
        fiko.post(f"/workflows/{workflow}/{step}")
        found.append(starts(fiko, fiko.conversation(), keyword))
    assert found == [0, 1, 0]


@pytest.mark.parametrize(
    "limit",
    [{"start_date": "2999-01-01T00:00:00Z"}, {"end_date": "2001-01-01T00:00:00Z"}],
    ids=["not yet", "no more"],
)
def test_outside_its_dates_a_workflow_does_nothing(fiko: Client, limit: dict[str, str]) -> None:
    keyword, conversation = unique("key"), fiko.conversation()
    workflow = fiko.live(row(when(keyword), tag("seen"), **limit))
    fiko.say(conversation, keyword)
    assert {execution["status"] for execution in fiko.executions(workflow)} <= {"SKIPPED"}
    assert fiko.tags(conversation) == set()
