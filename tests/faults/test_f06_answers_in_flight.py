"""F6: an AI answer is in flight while people, customers and Redis do what they like."""

from flask import Flask

from tests.conftest import Stack
from tests.fakes.ai_server import AIServer
from tests.faults.interleavings import play


def test_p02_p03_p04_p10_whatever_lands_meanwhile(answering_app: Flask, ground: Stack, model: AIServer) -> None:
    """300 interleavings, half of them on each database."""
    play(answering_app, ground, model, rounds=150, seed=6)
