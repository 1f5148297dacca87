"""The knowledge base: written, tried, and moved as a table. Plain rows, so SQLite; nothing of it is asked in SQL that
two databases answer differently.
"""

import csv
import io

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from fikoadmin.ai import KnowledgeEntry
from fikoadmin.extensions import db
from fikoadmin.models.audit import AuditEntry
from fikoadmin.models.knowledge import KnowledgeItem
from fikoadmin.services import knowledge, knowledge_csv
from tests.web.browsing import Visitor, signed_in_as, statements_for
from tests.web.forms import form_on, send
from tests.web.talking import AUTHOR

ENTRY = {"question": "Do you sell kettles?", "answer": "Yes, blue ones.", "language": "en", "tags": "kettle, tea"}


def known(app: Flask) -> dict[str, KnowledgeItem]:
    with app.app_context():
        return {item.question: item for item in db.session.scalars(select(KnowledgeItem))}


def learn(app: Flask, question: str, answer: str = "Yes.", language: str = "en", *tags: str) -> int:
    with app.app_context():
        return knowledge.add(question, answer, language, tags, AUTHOR).id


def upload(visitor: Visitor, text: str | bytes) -> TestResponse:
    raw = text.encode() if isinstance(text, str) else text
    form = form_on(visitor.text("/knowledge/import"), "/knowledge/import")
    sent = {**form.values.to_dict(), "file": (io.BytesIO(raw), "table.csv")}
    return visitor.client.post("/knowledge/import", data=sent, content_type="multipart/form-data")


# -- written -------------------------------------------------------------------------------------------------------


def test_an_empty_base_says_what_to_do_first(app: Flask) -> None:
    assert "The assistant knows nothing yet" in signed_in_as(app, "operator").text("/knowledge")


def test_p25_an_entry_is_added_changed_and_deleted_by_somebody(app: Flask) -> None:
    editor = signed_in_as(app, "operator")
    assert send(editor, "/knowledge/new", "/new", **ENTRY).status_code == 303
    item = known(app)[ENTRY["question"]]
    assert (item.answer, item.tags) == ("Yes, blue ones.", ["kettle", "tea"])
    assert send(editor, f"/knowledge/{item.id}", f"/{item.id}", answer="Yes.", tags="چای، قوری").status_code == 303
    assert known(app)[ENTRY["question"]].tags == ["چای", "قوری"]
    assert send(editor, f"/knowledge/{item.id}/delete", "/delete").status_code == 303
    assert known(app) == {}
    with app.app_context():
        done = db.session.scalars(select(AuditEntry).filter_by(subject_kind="knowledge").order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.actor_label) for entry in done] == [
        ("added", "Operator"), ("changed", "Operator"), ("deleted", "Operator"),
    ]  # fmt: skip
    assert done[-1].old["answer"] == "Yes."


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("question", " "), ("question", "x" * 501), ("answer", ""), ("answer", "a\0b"), ("answer", "x" * 4_001),
        ("language", "de"), ("tags", ",".join(f"t{n}" for n in range(21))), ("tags", "x" * 61), ("tags", "a\0b"),
    ],
)  # fmt: skip
def test_p29_a_wrong_field_is_named_and_what_was_typed_stays(
    office: Flask, editor: Visitor, field: str, value: str
) -> None:
    answer = send(editor, "/knowledge/new", "/new", **{"answer": "A text to keep", **ENTRY, field: value})
    assert answer.status_code == 422
    assert 'class="field-error"' in answer.text
    assert ENTRY["question"] in answer.text or field == "question"
    assert ENTRY["question"] not in known(office)


def test_p22_a_stale_save_keeps_both_texts(office: Flask, editor: Visitor) -> None:
    item_id = learn(office, "Do you paint mugs?")
    page = f"/knowledge/{item_id}"
    stale = form_on(editor.text(page), page).sent(answer="Mine")
    assert send(editor, page, page, answer="Theirs").status_code == 303
    conflict = editor.client.post(page, data=stale)
    assert conflict.status_code == 409
    assert "Mine" in conflict.text
    assert "Theirs" in conflict.text
    assert known(office)["Do you paint mugs?"].answer == "Theirs"
    assert editor.client.post(page, data=form_on(conflict.text, page).sent()).status_code == 303
    assert known(office)["Do you paint mugs?"].answer == "Mine"


