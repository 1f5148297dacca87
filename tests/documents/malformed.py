"""F12: malformed variants of the samples."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.documents.samples import Json

HOSTILE: list[Any] = [
    *("<script>alert(1)</script>", "{{7*7}}", "'; DROP TABLE nodes; --", "\u202egnirts", "\0", "\ud83d", "💬", ""),
    *("x" * 300, "../../etc/passwd", "%s%n", "=cmd()", "\r\nSet-Cookie: a=b", "٣", "NaN", "__proto__"),
    *(None, True, -1, 0, 1.5, 2**31, 2**63, 10**40, -(10**40), 1e308, float("nan"), float("inf"), [], {}),
    *([[]], [None], {"a": {"b": []}}, ["x"] * 50, {"": ""}, {"conditions": [{}]}),
]
TEXTS = [
    *("NaN", "Infinity", "1e400", "01", "+1", ".5", "'x'", "undefined", r'"\u0000"', r'"\udc00"', '{"a":1,"a":2}'),
    *("[" * 40 + "]" * 40, "[" * 5000, "{" * 5000, "9" * 500, '"\x01"', '"\u202e"', "/* */ 1", "1 2", "]", '"'),
]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) in a document."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


def put(chance: random.Random, document: Json) -> str:
    container, key = chance.choice(list(places(document)))
    container[key] = chance.choice(HOSTILE)
    return json.dumps(document)


def dropped(chance: random.Random, document: Json) -> str:
    container, key = chance.choice(list(places(document)))
    del container[key]
    return json.dumps(document)


def doubled(chance: random.Random, document: Json) -> str:
    container, key = chance.choice(list(places(document)))
    if isinstance(container, list):
        container.append(copy.deepcopy(container[key]))
    else:
        container[chance.choice(["\0", "a b", "name", "id", "conditions", "é" * 100])] = container[key]
    return json.dumps(document)


def crossed(chance: random.Random, document: Json) -> str:
    """A value from elsewhere in the document: a wrong type that looks at home."""
    (container, key), (other, name) = chance.choices(list(places(document)), k=2)
    container[key] = copy.deepcopy(other[name])
    return json.dumps(document)


def spliced(chance: random.Random, document: Json) -> str:
    container, key = chance.choice(list(places(document)))
    container[key] = "@here@"
    return json.dumps(document).replace('"@here@"', chance.choice(TEXTS))


def truncated(chance: random.Random, document: Json) -> str:
    text = json.dumps(document)
    return text[: chance.randrange(len(text))]


def scrambled(chance: random.Random, document: Json) -> str:
    text = list(json.dumps(document, ensure_ascii=False))
    for _ in range(chance.randint(1, 5)):
        text[chance.randrange(len(text))] = chance.choice('{}[]",:\\0aé\0')
    return "".join(text)


def huge(chance: random.Random, document: Json) -> str:
    document["nodes"] = document["nodes"] * chance.choice([150, 300])
    document["unknown"] = [[] for _ in range(chance.randrange(100_000))]
    return json.dumps(document)


COMMON: list[Callable[[random.Random, Json], str]] = [put, dropped, doubled, crossed, spliced, truncated, scrambled]
