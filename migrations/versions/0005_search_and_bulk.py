"""Search over names and messages, kept filters, bulk redirects, forms that are stored once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEARCHED = ("messages", "customers")
LISTED = {
    "ix_conversations_status_ai_enabled_updated_at_id": ["status", "ai_enabled", "updated_at", "id"],
    "ix_conversations_destination_updated_at_id": ["destination", "updated_at", "id"],
    "ix_conversations_source_updated_at_id": ["source", "updated_at", "id"],
}
# PostgreSQL's index takes the words as they are. The names begin with `search_`: the models do not know them.
VECTOR = "CREATE INDEX search_{table} ON {table} USING gin (array_to_tsvector(string_to_array(words, ' ')))"
# On SQLite the words stay in their table, and triggers keep the index in step. `ascii` takes what is between spaces.
FTS5 = """
    CREATE VIRTUAL TABLE search_{table} USING fts5(
        words, content='{table}', content_rowid='id', detail=none, prefix='1 2 3 4', tokenize="ascii tokenchars '_'"
    )
"""
TRIGGERS = {
    "added": "AFTER INSERT ON {table} BEGIN {enter} END",
    "removed": "AFTER DELETE ON {table} BEGIN {leave} END",
    "changed": "AFTER UPDATE OF words ON {table} BEGIN {leave} {enter} END",
}
ENTER = "INSERT INTO search_{table} (rowid, words) VALUES (new.id, new.words);"
LEAVE = "INSERT INTO search_{table} (search_{table}, rowid, words) VALUES ('delete', old.id, old.words);"


def upgrade() -> None:
    for table in SEARCHED:
        op.add_column(table, sa.Column("words", sa.Text(), nullable=True))
        _partial_index(f"ix_{table}_without_words", table, ["id"], "words IS NULL")
        _begin_search(table)
    op.add_column("messages", sa.Column("form_key", sa.String(40), nullable=True))
    of_form = ["conversation_id", "form_key"]
    _partial_index("ix_messages_form_key", "messages", of_form, "form_key IS NOT NULL", unique=True)
    op.create_index(op.f("ix_customer_tags_name_customer_id"), "customer_tags", ["name", "customer_id"])
    for name, columns in LISTED.items():
        op.create_index(op.f(name), "conversations", columns)
    _partial_index(
        "ix_conversations_ai_off", "conversations", ["updated_at", "id"], "NOT ai_enabled", on_sqlite="ai_enabled = 0"
    )
    _partial_index(
        "ix_conversations_open_stretch", "conversations", ["updated_at", "id"], "unanswered_since IS NOT NULL"
    )
    _create_saved_filters()
    _create_bulk_redirects()
    _ask_for_words()


def downgrade() -> None:
    op.drop_table("bulk_rows")
    op.drop_table("bulk_redirects")
    op.drop_table("saved_filters")
    for name in (*LISTED, "ix_conversations_ai_off", "ix_conversations_open_stretch"):
        op.drop_index(name, "conversations")
    op.drop_index("ix_customer_tags_name_customer_id", "customer_tags")
    op.drop_index("ix_messages_form_key", "messages")
    op.drop_column("messages", "form_key")
    for table in SEARCHED:
        _end_search(table)
        op.drop_index(f"ix_{table}_without_words", table)
        op.drop_column(table, "words")


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _partial_index(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = False, on_sqlite: str = ""
) -> None:
    conditions = {"postgresql_where": sa.text(where), "sqlite_where": sa.text(on_sqlite or where)}
    op.create_index(name, table, columns, unique=unique, **conditions)


def _begin_search(table: str) -> None:
    if not _on_sqlite():
        op.execute(VECTOR.format(table=table))
        return
    op.execute(FTS5.format(table=table))
    enter, leave = ENTER.format(table=table), LEAVE.format(table=table)
    for name, body in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER search_{table}_{name} " + body.format(table=table, enter=enter, leave=leave))
    op.execute(f"INSERT INTO search_{table} (search_{table}) VALUES ('rebuild')")


def _end_search(table: str) -> None:
    if not _on_sqlite():
        op.execute(f"DROP INDEX search_{table}")
        return
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER search_{table}_{name}")
    op.execute(f"DROP TABLE search_{table}")


def _create_saved_filters() -> None:
    op.create_table(
        "saved_filters",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("operator_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_saved_filters_operator_id_operators"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
    )
    op.create_index(op.f("ix_saved_filters_operator_id_name"), "saved_filters", ["operator_id", "name"], unique=True)


def _create_bulk_redirects() -> None:
    op.create_table(
        "bulk_redirects",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("operator_id", BIG_ID, nullable=False),
        sa.Column("operator_label", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("destination", sa.String(40), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("cancelled_by", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_bulk_redirects_operator_id_operators")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_redirects")),
    )
    op.create_table(
        "bulk_rows",
        sa.Column("bulk_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.String(20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk_redirects.id"], name=op.f("fk_bulk_rows_bulk_id_bulk_redirects"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_bulk_rows_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("bulk_id", "position", name=op.f("pk_bulk_rows")),
    )
    op.create_index(op.f("ix_bulk_rows_conversation_id"), "bulk_rows", ["conversation_id"])


def _ask_for_words() -> None:
    """What was written until now gets its words from a job, once the new release works on jobs."""
    op.execute(
        "INSERT INTO jobs (kind, subject, key, state, due_at, attempts, reason, created_at) "
        "SELECT 'keep_words', '', 'keep_words', 'available', CURRENT_TIMESTAMP, 0, '', CURRENT_TIMESTAMP "
        "WHERE EXISTS (SELECT 1 FROM customers) "
        "ON CONFLICT (key) DO UPDATE SET state = 'available', attempts = 0, finished_at = NULL "
        "WHERE jobs.state <> 'available'"
    )