def test_a_viewer_reads_and_asks_and_changes_nothing(office: Flask, reader: Visitor) -> None:
    item_id = learn(office, "Is there parking?")
    for path in ("", "/ask?q=parking", "/export.csv"):
        assert reader.get(f"/knowledge{path}").status_code == 200
    for path in ("/new", f"/{item_id}", f"/{item_id}/delete", "/import"):
        assert reader.get(f"/knowledge{path}").status_code == 403
        assert reader.post(f"/knowledge{path}", ENTRY, form_at="/knowledge").status_code == 403
    assert Visitor(office).get("/knowledge").location.startswith("/sign-in")


def test_a_form_without_its_token_changes_nothing(office: Flask, editor: Visitor) -> None:
    assert editor.client.post("/knowledge/new", data=ENTRY).status_code == 400
    assert ENTRY["question"] not in known(office)


def test_what_is_not_there_is_not_found(editor: Visitor) -> None:
    for path in ("/knowledge/999", "/knowledge/999/delete", "/knowledge/99999999999999999999"):
        assert editor.get(path).status_code == 404
    assert editor.post("/knowledge/999/delete", form_at="/knowledge/new").status_code == 404


# -- found ---------------------------------------------------------------------------------------------------------


def test_it_is_found_however_it_was_typed(office: Flask, reader: Visitor) -> None:
    learn(office, "آیا کتاب‌های كودک دارید؟", "بله", "fa", "کتاب ۱۲")
    assert "كودک" in reader.text("/knowledge?q=کودک")
    assert "كودک" in reader.text("/knowledge?q=12&language=fa")
    assert "Nothing is known about that" in reader.text("/knowledge?q=کودک&language=en")
    assert reader.get("/knowledge?q=%00&language=%00&after=").status_code == 200
    assert reader.get("/knowledge?after=x").status_code == 422


def test_pages_by_key_at_a_constant_number_of_queries(app: Flask) -> None:
    reader = signed_in_as(app, "viewer")
    for number in range(10):
        learn(app, f"Question {number:03}?")
    at_ten = statements_for(reader, "/knowledge")
    entries = [KnowledgeItem(question=f"Question {n:03}?", answer="a", language="en") for n in range(10, 300)]
    with app.app_context():
        knowledge.add_items(entries, AUTHOR)
    assert statements_for(reader, "/knowledge") == at_ten
    text = reader.text("/knowledge")
    seen = [text]
    while 'rel="next"' in text:
        address = text.split('rel="next" href="')[1].split('"')[0]
        text = reader.text("/knowledge" + address.replace("&amp;", "&"))
        seen.append(text)
    assert len(seen) == 6
    assert sum(f"Question {n:03}?</bdi>" in page for n in range(300) for page in seen) == 300


# -- asked ---------------------------------------------------------------------------------------------------------


def test_asking_shows_the_answer_and_why_it_was_chosen(app: Flask) -> None:
    reader = signed_in_as(app, "viewer")
    learn(app, "What does delivery cost?", "4 euros.", "en", "postage")
    learn(app, "Where is my delivery?", "On its way.")
    learn(app, "هزینهٔ ارسال چقدر است؟", "۴۰ هزار تومان", "fa")
    text = reader.text("/knowledge/ask?q=how+much+is+postage%3F&language=fa")
    assert "4 euros." in text
    assert text.count("chosen") == 1
    assert "45% of the words that count" in text
    assert "Because a greeting" in reader.text("/knowledge/ask?q=hello")
    unknown = reader.text("/knowledge/ask?q=quantum+delivery+entanglement+physics")
    assert "Because no entry speaks" in unknown
    assert "speaks of too little" in unknown
    assert "۴۰ هزار تومان" in reader.text("/knowledge/ask?q=هزینه+ارسال")


@pytest.mark.parametrize("asked", ["%00", "+", "?!", "x" * 5_000, "%F0%9F%91%8B", "&language=%00"])
def test_any_text_can_be_asked(reader: Visitor, asked: str) -> None:
    assert reader.get(f"/knowledge/ask?q={asked}").status_code == 200


