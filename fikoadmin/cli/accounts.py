"""`fikoadmin user` and `fikoadmin token`."""

from __future__ import annotations

import secrets
import sys
from datetime import timedelta

import click

from ..clock import now
from ..destinations import DEPARTMENTS, SUPPORT
from ..models.accounts import ROLES
from ..services import accounts
from .base import actor, in_app


@click.group()
def user() -> None:
    """Operators."""


@user.command("create")
@click.option("--email", required=True, help="Address to sign in with.")
@click.option("--name", required=True, help="Name that customers' histories show.")
@click.option("--role", type=click.Choice(ROLES), default="operator", show_default=True)
@click.option("--department", type=click.Choice(DEPARTMENTS), default=SUPPORT, show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@in_app
def create_user(email: str, name: str, role: str, department: str, password_stdin: bool) -> None:
    """Add an operator; prints the new id on the last line.

    Without --password-stdin a password is generated and shown once, on standard error.
    """
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(12)
    operator = accounts.create_operator(email, name, role, department, password, actor())
    if not password_stdin:
        click.echo(f"Password: {password}", err=True)
    click.echo(operator.id)


@click.group()
def token() -> None:
    """Keys to the HTTP API."""


@token.command("create")
@click.argument("name")
@click.option("--scope", type=click.Choice(accounts.SCOPES), default="full", show_default=True)
@click.option("--days", type=click.IntRange(1, 36_500), help="For how many days it is good; for ever by default.")
@in_app
def create_token(name: str, scope: str, days: int | None) -> None:
    """Make a token called NAME; prints it on the last line, this once."""
    expires_at = now() + timedelta(days=days) if days else None
    _token, text = accounts.create_token(name, actor(), scope, expires_at)
    click.echo(text)
