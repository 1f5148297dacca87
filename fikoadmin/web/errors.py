"""What a refusal looks like on a page; the API has its own translation."""

from __future__ import annotations

import logging

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from ..errors import Busy, Invalid, Problem, is_busy
from .access import know_reader
from .language import gettext
from .refused import refusal, refusal_at

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    app.register_error_handler(Problem, problem_page)
    app.register_error_handler(CSRFError, csrf_page)
    app.register_error_handler(HTTPException, http_page)
    app.register_error_handler(Exception, fault_page)


def problem_page(problem: Problem) -> ResponseReturnValue:
    return page(problem.status, refusal_at(problem) if isinstance(problem, Invalid) else refusal(problem))


def csrf_page(error: CSRFError) -> ResponseReturnValue:
    return page(400, gettext("The form is too old, or came from elsewhere. Open the page again and send it once more."))


def http_page(error: HTTPException) -> ResponseReturnValue:
    body, status = page(error.code or 500)
    methods = error.valid_methods if isinstance(error, MethodNotAllowed) else None
    return body, status, {"Allow": ", ".join(sorted(methods))} if methods else {}


def fault_page(error: Exception) -> ResponseReturnValue:
    if is_busy(error):
        log.warning("The database cannot be used: %s", type(getattr(error, "orig", None) or error).__name__)
        body, status = page(Busy.status)
        return body, status, {"Retry-After": "1"}
    log.error("Fault in %s %s", request.method, request.endpoint, exc_info=error)
    return page(500)


def page(status: int, detail: str = "") -> tuple[str, int]:
    """The page of an error; it can be shown when the database is gone, in the language of nobody in particular."""
    know_reader()
    return render_template("errors/error.html", status=status, detail=detail), status
