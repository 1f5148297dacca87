"""The list of conversations and the page of one, as somebody without JavaScript uses them.

On SQLite, because they read plain rows; what a database may refuse, and the counts of queries, on both. What a
database decides about filters and bulk redirects is in tests/test_search.py and tests/test_bulk.py.
"""

import pytest
from flask import Flask

from tests.web.browsing import Visitor, signed_in_as


@pytest.fixture(scope="module")
def fiko(office: Flask) -> Flask:
    """One installation for most tests: each makes its own conversations, and its workflows wait for its own words."""
    return office


@pytest.fixture(scope="module")
def operator(fiko: Flask) -> Visitor:
    return signed_in_as(fiko, "operator", name="Sara Ahmadi")


@pytest.fixture(scope="module")
def viewer(fiko: Flask) -> Visitor:
    return signed_in_as(fiko, "viewer")
