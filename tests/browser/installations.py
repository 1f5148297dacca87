"""Installations besides the demo: one that nobody has used yet, and one that nothing goes on in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select, update

from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.models.accounts import Operator
from fikoadmin.models.jobs import Job
from fikoadmin.services import accounts, bulk
from tests import services
from tests.app_server import App
from tests.browser.pages import EMAIL, PASSWORD
from tests.faults.ground import PROGRAM, bring_up, new_conversation, opened
from tests.faults.programs import site


@dataclass(frozen=True)
class Installation:
    """Where it is served, and the name and path of each page to look at."""

    url: str
    paths: Mapping[str, str]


FIRST_DAY = {
    f"first-day-{name}": f"/{path}"
    for name, path in {
        "dashboard": "",
        "conversations": "conversations",
        "bulk-redirects": "conversations/bulk",
        "workflows": "workflows",
        "executions": "executions",
        "bulk-operations": "executions/bulk",
        "customers": "customers",
        "knowledge": "knowledge",
        "operators": "settings/operators",
        "tokens": "settings/tokens",
        "changes": "settings/changes",
    }.items()
}


@contextmanager
def first_day() -> Iterator[Installation]:
    """With one administrator, and nothing else."""
    with App() as app:
        account = ("--email", EMAIL, "--name", "Mina", "--role", "administrator", "--password-stdin")
        assert app.command("user", "create", *account, stdin=f"{PASSWORD}\n").returncode == 0
        yield Installation(app.url, FIRST_DAY)


@contextmanager
def in_trouble() -> Iterator[Installation]:
    """Its Redis has gone, and no worker runs: a list of redirects is under way and comes no further."""
    with services.Postgres() as postgres, services.Redis() as redis, TemporaryDirectory(prefix="fiko-") as folder:
        environment = {
            "FIKO_DATABASE_URL": postgres.new_database(),
            "FIKO_REDIS_URL": redis.url,
            "FIKO_LOG_FILE": str(Path(folder) / "workflow.log"),
        }
        bring_up(environment)
        with opened(environment):
            paths = _waiting()
        arms = Path(folder) / "arms"
        arms.mkdir()
        with site(environment, arms, workers=0) as running:
            redis.kill()
            yield Installation(f"http://127.0.0.1:{running.port}", paths)


def _waiting() -> Mapping[str, str]:
    """A list of redirects that somebody has started five minutes ago; the pages that tell of it."""
    accounts.create_operator(EMAIL, "Mina", "administrator", "", PASSWORD, PROGRAM)
    mina = db.session.scalars(select(Operator)).one()
    conversations = [new_conversation() for _ in range(5)]
    listed = bulk.list_shown([(id_, 1) for id_ in conversations], mina)
    bulk.start(listed.id, "support", mina)
    with transaction() as session:
        session.execute(update(Job).values(due_at=now() - timedelta(minutes=5)))
    return {
        "dashboard-worker-away": "/",
        "conversation-mirror-away": f"/conversations/{conversations[0]}",
        "bulk-redirect-under-way": f"/conversations/bulk/{listed.id}",
    }


INSTALLATIONS = (first_day, in_trouble)
