"""Real PostgreSQL and Redis servers on free loopback ports, for tests and for storms.

Each server lives in a temporary folder of its own and ends with `close()` or with its `with` block.
"""

import contextlib
import glob
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal, Self

import psycopg
import redis
from psycopg import sql

READY_SECONDS = 30.0
# Below the range from which Linux gives clients their ports: a client that keeps knocking at a stopped
# server could otherwise be given that very port, and connect to itself.
PORTS = range(10_240, 32_000)
PACKAGES = {
    "postgresql": "tests against PostgreSQL",
    "redis-server": "tests against Redis",
    "nginx": "tests of the production set-up",
    "chromium": "tests in a real browser",
}


def free_port() -> int:
    """A loopback TCP port on which nobody listens."""
    while True:
        port = PORTS[secrets.randbelow(len(PORTS))]
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def program(name: str) -> Path | None:
    """Where a program of one of PACKAGES stands on this machine, None where it does not."""
    versions = glob.glob(f"/usr/lib/postgresql/*/bin/{name}")
    versions.sort(key=lambda path: float(path.split("/")[4]))
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    return Path(versions[-1]) if versions else Path(found) if found else None


def chromium() -> Path | None:
    """The browser for tests: $CHROMIUM, else the system's."""
    named = os.environ.get("CHROMIUM")
    return Path(named) if named else program("chromium")


def missing() -> dict[str, str]:
    """What this machine lacks: Debian package -> what it is for."""
    found = {
        "postgresql": program("initdb"),
        "redis-server": program("redis-server"),
        "nginx": program("nginx"),
        "chromium": chromium(),
    }
    return {package: use for package, use in PACKAGES.items() if found[package] is None}


def need(name: str) -> Path:
    path = program(name)
    if path is None:
        raise FileNotFoundError(f"{name} is not on this machine")
    return path


class Server:
    """A child process that listens on one port, in a temporary folder of its own."""

    name: str

    def __init__(self, user: str | None = None) -> None:
        self.user = user
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"fiko-{self.name}-"))
        self.process: subprocess.Popen[bytes] | None = None
        if user is not None:
            shutil.chown(self.folder, user)

    def command(self) -> list[str]:
        raise NotImplementedError(self.name)

    def answers(self) -> bool:
        """Whether the server takes commands now."""
        raise NotImplementedError(self.name)

    def start(self) -> None:
        """Start, on the same port and data as before, and return when the server answers."""
        with self.log() as log:
            self.process = self.spawn(self.command(), log)
        deadline = time.monotonic() + READY_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self.name} did not start:\n{self.log_file.read_text()[-4000:]}")
            time.sleep(0.02)

    @property
    def log_file(self) -> Path:
        return self.folder / "server.log"

    def log(self) -> IO[bytes]:
        return self.log_file.open("ab")

    def spawn(self, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C on the tests must not reach servers that a test is still using.
        return subprocess.Popen(
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=self.user,
            group=group_of(self.user) if self.user else None,
            extra_groups=[] if self.user else None,
        )

    def send(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)

    def end(self, number: signal.Signals) -> None:
        self.send(number)
        self.thaw()
        if self.process is not None:
            self.process.wait(READY_SECONDS)

    def kill(self) -> None:
        """End at once, as by a power cut; `start()` brings it back."""
        self.end(signal.SIGKILL)

    def freeze(self) -> None:
        """Leave connections open and answer nothing, until `thaw()`."""
        self.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.send(signal.SIGCONT)

    def close(self) -> None:
        self.end(signal.SIGTERM)
        shutil.rmtree(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Redis(Server):
    """A Redis that keeps nothing on disk: killed and started again, it is empty."""

    name = "redis"
    databases = 1024

    def __init__(self) -> None:
        super().__init__()
        self.given = 0
        self.start()

    def command(self) -> list[str]:
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "databases": self.databases,
            "save": "",
            "appendonly": "no",
        }
        flags = [part for key, value in options.items() for part in (f"--{key}", str(value))]
        return [str(need("redis-server")), *flags]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @contextlib.contextmanager
    def client(self, url: str | None = None) -> Iterator[redis.Redis]:
        """A connection for the test itself; patient, unlike the ones under test."""
        with redis.Redis.from_url(url or self.url, socket_timeout=READY_SECONDS) as client:
            yield client

    def answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False

    def new_database(self) -> str:
        """The URL of an empty database that nobody else was given."""
        self.given = self.given % (self.databases - 1) + 1
        url = f"redis://127.0.0.1:{self.port}/{self.given}"
        with self.client(url) as client:
            client.flushdb()
        return url

    def flush(self) -> None:
        """Empty every database."""
        with self.client() as client:
            client.flushall()

    def refuse_writes(self) -> None:
        """Go on answering reads, and every write with an error, until `accept_writes()`."""
        with self.client() as client:
            client.config_set("min-replicas-to-write", 1)

    def accept_writes(self) -> None:
        with self.client() as client:
            client.config_set("min-replicas-to-write", 0)


class Postgres(Server):
    """A PostgreSQL cluster; `durable` makes a commit survive a power cut, at its price."""

    name = "postgres"
    stops = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}

    def __init__(self, durable: bool = False) -> None:
        super().__init__(user=unprivileged_user())
        self.durable = durable
        self.given = 0
        self.make_cluster()
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def make_cluster(self) -> None:
        options = ["--username=fiko", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        with self.log() as log:
            code = self.spawn([str(need("initdb")), f"--pgdata={self.data}", *options], log).wait(60)
        if code:
            raise RuntimeError(f"initdb failed:\n{self.log_file.read_text()[-4000:]}")

    def command(self) -> list[str]:
        durable = "on" if self.durable else "off"
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 200,
            "fsync": durable,
            "full_page_writes": durable,
            "synchronous_commit": durable,
        }
        flags = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        return [str(need("postgres")), "-D", str(self.data), *flags]

    def database_url(self, name: str) -> str:
        return f"postgresql+psycopg://fiko@127.0.0.1:{self.port}/{name}"

    @property
    def url(self) -> str:
        """The database that every cluster has; tests take one of their own with `new_database()`."""
        return self.database_url("postgres")

    def answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            self.execute(sql.SQL("SELECT 1"))
            return True
        return False

    def execute(self, statement: sql.Composed | sql.SQL) -> None:
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement)

    def new_database(self, template: str = "template0") -> str:
        """The URL of a new database: empty, or a copy of the one at a URL, which nobody may be using."""
        self.given += 1
        name = f"test_{self.given}"
        source = template.rsplit("/", 1)[-1]
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self.execute(statement.format(sql.Identifier(name), sql.Identifier(source)))
        return self.database_url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database of `new_database()`, whoever is still connected to it."""
        name = sql.Identifier(url.rsplit("/", 1)[-1])
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Shut down: `fast` orderly, `immediate` leaves recovery to the next `start()`."""
        self.end(self.stops[mode])

    def close(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder)


def unprivileged_user() -> str | None:
    """Somebody who may run PostgreSQL, which refuses root; None where we may ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def group_of(user: str) -> int:
    return pwd.getpwnam(user).pw_gid
