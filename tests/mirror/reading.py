"""What stands in Redis and in the log, and a key that lies."""

import json
import time
from pathlib import Path

import redis
from flask import Flask

from fikoadmin.mirror import keys
from fikoadmin.redis_client import LEFT_ALONE_SECONDS

LIE = '{"ai_enabled": true, "epoch": 1000000000}'


def log_of(app: Flask) -> str:
    found: Path = app.extensions["config"].log_file
    return found.read_text() if found.exists() else ""


def held(store: redis.Redis, conversation_id: str) -> object:
    """What the key says; what cannot be read is returned as it is."""
    text = store.get(keys.key(conversation_id))
    try:
        return text and json.loads(text)
    except (ValueError, RecursionError):
        return text


def let_be_asked_again() -> None:
    time.sleep(LEFT_ALONE_SECONDS + 0.05)
