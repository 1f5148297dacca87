"""Operators and API tokens: made, changed, signed in."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from email_validator import EmailNotValidError, validate_email

from ..clock import now
from ..destinations import DEPARTMENTS, SUPPORT
from ..errors import NOT_ONE_OF, Invalid, NotFound
from ..extensions import db, transaction
from ..models.accounts import ADMINISTRATOR, ROLES, ApiToken, Operator
from ..models.actors import Actor
from ..models.audit import AuditEntry
from ..models.settings import LANGUAGES
from ..words import N_

PASSWORD_LENGTH = (10, 200)
SCOPES = ("full", "read")

ADDRESS_KNOWN = N_("an operator with this address exists")
NO_NAME = N_("must be one line of at most two hundred characters")
NO_ADDRESS = N_("is not an e-mail address, such as name@example.org")
LAST_ADMINISTRATOR = N_("this is the last administrator: make somebody else one first")
WRONG_PASSWORD = N_("is not your present password")
PASSWORD_OF_OTHER_LENGTH = N_("must have %(least)s to %(most)s characters")

_hasher = PasswordHasher()


def create_operator(
    email: str, name: str, role: str, department: str, password: str, actor: Actor, locale: str = ""
) -> Operator:
    """A new operator; raises Invalid, its field the wrong one."""
    email = _clean_email(email)
    name = _clean_name(name)
    _one_of("role", role, ROLES)
    _one_of("department", department or SUPPORT, DEPARTMENTS)
    check_password(password)
    with transaction():
        if Operator.by_email(email):
            raise Invalid("email", ADDRESS_KNOWN)
        operator = Operator(
            email=email, name=name, role=role, department=department or SUPPORT, locale=locale,
            password_hash=_hasher.hash(password), is_enabled=True, session_number=1,
        )  # fmt: skip
        db.session.add(operator)
        db.session.flush()
        AuditEntry.record("operator", operator.id, "created", actor, new={"email": email, **_rights(operator)})
    return operator


def change_operator(operator_id: int, role: str, department: str, is_enabled: bool, actor: Actor) -> Operator:
    """What the operator may do; who is disabled is signed out everywhere.

    Raises NotFound, and Invalid, its field the wrong one: somebody enabled has to stay administrator.
    """
    _one_of("role", role, ROLES)
    _one_of("department", department, DEPARTMENTS)
    with transaction():
        administrators = Operator.locked_administrators()
        operator = db.session.get(Operator, operator_id, with_for_update=True, populate_existing=True)
        if operator is None:
            raise NotFound(N_("there is no such operator"))
        if administrators == [operator] and not (is_enabled and role == ADMINISTRATOR):
            raise Invalid("role" if is_enabled else "is_enabled", LAST_ADMINISTRATOR)
        old = _rights(operator)
        operator.session_number += operator.is_enabled and not is_enabled
        operator.role, operator.department, operator.is_enabled = role, department, is_enabled
        if _rights(operator) != old:
            AuditEntry.record("operator", operator.id, "changed", actor, old, _rights(operator))
    return operator


def _rights(operator: Operator) -> dict[str, object]:
    return {"role": operator.role, "department": operator.department, "is_enabled": operator.is_enabled}


def change_password(operator_id: int, old: str, password: str) -> Operator:
    """The operator's own new password, who is signed out everywhere; raises Invalid, its field the wrong one."""
    operator = db.session.get_one(Operator, operator_id)
    if not password_matches(operator.password_hash, old):
        raise Invalid("old_password", WRONG_PASSWORD)
    set_password(operator_id, password, operator.actor)
    return operator


def set_password(operator_id: int, password: str, actor: Actor) -> None:
    """A new password; the operator is signed out everywhere. Raises Invalid."""
    check_password(password)
    password_hash = _hasher.hash(password)  # takes long on purpose: not while a lock is held
    with transaction():
        operator = db.session.get_one(Operator, operator_id)
        operator.password_hash = password_hash
        operator.session_number += 1
        AuditEntry.record("operator", operator.id, "password changed", actor)


def set_locale(operator_id: int, locale: str) -> None:
    """The language of the operator's pages; raises Invalid."""
    _one_of("locale", locale, LANGUAGES)
    with transaction():
        operator = db.session.get_one(Operator, operator_id)
        if operator.locale != locale:
            AuditEntry.record("operator", operator.id, "language changed", operator.actor, operator.locale, locale)
        operator.locale = locale


def sign_in(email: str, password: str) -> Operator | None:
    """The enabled operator with that address and password."""
    operator = Operator.by_email(email)
    matches = password_matches(operator.password_hash if operator else _nobody(), password)
    return operator if operator and matches and operator.is_enabled else None


@cache
def _nobody() -> str:
    """A hash to check where there is no such operator, so that the answer takes as long as where there is one."""
    return _hasher.hash("nobody has this password")


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
    name = _clean_name(name)
    _one_of("scope", scope, SCOPES)
    with transaction():
        token, text = ApiToken.issue(name, scope, expires_at)
        token.created_by_id = int(actor.id) if actor.kind == "operator" else None
        db.session.add(token)
        db.session.flush()
        AuditEntry.record("token", token.id, "created", actor, new={"name": name, "scope": scope})
    return token, text


def revoke_token(token_id: int, actor: Actor) -> ApiToken:
    """The token opens nothing any more; one that was revoked before stays as it is. Raises NotFound."""
    with transaction():
        token = db.session.get(ApiToken, token_id, with_for_update=True, populate_existing=True)
        if token is None:
            raise NotFound(N_("there is no such token"))
        if token.revoked_at is None:
            token.revoked_at = now()
            AuditEntry.record("token", token.id, "revoked", actor, old={"name": token.name})
    return token


def check_password(password: str) -> None:
    """Raises Invalid where the password is too short or too long."""
    least, most = PASSWORD_LENGTH
    if not least <= len(password) <= most:
        raise Invalid("password", PASSWORD_OF_OTHER_LENGTH, least=least, most=most)


def _clean_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 200 or not name.replace("\u200c", "").isprintable():
        raise Invalid("name", NO_NAME)
    return name


def _clean_email(email: str) -> str:
    try:
        # Local names such as demo@fiko.local are fine: an installation may live in a network of its own.
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        if _is_local(email):
            return email.strip().lower()
        raise Invalid("email", NO_ADDRESS) from None
    return checked.normalized.lower()


def _is_local(email: str) -> bool:
    name, _, domain = email.strip().partition("@")
    return bool(name) and domain.endswith(".local") and email.isascii() and email.isprintable() and " " not in email


def _one_of(field: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise Invalid(field, NOT_ONE_OF, value=value[:60], choices=", ".join(choices))
