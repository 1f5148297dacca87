"""The Settings pages, as somebody without JavaScript uses them. One database: they read and write plain rows."""

import pytest
from flask import Flask

from tests.web.browsing import Visitor, signed_in_as


@pytest.fixture
def administrator(app: Flask) -> Visitor:
    return signed_in_as(app, "administrator")
