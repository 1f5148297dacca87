"""How many conversations stand where, and what happened when: totals, and what is not in them yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

CHANGES = sa.text("NOT counted")
ENDS = sa.text("NOT counted AND finished_at IS NOT NULL")
WAITING = sa.text("unanswered_since IS NOT NULL")
AI_FAILED = sa.text("unanswered_since IS NOT NULL AND unanswered_reason <> ''")
QUARTER = {
    "postgresql": "CAST(floor(extract(epoch FROM {0}) / 900) AS BIGINT)",
    "sqlite": "CAST(strftime('%s', {0}) AS INTEGER) / 900",
}


def upgrade() -> None:
    op.create_table(
        "totals",
        sa.Column("quarter", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("quarter", "name", name=op.f("pk_totals")),
    )
    for table in ("conversation_events", "executions"):
        _add_counted(table)
    op.execute("UPDATE executions SET counted = false WHERE finished_at IS NULL")
    op.create_index(
        "ix_conversation_events_uncounted",
        "conversation_events",
        ["id"],
        postgresql_where=CHANGES,
        sqlite_where=CHANGES,
    )
    op.create_index("ix_executions_uncounted", "executions", ["id"], postgresql_where=ENDS, sqlite_where=ENDS)
    op.create_index(
        "ix_conversations_waiting",
        "conversations",
        ["status", "unanswered_since"],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )
    op.create_index(
        "ix_conversations_ai_failed",
        "conversations",
        ["unanswered_since"],
        postgresql_where=AI_FAILED,
        sqlite_where=AI_FAILED,
    )
    _count()


def _add_counted(table: str) -> None:
    """What is there is counted below, at once; what comes, also from the release before, is not."""
    if op.get_bind().dialect.name == "postgresql":
        # A default of the past costs no writing of rows there, and the future may have another.
        op.add_column(table, sa.Column("counted", sa.Boolean(), server_default=sa.true(), nullable=False))
        op.alter_column(table, "counted", server_default=sa.false())
    else:
        op.add_column(table, sa.Column("counted", sa.Boolean(), server_default=sa.false(), nullable=False))
        op.execute(f"UPDATE {table} SET counted = true")


def _count() -> None:
    quarter = QUARTER[op.get_bind().dialect.name]
    op.execute(
        "INSERT INTO totals (quarter, name, amount) "
        "SELECT 0, status || CASE WHEN ai_enabled THEN ' on' ELSE ' off' END, count(*) FROM conversations GROUP BY 2"
    )
    op.execute(
        "INSERT INTO totals (quarter, name, amount) "
        f"SELECT {quarter.format('created_at')}, "
        "CASE WHEN new_destination = 'ai' THEN 'redirect ai' ELSE 'redirect people' END, count(*) "
        "FROM conversation_events WHERE kind = 'redirect' GROUP BY 1, 2"
    )
    op.execute(
        "INSERT INTO totals (quarter, name, amount) "
        f"SELECT {quarter.format('finished_at')}, 'ended ' || status, count(*) "
        "FROM executions WHERE finished_at IS NOT NULL GROUP BY 1, 2"
    )


def downgrade() -> None:
    op.drop_index("ix_conversations_ai_failed", "conversations")
    op.drop_index("ix_conversations_waiting", "conversations")
    op.drop_index("ix_executions_uncounted", "executions")
    op.drop_index("ix_conversation_events_uncounted", "conversation_events")
    op.drop_column("executions", "counted")
    op.drop_column("conversation_events", "counted")
    op.drop_table("totals")
