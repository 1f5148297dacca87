"""The same fixtures as the faults at CI size."""

from tests.faults.conftest import answering_app, app, disk, durable, ground, model, new_ground

__all__ = ["answering_app", "app", "disk", "durable", "ground", "model", "new_ground"]
