"""The customers: found by their names, and one of them with tags, conversations and what workflows did."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField

from ..errors import Invalid
from ..models import customer_pages
from ..models.customers import Customer
from ..services import customers
from .access import operator, permitted
from .conversations.forms import Fits, Written
from .language import gettext, lazy_gettext
from .settings.base import stripped

bp = Blueprint("customers", __name__, url_prefix="/customers")

ROW = "<int(max=9223372036854775807):customer_id>"


class TagForm(FlaskForm):
    name = StringField(
        lazy_gettext("New tag"), [Written(), Fits(customers.TAG_LENGTH)], filters=[stripped], id="tag-name"
    )


class RemoveForm(FlaskForm):
    """The button beside a tag; its field says which."""


@bp.get("")
@permitted("viewer")
def index() -> ResponseReturnValue:
    text, tag = request.args.get("q", "").strip(), request.args.get("tag", "").strip()
    if "\0" in text + tag:
        raise Invalid("", gettext("The address contains a character that cannot be searched for (NUL)."))
    listed = customer_pages.customers(text, tag, request.args.get("after") or None)
    return render_template("customers/index.html", listed=listed, page=listed.page, text=text, tag=tag)


@bp.get(f"/{ROW}")
@permitted("viewer")
def show(customer_id: int) -> ResponseReturnValue:
    return _page(customer_id, TagForm(formdata=None))


@bp.get(f"/{ROW}/now")
@permitted("viewer")
def present(customer_id: int) -> ResponseReturnValue:
    """What the page shows of the customer, alone."""
    return render_template("customers/_now.html", **_shown(customer_id, TagForm(formdata=None)))


@bp.post(f"/{ROW}/tags")
@permitted("operator")
def add_tag(customer_id: int) -> ResponseReturnValue:
    form = TagForm()
    return _change(customer_id, form, lambda: customers.add_tag(customer_id, form.name.data))


@bp.post(f"/{ROW}/tags/remove")
@permitted("operator")
def remove_tag(customer_id: int) -> ResponseReturnValue:
    name = request.form.get("name", "").replace("\0", "")
    return _change(customer_id, RemoveForm(), lambda: customers.remove_tag(customer_id, name))


def _change(customer_id: int, form: FlaskForm, verb: Callable[[], Customer]) -> ResponseReturnValue:
    if not form.validate():
        return _page(customer_id, form), 422
    verb()
    return redirect(url_for(".show", customer_id=customer_id), 303)


def _page(customer_id: int, form: FlaskForm) -> str:
    shown = _shown(customer_id, form)
    return render_template("customers/show.html", **shown, live_url=url_for("live.stream", topic=shown["topics"]))


def _shown(customer_id: int, form: FlaskForm) -> dict[str, object]:
    known = customer_pages.known(customer_id)
    topics = [f"customer:{customer_id}", *(f"conversation:{each.id}" for each in known.conversations)]
    return {
        "known": known,
        "customer": known.customer,
        "topics": topics,
        "tag_form": form if operator().may("operator") else None,
    }
