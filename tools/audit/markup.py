"""Whether the HTML is valid: nesting, attributes, ids, labels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.audit import canary, node

RULES = {
    "root": True,
    "extends": ["html-validate:standard", "html-validate:a11y"],
    "rules": {
        "input-missing-label": "error",
        # Advice, not errors: a button sends its form unless it says otherwise, a head above a column is that column's.
        "no-implicit-button-type": "off",
        "wcag/h63": "off",
        "prefer-native-element": "off",
        "no-redundant-for": "off",
    },
}
PLANTED = {"input-missing-label", "element-permitted-content"}


def findings(pages: Mapping[str, str]) -> list[str]:
    """What is wrong, with path and line. Raises Silent where the validator misses its canary."""
    found = _validated({"canary": canary.PAGE.read_text()})
    if missed := PLANTED - {rule for _, rule, _ in found}:
        raise node.Silent(f"html-validate misses its canary: {', '.join(sorted(missed))}")
    return [f"{path}: {rule}: {text}" for path, rule, text in _validated(pages)]


def _validated(pages: Mapping[str, str]) -> list[tuple[str, str, str]]:
    with TemporaryDirectory(prefix="fiko-audit-") as folder:
        rules = Path(folder) / "rules.json"
        rules.write_text(json.dumps(RULES))
        paths = {}
        for number, (path, html) in enumerate(pages.items()):
            file = Path(folder) / f"{number}.html"
            file.write_text(html)
            paths[str(file)] = path
        reports = json.loads(node.run("html-validate", "--config", str(rules), "--formatter", "json", *paths))
    return [
        (paths[report["filePath"]], said["ruleId"], f"line {said['line']}: {said['message']}")
        for report in reports
        for said in report["messages"]
    ]
