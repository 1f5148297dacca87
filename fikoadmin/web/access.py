"""Who reads a page, in which language, and what they may do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import current_app, g, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from sqlalchemy.exc import SQLAlchemyError

from ..config import LOCALES
from ..errors import Forbidden
from ..extensions import login_manager
from ..models.accounts import Operator
from .labels import label
from .language import gettext

P = ParamSpec("P")
R = TypeVar("R", bound=ResponseReturnValue)

login_manager.login_view = "accounts.sign_in"
login_manager.login_message = None


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_operator(session_text: str) -> Operator | None:
    return Operator.by_session(session_text)


def know_reader() -> None:
    """Has what is drawn next be for nobody, where the database cannot say who reads it."""
    try:
        reader_locale()
    except SQLAlchemyError:
        g._login_user = login_manager.anonymous_user()


def permitted(role: str) -> Callable[[Callable[P, R]], Callable[P, ResponseReturnValue]]:
    """Lets a view be seen by signed-in operators whose role includes `role`; the others are told which it takes."""

    def decorate(view: Callable[P, R]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.may(role):
                raise Forbidden(gettext("This needs the role %(role)s.", role=label("role", role)))
            return view(*args, **kwargs)

        guarded: Callable[P, ResponseReturnValue] = login_required(checked)
        return guarded

    return decorate


def operator() -> Operator:
    """The signed-in operator; only inside a view that `permitted` guards."""
    person: Operator = current_user._get_current_object()
    return person


def reader_locale() -> str:
    """The page's language: the operator's choice, the visitor's choice, the browser's wish, the installation's."""
    chosen = (current_user.locale if current_user.is_authenticated else "") or session.get("language", "")
    if chosen in LOCALES:
        return str(chosen)
    default: str = current_app.extensions["config"].locale
    return request.accept_languages.best_match(LOCALES, default) or default
