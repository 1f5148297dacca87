"""The address without a path: where an operator's work begins."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

bp = Blueprint("start", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    return redirect(url_for("conversations.index"), 303)
