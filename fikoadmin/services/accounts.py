"""Operators and API tokens: made, changed, signed in."""

from __future__ import annotations

from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from email_validator import EmailNotValidError, validate_email

from ..destinations import DEPARTMENTS, SUPPORT
from ..errors import Invalid
from ..extensions import db, transaction
from ..models.accounts import ROLES, ApiToken, Operator
from ..models.actors import Actor
from ..models.audit import AuditEntry
from ..models.settings import LANGUAGES

PASSWORD_LENGTH = (10, 200)
SCOPES = ("full", "read")

_hasher = PasswordHasher()
# Checked where there is no such operator, so that the answer takes as long as where there is one.
_NOBODY = _hasher.hash("nobody has this password")


def create_operator(
    email: str, name: str, role: str, department: str, password: str, actor: Actor, locale: str = ""
) -> Operator:
    """A new operator; raises Invalid, its field the wrong one."""
    email = _clean_email(email)
    name = name.strip()
    if not 1 <= len(name) <= 200:
        raise Invalid("name", "must have 1 to 200 characters")
    _one_of("role", role, ROLES)
    _one_of("department", department or SUPPORT, DEPARTMENTS)
    check_password(password)
    with transaction():
        if Operator.by_email(email):
            raise Invalid("email", "an operator with this address exists")
        operator = Operator(
            email=email, name=name, role=role, department=department or SUPPORT, locale=locale,
            password_hash=_hasher.hash(password), is_enabled=True, session_number=1,
        )  # fmt: skip
        db.session.add(operator)
        db.session.flush()
        AuditEntry.record("operator", operator.id, "created", actor, new={"email": email, "role": role})
    return operator


def set_password(operator_id: int, password: str, actor: Actor) -> None:
    """A new password; the operator is signed out everywhere. Raises Invalid."""
    check_password(password)
    with transaction():
        operator = db.session.get_one(Operator, operator_id)
        operator.password_hash = _hasher.hash(password)
        operator.session_number += 1
        AuditEntry.record("operator", operator.id, "password changed", actor)


def set_locale(operator_id: int, locale: str) -> None:
    """The language of the operator's pages; raises Invalid."""
    _one_of("locale", locale, LANGUAGES)
    with transaction():
        db.session.get_one(Operator, operator_id).locale = locale


def sign_in(email: str, password: str) -> Operator | None:
    """The enabled operator with that address and password."""
    operator = Operator.by_email(email)
    matches = password_matches(operator.password_hash if operator else _NOBODY, password)
    return operator if operator and matches and operator.is_enabled else None


def password_matches(password_hash: str, password: str) -> bool:
    """Whether the hash is that password's."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def create_token(
    name: str, actor: Actor, scope: str = "full", expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new API token and its text, which is shown this once. Raises Invalid."""
    name = name.strip()
    if not 1 <= len(name) <= 200:
        raise Invalid("name", "must have 1 to 200 characters")
    _one_of("scope", scope, SCOPES)
    with transaction():
        token, text = ApiToken.issue(name, scope, expires_at)
        token.created_by_id = int(actor.id) if actor.kind == "operator" else None
        db.session.add(token)
        db.session.flush()
        AuditEntry.record("token", token.id, "created", actor, new={"name": name, "scope": scope})
    return token, text


def check_password(password: str) -> None:
    """Raises Invalid where the password is too short or too long."""
    least, most = PASSWORD_LENGTH
    if not least <= len(password) <= most:
        raise Invalid("password", f"must have {least} to {most} characters")


def _clean_email(email: str) -> str:
    try:
        # Local names such as demo@fiko.local are fine: an installation may live in a network of its own.
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        if _is_local(email):
            return email.strip().lower()
        raise Invalid("email", f"'{email[:100]}' is not an e-mail address") from None
    return checked.normalized.lower()


def _is_local(email: str) -> bool:
    name, _, domain = email.strip().partition("@")
    return bool(name) and domain.endswith(".local") and email.isascii() and " " not in email


def _one_of(field: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise Invalid(field, f"'{value[:60]}' must be one of: {', '.join(choices)}")
