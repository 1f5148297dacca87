"""Addresses of a workflow's pages: each page has dozens, which differ from another workflow's by the id alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import request, url_for

_ANY = 2**62  # an id that no other part of an address has in it


def workflow_url(name: str, workflow_id: int, **values: Any) -> str:
    """What `url_for` gives for that endpoint of the blueprint, as "limits"; `values` are few and fixed."""
    before, after = _around_id(request.script_root, name, **values)
    return f"{before}{workflow_id}{after}"


@lru_cache(maxsize=256)
def _around_id(_root: str, name: str, **values: Any) -> tuple[str, str]:
    before, after = url_for(f"workflows.{name}", workflow_id=_ANY, **values).split(str(_ANY))
    return before, after
