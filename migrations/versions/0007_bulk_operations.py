"""Many executions cancelled or run again at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LIST, ROWS = "bulk_operations", "bulk_operation_rows"


def upgrade() -> None:
    op.create_table(
        LIST,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("operator_id", BIG_ID, nullable=False),
        sa.Column("operator_label", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("verb", sa.String(20), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("cancelled_by", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name=op.f(f"fk_{LIST}_operator_id_operators")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{LIST}")),
    )
    op.create_table(
        ROWS,
        sa.Column("bulk_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("execution_id", BIG_ID, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("new_execution_id", BIG_ID, nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        *(_key(*each) for each in KEYS),
        sa.PrimaryKeyConstraint("bulk_id", "position", name=op.f(f"pk_{ROWS}")),
    )
    for column in ("execution_id", "new_execution_id"):
        op.create_index(op.f(f"ix_{ROWS}_{column}"), ROWS, [column])


KEYS = (
    ("bulk_id", LIST, "CASCADE"),
    ("execution_id", "executions", "CASCADE"),
    ("new_execution_id", "executions", "SET NULL"),
)


def _key(column: str, table: str, on_delete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{ROWS}_{column}_{table}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete=on_delete)


def downgrade() -> None:
    op.drop_table(ROWS)
    op.drop_table(LIST)
