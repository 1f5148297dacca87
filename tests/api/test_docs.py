"""Every example in docs/api.md is sent as it stands there, in its order."""

import re
import shlex
from string import Template
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from fikoadmin.config import ROOT

LINE = re.compile(r"(?:(?P<name>[A-Z]+)=\$\()?call (?P<words>.*?)(?: \| id\))?  # (?P<status>\d+)")


def test_the_examples_answer_as_the_page_says(app: Flask, token: str) -> None:
    names = {"FIKO": ""}
    lines = re.findall(r"^.*call .*  # \d+$", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE)
    for line in lines:
        match = LINE.fullmatch(line)
        assert match, line
        answer = sent(app, token, [Template(word).substitute(names) for word in shlex.split(match["words"])])
        assert answer.status_code == int(match["status"]), (line, answer.text)
        if match["name"]:
            names[match["name"]] = answer.get_json()["id"]
    assert len(lines) > 20


def sent(app: Flask, token: str, arguments: list[str]) -> TestResponse:
    """What curl does with these arguments."""
    given: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}, "content_type": "application/json"}
    method = "GET"
    if "--data" in arguments:
        method, given["data"] = "POST", arguments.pop(arguments.index("--data") + 1)
        arguments.remove("--data")
    if "-X" in arguments:
        method = arguments.pop(arguments.index("-X") + 1)
        arguments.remove("-X")
    (address,) = arguments
    return app.test_client().open(address, method=method, **given)
