"""Tests of the contract, from outside; `conftest.py` says how they work."""