# -- as a table ----------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1).map(str.strip).filter(bool)
FORMULAS = st.sampled_from("=+-@'\t").flatmap(lambda sign: TEXTS.map(lambda text: (sign + text).strip()))
CELLS = st.one_of(TEXTS, FORMULAS)


@given(st.lists(st.tuples(CELLS, CELLS, st.sampled_from(("en", "fa"))), unique_by=lambda row: (row[0], row[2])))
def test_what_goes_out_comes_back_and_nothing_is_a_formula(rows: list[tuple[str, str, str]]) -> None:
    entries = [KnowledgeEntry(question, answer, language, ("a", "=b")) for question, answer, language in rows]
    text = knowledge_csv.written(entries)
    cells = [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert knowledge_csv.read(text.encode()) == entries


def test_p26_an_export_is_imported_elsewhere_and_twice_changes_nothing(app: Flask) -> None:
    editor = signed_in_as(app, "operator")
    learn(app, "=HYPERLINK(1)", "-1 and +2", "en", "@tag")
    table = editor.get("/knowledge/export.csv")
    assert table.mimetype == "text/csv"
    assert b"'=HYPERLINK(1)" in table.data
    assert "0 entries added, 0 changed, 1 known" in editor.text(upload(editor, table.data).location)
    changed = table.data.replace(b"'-1 and +2", b"three") + "چرا؟;,پاسخ,,\r\n".encode()
    assert "1 entry added, 1 changed, 0 known" in editor.text(upload(editor, changed).location)
    assert known(app)["=HYPERLINK(1)"].answer == "three"
    assert known(app)["چرا؟;"].language == "fa"


def test_a_table_with_semicolons_is_read_too(app: Flask) -> None:
    editor = signed_in_as(app, "operator")
    upload(editor, "Answer;Question\r\n\r\nYes, now;Really?\r\n")
    assert known(app)["Really?"].answer == "Yes, now"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("frage,antwort\nx,y\n", "Line 1: The first line must name the columns"),
        ("question,answer,question\nx,y,z\n", "Line 1: The first line must name the columns"),
        ("", "Line 1: The first line must name the columns"),
        ('question,answer\nok,"two\nlines"\nx\n', "Line 4: has 1 cells where the first line has 2"),
        ("question,answer\nx,\n", "Line 2: the answer is empty"),
        (f"question,answer\n{'x' * 501},y\n", "Line 2: the question is longer than 500 characters"),
        ("question,answer,language\nx,y,de\n", "Line 2: the language must be en or fa"),
        ("question,answer,tags\nx,y," + '"' + ",".join(map(str, range(21))) + '"\n', "Line 2: has more than 20 tags"),
        ("question,answer\nx,y\nx,z\n", "Line 3: asks the same as line 2"),
        ("question,answer\nx,a\0b\n", "Line 2: contains a character that cannot be kept"),
        ('question,answer\nx,y\n"x,y\n', "Line 3: is not CSV"),
        ("question,answer\n" + ",\n" * 30 + "x,\n" * 30, "and 39 more"),
        (b"question,answer\n\xff,y\n", "The file is not text in UTF-8"),
    ],
)
def test_p29_a_wrong_line_is_named_and_nothing_is_taken(
    office: Flask, editor: Visitor, table: str | bytes, words: str
) -> None:
    before = len(known(office))
    answer = upload(editor, table)
    assert answer.status_code == 422
    assert words in answer.text
    assert len(known(office)) == before


def test_a_file_that_is_too_large_is_not_looked_at() -> None:
    with pytest.raises(knowledge_csv.NotImported, match="larger than"):
        knowledge_csv.read(b"question,answer\n" + b"x" * knowledge_csv.SIZE)


def test_an_import_without_a_file_asks_for_one(editor: Visitor) -> None:
    assert "Choose a file." in send(editor, "/knowledge/import", "/import").text


def test_more_than_the_assistant_looks_at_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "MOST", 2)
    editor = signed_in_as(app, "operator")
    assert "is full" in upload(editor, "question,answer\na,b\nc,d\ne,f\n").text
    assert known(app) == {}
    assert upload(editor, "question,answer\na,b\nc,d\n").status_code == 303
    assert "is full" in send(editor, "/knowledge/new", "/new", **ENTRY).text
