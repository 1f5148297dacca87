"""One running Fiko Admin as other programs meet it: its API, its commands, its log."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from tests.app_server import PROGRAM, Answer, App
from tests.contract.documents import Document, unique

Found = TypeVar("Found")

PATIENCE = 20.0
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "SKIPPED"}


def wait_until(look: Callable[[], Found], seconds: float = PATIENCE) -> Found:
    """What `look` returns as soon as that is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"still {found!r} after {seconds} s"
        time.sleep(0.05)
    return found


def run_command(settings: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """`fikoadmin ARGUMENTS` with these settings and nothing else; any exit status."""
    return subprocess.run(
        [str(PROGRAM), *arguments],
        env=dict(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class State(NamedTuple):
    """Who owns a conversation."""

    status: str
    ai_enabled: bool
    destination: str
    epoch: int


class Change(NamedTuple):
    """A conversation event: old and new are (status, AI flag, destination)."""

    epoch: int
    old: tuple[Any, ...]
    new: tuple[Any, ...]
    event: Document


def side(event: Document, name: str) -> tuple[Any, ...]:
    # The contract says "old and new values", no field names: {"old": {"status": …}} and "old_status" both do.
    values = event.get(name) or event.get(f"{name}_values") or {}
    fields = ("status", "ai_enabled", "destination")
    return tuple(values.get(field, event.get(f"{name}_{field}")) for field in fields)


# What the contract says that a conversation has; it may have more.
CONVERSATION = ("id", "status", "ai_enabled", "ai_may_reply", "destination", "epoch", "customer", "source")


def facts(conversation: Document) -> Document:
    """A conversation as the contract describes it, without what else a release adds and its last touch."""
    return {name: conversation[name] for name in CONVERSATION}


def leaves(value: Any) -> list[Any]:
    """Every value in a JSON document that is neither object nor list."""
    if isinstance(value, dict):
        return leaves(list(value.values()))
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, list) else [value]


def outcome(step: Document) -> str | None:
    """A step's outcome as the contract writes it: `failed(reason)`, wherever the reason stands."""
    word: str | None = step["outcome"]
    return f"{word}({step['reason']})" if word in ("failed", "skipped") else word


def path(execution: Document) -> list[tuple[str, str | None]]:
    """Title and outcome of each step, in order."""
    return [(step["title"], outcome(step)) for step in execution["steps"]]


class Client:
    """The API of one running app; its methods fail on any status but the contract's, except `ask`."""

    def __init__(self, app: App) -> None:
        self.app = app

    def call(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        answer = self.app.api(method, path, body)
        assert answer.status == expect, f"{method} {path}: {answer.status} {answer.text[:2000]}"
        return answer.json

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None, expect: int = 200) -> Any:
        return self.call("POST", path, body, expect)

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """The answer, whatever its status is."""
        return self.app.api(method, path, body)

    def pages(self, path: str, limit: int = 200) -> Iterator[list[Document]]:
        """Each page of a list, following `next`."""
        sign = "&" if "?" in path else "?"
        page = self.get(f"{path}{sign}limit={limit}")
        yield page["items"]
        for _ in range(1000):
            if page["next"] is None:
                return
            page = self.get(f"{path}{sign}limit={limit}&after={quote(str(page['next']), safe='')}")
            yield page["items"]
        raise AssertionError(f"{path} does not end")

    def everything(self, path: str, limit: int = 200) -> list[Document]:
        return [item for page in self.pages(path, limit) for item in page]

    # Customers and conversations

    def customer(self, **fields: Any) -> Document:
        made: Document = self.post("/customers", {"first_name": "Sara"} | fields, 201)
        return made

    def conversation(self, source: str = "test", **customer: Any) -> str:
        """The id of a new conversation with a new customer."""
        who = {"first_name": "Sara", "source": source, "source_id": unique("c")} | customer
        made = self.post("/conversations", {"customer": who, "source": source}, 201)
        return str(made["id"])

    def at(self, destination: str) -> str:
        """The id of a new conversation that is at a destination."""
        conversation = self.conversation()
        self.redirect(conversation, destination)
        return conversation

    def show(self, conversation: str) -> Document:
        shown: Document = self.get(f"/conversations/{conversation}")
        return shown

    def state(self, conversation: str) -> State:
        shown = self.show(conversation)
        return State(shown["status"], shown["ai_enabled"], shown["destination"], shown["epoch"])

    def customer_id(self, conversation: str) -> str:
        customer = self.show(conversation)["customer"]
        return str(customer["id"] if isinstance(customer, dict) else customer)

    def tags(self, conversation: str) -> set[str]:
        return set(self.get(f"/customers/{self.customer_id(conversation)}")["tags"])

    def add_tag(self, conversation: str, name: str) -> None:
        self.post(f"/customers/{self.customer_id(conversation)}/tags", {"name": name})

    def redirect(self, conversation: str, destination: str) -> Document:
        shown: Document = self.post(f"/conversations/{conversation}/redirect", {"destination": destination})
        return shown

    def history(self, conversation: str) -> list[Change]:
        """The conversation events, by epoch."""
        events = self.everything(f"/conversations/{conversation}/events")
        changes = [Change(e["epoch"], side(e, "old"), side(e, "new"), e) for e in events]
        return sorted(changes, key=lambda change: change.epoch)

    # Messages and events

    def event(self, conversation: str, kind: str, data: Document, **fields: Any) -> Document:
        """POST /events, accepted."""
        body = {"event_type": kind, "conversation_id": conversation, "data": data} | fields
        answer: Document = self.post("/events", body, 202)
        return answer

    def say(self, conversation: str, content: str, **fields: Any) -> Document:
        """The customer writes."""
        return self.event(conversation, "MESSAGE_RECEIVED", {"content": content}, **fields)

    def reply(self, conversation: str, content: str = "Let me look", **fields: Any) -> Document:
        """An operator writes, or takes a note."""
        body = {"content": content} | fields
        message: Document = self.post(f"/conversations/{conversation}/messages", body, 201)
        return message

    def messages(self, conversation: str, *types: str) -> list[Document]:
        """The messages of those types (none named: all), oldest first."""
        found = self.everything(f"/conversations/{conversation}/messages")
        return [message for message in found if not types or message["type"] in types]

    def answers(self, conversation: str) -> list[str]:
        """What the AI said to the customer."""
        return [m["content"] for m in self.messages(conversation, "AI") if not m["superseded"]]

    def answered(self, conversation: str, times: int = 1) -> list[str]:
        """The AI's answers once there are `times` of them, and no more after everything has settled."""
        wait_until(lambda: len(self.answers(conversation)) >= times)
        self.settle()
        answers = self.answers(conversation)
        assert len(answers) == times, answers
        return answers

    def settle(self) -> None:
        """Let the work that is queued now be done: what is queued after it has been done."""
        other = self.conversation()
        self.say(other, "hello")
        wait_until(lambda: self.answers(other))

    # Workflows and executions

    def load(self, document: Document) -> str:
        """The id of the DRAFT that an import makes."""
        return str(self.post("/workflows/import", document, 201)["id"])

    def live(self, document: Document) -> str:
        """The id of a workflow that is imported and ACTIVE."""
        workflow = self.load(document)
        assert self.post(f"/workflows/{workflow}/activate")["status"] == "ACTIVE"
        return workflow

    def export(self, workflow: str) -> Document:
        exported: Document = self.get(f"/workflows/{workflow}/export")
        return exported

    def trigger(self, workflow: str, conversation: str) -> Document:
        """Start a live workflow by hand; the execution once it has ended."""
        body = {"conversation_id": conversation}
        return self.ended(self.post(f"/workflows/{workflow}/trigger", body, 201)["id"])

    def run(self, document: Document, conversation: str) -> Document:
        """Import, activate and trigger; the execution once it has ended."""
        return self.trigger(self.live(document), conversation)

    def ended(self, execution: str) -> Document:
        wait_until(lambda: self.get(f"/executions/{execution}")["status"] in ENDED)
        found: Document = self.get(f"/executions/{execution}")
        return found

    def executions(self, workflow: str) -> list[Document]:
        return self.everything(f"/executions?workflow_id={workflow}")

    # Around it

    def command(self, *arguments: str) -> str:
        """What a command that succeeds prints."""
        done = self.app.command(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.returncode} {done.stderr}"
        return done.stdout

    def setting(self, name: str, value: str) -> None:
        self.command("setting", name, value)
