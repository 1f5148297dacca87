"""Places inside a document, and values, as an error names them."""

from __future__ import annotations

import json
import re
from typing import TypeAlias

from ..errors import Invalid

Key: TypeAlias = str | int
Place: TypeAlias = "tuple[Place, Key] | None"
"""Keys from the inside out, None for the whole document; written out only where there is an error."""

WHOLE = "document"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_UNRULY = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_SHOWN = 60


def wrong(place: Place, text: str, **values: object) -> Invalid:
    """The error for `place`, which names it like `nodes[3].title`."""
    return Invalid(written(place), text, **values)


def written(place: Place) -> str:
    keys: list[Key] = []
    while place is not None:
        place, key = place
        keys.append(key)
    return "".join(_step(key) for key in reversed(keys)).removeprefix(".") or WHOLE


def shown(value: object) -> str:
    """`value` between quotation marks, shortened, without what would upset the line it stands in."""
    text = _UNRULY.sub(" ", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return f"'{text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}'"


def _step(key: Key) -> str:
    if isinstance(key, str) and _PLAIN.fullmatch(key):
        return f".{key}"
    return f"[{json.dumps(key[:_SHOWN] if isinstance(key, str) else key)}]"
