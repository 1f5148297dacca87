"""Alive, ready and in numbers; and what a caller is told while the database is away."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import update

from fikoadmin.clock import now
from fikoadmin.config import ROOT
from fikoadmin.extensions import db, transaction
from fikoadmin.models.jobs import Job, Lease
from tests.api.client import Api, found, new_token
from tests.api.conftest import made
from tests.conftest import require
from tests.services import Postgres, free_port

MIGRATIONS = str(ROOT / "migrations")


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Flask]:
    """An app of the test's own."""
    with made({"FIKO_DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}"}, tmp_path) as app:
        yield app


def test_it_is_alive_and_whole(own: Flask) -> None:
    client = own.test_client()
    assert found(client.get("/healthz")) == {"status": "ok"}
    assert found(client.get("/readyz")) == {"status": "ok", "degraded": []}


def test_without_redis_it_is_ready_and_says_so(tmp_path: Path) -> None:
    nowhere = {"FIKO_REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
    with made(nowhere | {"FIKO_DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}"}, tmp_path) as app:
        assert found(app.test_client().get("/readyz")) == {"status": "degraded", "degraded": ["redis"]}


def test_with_a_late_worker_it_is_ready_and_says_so(own: Flask) -> None:
    with own.app_context(), transaction():
        Job.queue("answer_customer", "x:1", due_at=now() - timedelta(seconds=90))
    assert found(own.test_client().get("/readyz"))["degraded"] == ["worker"]
    assert "fiko_jobs_due 1.0" in own.test_client().get("/metrics").text


def test_who_dispatches_is_told(own: Flask) -> None:
    text = own.test_client().get("/metrics").text
    assert "fiko_dispatcher{" not in text
    with own.app_context(), transaction() as session:
        session.add(Lease(name="dispatcher", holder="host:1:a", until=now() + timedelta(seconds=60)))
        session.add(Lease(name="another role", holder="host:2:b", until=now() + timedelta(seconds=60)))
    assert 'fiko_dispatcher{holder="host:1:a"} 1.0' in own.test_client().get("/metrics").text
    with own.app_context(), transaction() as session:
        session.execute(update(Lease).values(until=now() - timedelta(seconds=1)))
    assert "fiko_dispatcher{" not in own.test_client().get("/metrics").text


COUNT = "from fikoadmin.jobs.runner import LEASE_LOSSES; LEASE_LOSSES.inc()"
SHOW = "from fikoadmin.jobs.runner import LEASE_LOSSES; from fikoadmin.api import health; " \
    "print(health.generate_latest(health._counted()).decode())"  # fmt: skip


def test_what_several_processes_counted_is_added_up(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for script in (COUNT, COUNT, SHOW):
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    assert "fiko_job_lease_losses_total 2.0" in done.stdout


def test_before_the_migrations_it_is_not_ready(own: Flask) -> None:
    with own.app_context():
        downgrade(MIGRATIONS, "base")
    assert found(own.test_client().get("/readyz"), 503)["status"] == "unavailable"
    with own.app_context():
        upgrade(MIGRATIONS)
    assert own.test_client().get("/readyz").status_code == 200


def test_p30_on_the_schema_of_a_newer_release_it_is_ready(own: Flask) -> None:
    with own.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'newer'")
    assert own.test_client().get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200), ("::1", {}, 200), ("192.0.2.1", {}, 401), ("", {}, 401),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 401), ("192.0.2.1", {"Authorization": "Bearer wrong"}, 401),
    ],
)  # fmt: skip
def test_numbers_are_for_the_machine_itself(app: Flask, address: str, headers: dict[str, str], status: int) -> None:
    answer = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status


def test_or_for_a_token(app: Flask, api: Api) -> None:
    answer = app.test_client().get("/metrics", headers=api.headers, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert answer.status_code == 200


def test_redirects_are_counted_by_destination(api: Api) -> None:
    def count() -> float:
        lines = api.client.get("/metrics").text.splitlines()
        return float(next((line.split()[1] for line in lines if 'total{destination="billing"}' in line), "0"))

    before, conversation = count(), api.conversation()["id"]
    for _ in range(3):  # twice it is there already
        found(api.post(f"/conversations/{conversation}/redirect", {"destination": "billing"}))
    assert count() == before + 1


def test_while_the_database_is_away_everything_says_when_to_come_back(tmp_path: Path) -> None:
    require("postgresql")
    with Postgres(durable=True) as server, made({"FIKO_DATABASE_URL": server.new_database()}, tmp_path) as app:
        api = Api(app, new_token(app))
        conversation = api.conversation()["id"]
        server.stop("immediate")
        for answer in (api.get("/conversations"), api.get("/nothing"), api.client.get("/readyz")):
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        server.start()
        assert api.say(conversation, "hello")["duplicate"] is False


def test_a_fault_is_a_problem_that_tells_nothing(tmp_path: Path) -> None:
    require("postgresql")
    with Postgres() as server, made({"FIKO_DATABASE_URL": server.new_database()}, tmp_path) as app:
        api = Api(app, new_token(app))
        with app.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE conversations RENAME TO elsewhere")
        answer = api.get("/conversations")
        assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
        assert "elsewhere" not in answer.text
        assert "conversations" not in answer.text
