"""The same fixtures as the faults at CI size."""

from tests.faults.conftest import answering_app, app, ground, model, new_ground
from tests.faults.test_f03_postgres_stopped import durable
from tests.faults.test_f04_disk_full import disk

__all__ = ["answering_app", "app", "disk", "durable", "ground", "model", "new_ground"]
