"""How far schedules have come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column(
            "workflow_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("done_until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["workflows.id"], name=op.f("fk_schedules_workflow_id_workflows"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workflow_id", name=op.f("pk_schedules")),
    )
    # After a downgrade the jobs are still there, and nobody has worked on them since: they go on from now.
    op.execute(
        "INSERT INTO schedules (workflow_id, done_until) "
        "SELECT workflows.id, CURRENT_TIMESTAMP FROM workflows JOIN jobs ON jobs.key = 'schedule:' || workflows.id "
        "WHERE workflows.status = 'ACTIVE' AND jobs.state = 'available'"
    )


def downgrade() -> None:
    op.drop_table("schedules")
