"""What goes to the database: statements, savepoints and commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event


@dataclass
class Counted:
    """The texts of the statements, in order; savepoints are among them, SQLite's BEGIN is not."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0


@contextmanager
def counting() -> Iterator[Counted]:
    """Counts what this process sends during the block."""
    counted = Counted()

    def note(_connection: Connection, _cursor: object, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            counted.statements.append(" ".join(statement.split()))

    def note_savepoint(_connection: Connection, name: str) -> None:
        counted.statements.append(f"SAVEPOINT {name}")

    def note_commit(_connection: Connection) -> None:
        counted.commits += 1

    listeners = (("before_cursor_execute", note), ("savepoint", note_savepoint), ("commit", note_commit))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield counted
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)
