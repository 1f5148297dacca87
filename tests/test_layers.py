"""Imports point one way, and what has one home stays there (docs/decisions.md says why)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "fikoadmin"

# engine.text compares what people wrote; the built-in assistant has to read it the same way.
GROUND = {
    "background",
    "clock",
    "config",
    "destinations",
    "engine.text",
    "errors",
    "extensions",
    "followers",
    "redis_client",
    "words",
}
MODELS = GROUND | {"models"}
# They speak to the world outside: they know rows, and nothing of what decides.
OUTSIDE = {"outbound", "channels", "ai", "mirror", "log"}
DECIDING = {"engine", "matching", "documents"}
SERVICES = MODELS | DECIDING | {"services"}

# Room (a module or package of fikoadmin) -> the rooms it may import.
MAY_IMPORT = {
    **dict.fromkeys(GROUND, GROUND),
    "models": MODELS,
    **dict.fromkeys(OUTSIDE, MODELS | OUTSIDE),
    **dict.fromkeys(DECIDING, MODELS | DECIDING),
    "services": SERVICES | OUTSIDE,
    "live": MODELS,
    "jobs": SERVICES | OUTSIDE | {"live"},
    "deploy": SERVICES | OUTSIDE,
    "seeds": SERVICES | {"ai"},
    "web": SERVICES | {"live", "deploy"},
    "api": SERVICES | {"api.shapes"},
    # What the API answers with is also what the commands print.
    "api.shapes": SERVICES | {"api"},
    "serve": SERVICES | {"jobs", "live", "factory"},
    "cli": SERVICES | OUTSIDE | {"api.shapes", "deploy", "jobs", "seeds", "serve", "factory"},
}
REQUEST = {"flask.request", "flask.g", "flask.session"}
HTTP_CLIENTS = {"httpx", "httpx2", "requests", "urllib.request", "http.client"}

Offences = Iterator[str]


def room_of(name: str) -> str:
    """`fikoadmin.web.pages` -> `web`; what the package itself holds belongs to the factory."""
    parts = name.split(".")[1:]
    return next((room for room in (".".join(parts[:2]), *parts[:1]) if room in MAY_IMPORT), "factory")


def imports(module: str, tree: ast.Module, is_package: bool) -> Iterator[str]:
    """Every name that a module imports, in full, wherever in it the import stands."""
    steps_up = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = steps_up[: len(steps_up) + 1 - node.level] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def import_offences(module: str, names: set[str]) -> Offences:
    room = room_of(module)
    for name in sorted(names):
        if name.startswith("fikoadmin") and room != "factory" and not may_import(room, room_of(name)):
            yield f"{module} imports {name}"
        if name in REQUEST and room not in {"web", "api"}:
            yield f"{module} sees the request"
        if is_http_client(name) and room not in {"outbound", "ai", "channels"}:
            yield f"{module} makes HTTP calls with {name}"


def may_import(room: str, other: str) -> bool:
    return other == room or other in MAY_IMPORT[room]


def is_http_client(name: str) -> bool:
    return any(name == client or name.startswith(f"{client}.") for client in HTTP_CLIENTS)


def word_offences(module: str, source: str) -> Offences:
    room = room_of(module)
    if re.search(r"\bbell\b", source) and room not in {"live", "jobs", "factory"}:
        yield f"{module} knows the bell"
    if re.search(r"\bdb\.session\b", source) and room in {"web", "api"}:
        yield f"{module} uses db.session"
    if re.search(r"\.commit\(\)", source) and module != "fikoadmin.extensions":
        yield f"{module} commits"


def offences(module: str, source: str, is_package: bool = False) -> list[str]:
    """What a module of the package does that its room may not."""
    names = set(imports(module, ast.parse(source), is_package))
    return [*import_offences(module, names), *word_offences(module, source)]


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(parts).removesuffix(".__init__"), path


def test_every_module_keeps_to_its_room() -> None:
    found = [
        offence for name, path in modules() for offence in offences(name, path.read_text(), path.name == "__init__.py")
    ]
    assert found == []


def test_every_module_has_a_room() -> None:
    assert [name for name, _ in modules() if room_of(name) == "factory"] == ["fikoadmin"]


def test_there_is_one_commit() -> None:
    assert sum(path.read_text().count(".commit()") for _, path in modules()) == 1


@pytest.mark.parametrize(
    ("module", "source", "offence"),
    [
        ("engine.walk", "from ..services import workflows", "imports fikoadmin.services.workflows"),
        ("engine.walk", "def f():\n    import fikoadmin.outbound", "imports fikoadmin.outbound"),
        ("models.jobs", "from fikoadmin import engine", "imports fikoadmin.engine"),
        ("services.events", "from ..web.pages import strip", "imports fikoadmin.web.pages.strip"),
        ("services.events", "from .. import create_app", "imports fikoadmin.create_app"),
        ("ai.builtin", "from ..matching import matches", "imports fikoadmin.matching.matches"),
        ("services.events", "from flask import request as r", "sees the request"),
        ("web.pages", "import httpx2", "makes HTTP calls with httpx2"),
        ("web.pages", "db.session.add(1)", "uses db.session"),
        ("services.events", "bell.ring()", "knows the bell"),
        ("services.events", "connection.commit()", "commits"),
    ],
)
def test_the_check_finds(module: str, source: str, offence: str) -> None:
    assert offences(f"fikoadmin.{module}", source) == [f"fikoadmin.{module} {offence}"]
