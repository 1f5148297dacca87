"""What the address of the list filters by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import request

from ...errors import Invalid
from ...models.searches import Filters
from ..language import gettext

# The parameters in the order in which an address has them.
NAMES = ("q", "status", "ai", "destination", "source", "tag", "unanswered")
FLAGS = {"on": True, "off": False}
LENGTH = 200


@dataclass(frozen=True)
class Asked:
    """The filters of an address: `given` as they were typed, those that are empty left out."""

    given: Mapping[str, str]

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """Raises Invalid for what cannot be searched for."""
        found = {name: given[name].strip() for name in NAMES if given.get(name, "").strip()}
        if any("\0" in value for value in given.values()):
            raise Invalid("", gettext("The address contains a character that cannot be searched for (NUL)."))
        if any(len(value) > LENGTH for value in found.values()):
            raise Invalid("", gettext("A filter has at most %(count)s characters.", count=LENGTH))
        return cls(found)

    @classmethod
    def of_query(cls, query: str) -> Asked:
        return cls.of(dict(parse_qsl(query)))

    @property
    def query(self) -> str:
        """That part of an address."""
        return urlencode(self.given)

    @property
    def filters(self) -> Filters:
        given = self.given
        return Filters(
            status=given.get("status"),
            ai_enabled=FLAGS.get(given.get("ai", "")),
            destination=given.get("destination"),
            source=given.get("source"),
            tag=given.get("tag"),
            text=given.get("q"),
            unanswered="unanswered" in given,
        )


def asked() -> Asked:
    """Those of the present address."""
    return Asked.of(request.args.to_dict())
