"""Customers and their tags."""

from __future__ import annotations

from typing import Any

from ..errors import NotFound
from ..models import found
from ..services import customers
from . import answers, schemas, shapes
from .calls import Answer, Call, call

PATH = "/customers/<number:customer_id>"


@call(
    "/customers",
    Call(
        "POST",
        "Make a customer",
        {201: answers.Customer(), 200: answers.Customer()},
        sent=schemas.CustomerSent(),
        description="Raises USER_CREATED. A known source and source_id: 200 with the existing customer, unchanged.",
    ),
)
def create_customer(given: dict[str, Any]) -> Answer:
    values = {name: value for name, value in given.items() if value is not None}
    source, source_id, tags = values.pop("source", "api"), values.pop("source_id", None), values.pop("tags", [])
    customer, created = customers.create(values, source, source_id, tags)
    return shapes.customer(customer), 201 if created else 200


@call(PATH, Call("GET", "One customer", {200: answers.Customer()}, (404,)))
def show_customer(customer_id: int) -> Answer:
    return shapes.customer(found.customer(customer_id))


@call(
    f"{PATH}/tags",
    Call(
        "POST",
        "Give a customer a tag",
        {200: answers.Customer()},
        (404,),
        sent=schemas.TagSent(),
        description="Raises TAG_ADDED where the customer did not have it.",
    ),
)
def add_tag(customer_id: int, given: dict[str, Any]) -> Answer:
    return shapes.customer(customers.add_tag(customer_id, given["name"]))


@call(
    f"{PATH}/tags/<path:name>",
    Call(
        "DELETE",
        "Take a tag from a customer",
        {204: None},
        (404,),
        description="Raises TAG_REMOVED where the customer had it.",
    ),
)
def remove_tag(customer_id: int, name: str) -> Answer:
    if "\0" in name:
        raise NotFound("there is no such tag")
    customers.remove_tag(customer_id, name)
    return None, 204
