"""Measures Fiko Admin beside references on the same machine in the same minutes: `python -m bench`."""
