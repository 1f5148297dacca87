"""Customers: found, looked at and tagged. Plain rows, so SQLite; search is asked in two dialects, so it is on both."""

import pytest
from flask import Flask
from sqlalchemy import select

from fikoadmin.extensions import db, transaction
from fikoadmin.models import customer_pages
from fikoadmin.models.customers import Customer
from fikoadmin.models.events import Event
from fikoadmin.services import conversations, customers, executions
from tests.web.browsing import Visitor, signed_in_as, statements_for
from tests.web.forms import form_on, send
from tests.web.talking import AUTHOR, begun, live_workflow, now_at


def made(app: Flask, first_name: str, *tags: str, **fields: str) -> int:
    """The id of a new customer."""
    with app.app_context():
        customer, _ = customers.create({"first_name": first_name, **fields}, "web", None, list(tags))
        return customer.id


def tags_of(app: Flask, customer_id: int) -> list[str]:
    with app.app_context():
        return db.session.get_one(Customer, customer_id).tags


def test_an_empty_list_says_what_to_do_first(app: Flask) -> None:
    assert "No customers yet" in signed_in_as(app, "viewer").text("/customers")


def test_customers_are_found_by_each_name_on_both_databases(inside_any: Flask) -> None:
    fields = {"last_name": "کاظمی", "email": "maryam@example.org", "phone_number": "+98 912 555 0134"}
    wanted, _ = customers.create({"first_name": "مريم", "username": "MaryamKZ", **fields}, "web", None, ["vip"])
    customers.create({"first_name": "Reza"}, "web", None, [])
    for text in ("مریم", "کاظ", "maryamkz", "MARYAM@ex", "۰۱۳۴", "kazemi"):
        found = [customer.id for customer in customer_pages.customers(text).page.items]
        assert found == ([] if text == "kazemi" else [wanted.id]), text
    assert [c.id for c in customer_pages.customers(tag="vip").page.items] == [wanted.id]
    assert customer_pages.customers("reza", "vip").page.items == []
    assert customer_pages.customers("?!").page.items == []


def test_pages_by_key_at_a_constant_number_of_queries(app: Flask) -> None:
    reader = signed_in_as(app, "viewer")
    for number in range(10):
        made(app, f"Person{number:03}", "all", f"t{number}")
    at_ten = statements_for(reader, "/customers"), statements_for(reader, "/customers?q=person")
    with app.app_context(), transaction() as session:
        session.add_all(Customer(first_name=f"Person{n:03}", source="web") for n in range(10, 300))
    assert (statements_for(reader, "/customers"), statements_for(reader, "/customers?q=person")) == at_ten
    with app.app_context():
        seen, after = [], None
        while True:
            page = customer_pages.customers("person", after=after).page
            seen += [customer.first_name for customer in page.items]
            if (after := page.next) is None:
                break
    assert seen == [f"Person{n:03}" for n in reversed(range(300))]


def test_one_page_has_data_tags_conversations_and_executions(app: Flask) -> None:
    workflow_id = live_workflow(app, "support", "never said", name="Hand over to people")
    conversation_id = begun(app, "hello", name="Omid")
    with app.app_context():
        executions.trigger(workflow_id, conversation_id, AUTHOR)
    customer_id = now_at(app, conversation_id).customer_id
    visitor = signed_in_as(app, "viewer")
    text = visitor.text(f"/customers/{customer_id}")
    assert all(words in text for words in ("Omid", conversation_id, "Support active", "Hand over to people"))
    assert visitor.text(f"/customers/{customer_id}/now").strip() in text
    assert 'class="tag-remove"' not in text


def test_one_page_costs_the_same_queries_however_much_there_is(app: Flask) -> None:
    visitor = signed_in_as(app, "operator")
    workflow_id = live_workflow(app, "support", "hello")
    with app.app_context():
        customer_id = customers.create({"first_name": "Ada"}, "web", None, ["one"])[0].id

    def at(count: int) -> int:
        with app.app_context():
            for _ in range(count):
                conversation = conversations.create("test", AUTHOR, customer_id=customer_id)
                executions.trigger(workflow_id, conversation.id, AUTHOR)
            customers.add_tag(customer_id, f"tag {count}")
        return statements_for(visitor, f"/customers/{customer_id}")

    assert at(2) == at(20)
    assert "Older ones are not shown here" in visitor.text(f"/customers/{customer_id}")


def test_tags_are_added_and_removed_and_raise_their_events(app: Flask) -> None:
    visitor = signed_in_as(app, "operator")
    customer_id = made(app, "Ada")
    page = f"/customers/{customer_id}"
    assert send(visitor, page, "/tags", name=" مهم <b> ").status_code == 303
    assert tags_of(app, customer_id) == ["مهم <b>"]
    for _ in range(2):
        gone = visitor.post(f"{page}/tags/remove", {"name": "مهم <b>"}, form_at=page)
        assert gone.status_code == 303
    assert tags_of(app, customer_id) == []
    with app.app_context():
        raised = db.session.scalars(select(Event.event_type).filter_by(customer_id=customer_id).order_by(Event.id))
        assert sorted(raised) == ["TAG_ADDED", "TAG_REMOVED", "USER_CREATED"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\0b"])
def test_p29_a_wrong_tag_is_refused_with_what_was_typed(office: Flask, editor: Visitor, name: str) -> None:
    customer_id = made(office, "Ada")
    answer = send(editor, f"/customers/{customer_id}", "/tags", name=name)
    assert answer.status_code == 422
    assert 'id="tag-name-error"' in answer.text
    assert form_on(answer.text, "/tags").values["name"] == name.strip()
    assert tags_of(office, customer_id) == []


def test_a_viewer_changes_nothing_and_a_stranger_signs_in(office: Flask, reader: Visitor) -> None:
    customer_id = made(office, "Ada", "kept")
    for verb in ("tags", "tags/remove"):
        page = f"/customers/{customer_id}/{verb}"
        assert reader.post(page, {"name": "kept"}, form_at="/customers").status_code == 403
        assert Visitor(office).client.post(page, data={"name": "kept"}).status_code == 400
    assert tags_of(office, customer_id) == ["kept"]
    assert Visitor(office).get("/customers").location.startswith("/sign-in")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("?q=%00", 422), ("?after=x", 422), ("?tag=%00", 422), ("/999999", 404), ("/99999999999999999999", 404),
        ("?q=%27%22%3B--&tag=%25", 200), ("?q=&tag=&after=", 200), (f"?q={'x' * 5000}", 200),
    ],
)  # fmt: skip
def test_no_address_is_a_fault(reader: Visitor, path: str, status: int) -> None:
    assert reader.get(f"/customers{path}").status_code == status
