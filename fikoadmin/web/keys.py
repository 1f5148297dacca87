"""The sheet of keys: a page of its own, and what `?` opens over any other page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel.speaklater import LazyString

from .access import permitted
from .language import lazy_gettext as _

bp = Blueprint("keys", __name__)


@dataclass(frozen=True, slots=True)
class Key:
    """What is pressed: each combination as the names of its keys, any of them will do; and what it does."""

    pressed: tuple[tuple[str, ...], ...]
    does: LazyString


@dataclass(frozen=True, slots=True)
class Place:
    name: LazyString
    keys: tuple[Key, ...]


def _key(does: LazyString, *pressed: str) -> Key:
    return Key(tuple(tuple(each.split("+")) for each in pressed), does)


# Exactly those that the scripts in static/js know, and what the browser does where that is meant.
SHEET = (
    Place(
        _("On every page"),
        (
            _key(_("Show these keys"), "?"),
            _key(_("Close a menu or a question"), "Esc"),
        ),
    ),
    Place(
        _("In a workflow"),
        (
            _key(_("Find a node"), "Ctrl+F"),
            _key(_("Undo the last change"), "Ctrl+Z"),
            _key(_("Redo it"), "Ctrl+Shift+Z"),
            _key(_("Look at what publishing changes, then publish"), "Shift+P"),
        ),
    ),
    Place(
        _("On a node's line in the outline"),
        (
            _key(_("To the next or the previous node"), "↓", "↑"),
            _key(_("Open its form, to change or rename it"), "Enter", "F2"),
            _key(_("Add a node after it"), "A"),
            _key(_("Change places with the node after or before it"), "Alt+↓", "Alt+↑"),
            _key(_("Duplicate it"), "Ctrl+D"),
            _key(_("Copy it"), "Ctrl+C"),
            _key(_("Cut it: copy it, then delete it"), "Ctrl+X"),
            _key(_("Paste nodes after it"), "Ctrl+V"),
            _key(_("Delete the node"), "Delete"),
        ),
    ),
    Place(
        _("On a page of a workflow, for example a node's form"),
        (
            _key(_("Save, while in a field of one line"), "Enter"),
            _key(_("Leave the field; once more: back to the outline, if nothing was changed"), "Esc"),
        ),
    ),
    Place(_("In a conversation"), (_key(_("Send what is written"), "Ctrl+Enter"),)),
)


@bp.get("/keys")
@permitted("viewer")
def index() -> ResponseReturnValue:
    return render_template("keys/index.html", sheet=SHEET)
