"""Which version was live when; the open executions of a version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("status IN ('RUNNING', 'WAITING')")


def upgrade() -> None:
    op.create_table(
        "live_spans",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("workflow_id", BIG_ID, nullable=False),
        sa.Column("version_id", BIG_ID, nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["workflows.id"], name=op.f("fk_live_spans_workflow_id_workflows"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["workflow_versions.id"],
            name=op.f("fk_live_spans_version_id_workflow_versions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_spans")),
    )
    op.create_index(op.f("ix_live_spans_workflow_id_since"), "live_spans", ["workflow_id", "since"])
    op.create_index(
        "ix_executions_open_versions",
        "executions",
        ["workflow_id", "version_id"],
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    # What is live now has been since a moment that nobody noted: from the first on.
    op.execute(
        "INSERT INTO live_spans (workflow_id, version_id, since) "
        "SELECT id, live_version_id, 0 FROM workflows WHERE status = 'ACTIVE' AND live_version_id IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index("ix_executions_open_versions", "executions")
    op.drop_index(op.f("ix_live_spans_workflow_id_since"), "live_spans")
    op.drop_table("live_spans")
