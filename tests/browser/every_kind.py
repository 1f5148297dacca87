"""Workflows with every kind of node that runs. All that people write in them is Persian: what a Persian page then
says in Latin letters is a word that we forgot."""

from datetime import datetime, timedelta
from typing import Any

from tests.contract import documents as made
from tests.contract.documents import Document

ADDRESS = "shop@example.org"
VIP, GUEST, DAILY = "ویژه", "مهمان", "هرروز"

CHECKS = [
    made.field("user.tags", "contains", GUEST) | {"type": "tag"},
    made.field("user.first_name", "is_not_empty") | {"type": "user"},
    made.field("user.email", "is_null") | {"type": "user"},
    made.field("conversation.status", "in", ["active", "support_active"]),
    made.field("conversation.ai_enabled", "equals", "true"),
    made.field("conversation.destination", "not_equals", "sales"),
    made.field("conversation.source", "equals", "test"),
    made.field("now.weekday", "not_equals", "monday") | {"type": "time"},
    made.field("now.time", "between", "00:00,23:59") | {"type": "time"},
    made.field("event.type", "equals", "MESSAGE_RECEIVED"),
    {"type": "message", "operator": "contains", "value": "همه‌چیز"},
    {"type": "ai", "prompt": "آیا مشتری کمک می‌خواهد؟"},
]


def conditions() -> Document:
    """One of each kind, in a group of its own; it is true."""
    return made.condition(made.group("or", *CHECKS), CHECKS[0], CHECKS[-2], CHECKS[-1], title="می‌خواهد؟")


def effects() -> list[Document]:
    """Every action whose effect stays here, the owner aside; one finds nothing to change, one is switched off."""
    return [
        made.send("سلام {{user.first_name}}", "سلام", key_values=[{"key": "بله"}, {"value": "نه"}]),
        made.tag(VIP, "نشان"),
        made.tag(VIP, "دوباره"),
        made.untag(GUEST, "بدون نشان"),
        made.action("update_ai_context", "آگاهی", ai_context_data={"سفارش": "چای {{user.first_name}}"}),
        made.control("disable", "ساکت"),
        made.control("enable", "گویا"),
        made.control("custom_prompt", "دستور", ai_custom_prompt="کوتاه بنویس"),
        made.control("reset_context", "از نو"),
        made.note("برای همکاران {{answers.هیچ}}", "یادداشت"),
        made.note("هرگز", "خاموش") | {"is_active": False},
        made.action("delay", "درنگ", delay_amount=1, delay_unit="seconds"),
    ]


def calls(hook: str) -> list[Document]:
    """Two to `hook`, and a letter."""
    mail = {"to": ADDRESS, "subject": "سفارش", "body": "سفارش {{user.first_name}}"}
    return [
        made.action("webhook", "نشد", webhook_url=hook, webhook_method="PUT"),
        made.action("webhook", "خبر", webhook_url=hook, webhook_payload={"نام": "{{user.first_name}}"}),
        made.action("send_email", "نامه", configuration=mail),
    ]


def owners() -> list[Document]:
    """Changes of owner, one of which finds nothing to change."""
    return [
        made.set_status("marketing_active", "کمپین"),
        made.action("transfer_to_human", "به آدم‌ها"),
        made.redirect("billing", "به مالی"),
        made.redirect("billing", "باز به مالی"),
    ]


def of_every_action(word: str, hook: str) -> Document:
    """Starts with a message that contains `word`; the first call has to fail, the rest follows on its failure."""
    start, never = made.when(word, title="پیام"), made.note("هرگز", "نگهداشته")
    fails, *others = calls(hook)
    first, last = [start, conditions(), *effects(), fails], [*others, *owners()]
    ways = [*made.in_a_row(*first), made.connection(fails, last[0], "failure"), *made.in_a_row(*last)]
    ways.append(made.connection(last[-1], never, condition=made.guard("user.first_name", "equals", "هیچ‌کس")))
    return made.document([*first, *last, never], ways, name="همهٔ اقدام‌ها")


def ask(title: str, storage_type: str, **fields: Any) -> Document:
    limits = {"allowed_errors": 2, "response_time_limit_enabled": False, "exit_keywords": ["بعداً"]}
    question = {"customer_message": f"{title}؟", "error_message": "دوباره بنویسید", "storage_type": storage_type}
    return made.node("waiting", title, **(question | limits | fields))


def of_every_question(word: str) -> Document:
    """Asks for each type of answer; then takes `skip`, `failure` and `timeout`."""
    start = made.when(word, title="پیام")
    asked = [ask(title, kind) for title, kind in (
        ("نام", "text"), ("رایانامه", "email"), ("تلفن", "phone"), ("تعداد", "number"), ("روز", "date"),
    )]  # fmt: skip
    choice, last = ask("رنگ", "choice", choice_options=["سرخ", "سبز"]), made.note("نام: {{answers.نام}}", "پایان")
    known = made.condition(made.field("answers.نام", "equals", "سارا"), title="شناخته؟")
    left, wrong = ask("نشانی", "text"), ask("سن", "number", allowed_errors=1)
    late = ask(
        "نظر", "text", response_time_limit_enabled=True, response_timeout_amount=1, response_timeout_unit="seconds"
    )
    ways = made.in_a_row(start, *asked, choice, left)
    ways += [made.connection(left, wrong, "skip"), made.connection(wrong, late, "failure")]
    ways += [made.connection(late, known, "timeout"), made.connection(known, last)]
    return made.document([start, *asked, choice, left, wrong, late, known, last], ways, name="همهٔ پرسش‌ها")


ANSWERS = ["سارا", "ندارم", "sara@example.org", "۰۹۱۲۳۴۵۶۷۸۹", "۱۲", "۱۴۰۴/۷/۱", "سبز", "بعداً", "نمی‌گویم"]
"""The customer's answers to `of_every_question`, the second one wrong."""


def at_a_set_time(at: datetime) -> Document:
    """Starts once, at that local minute, for customers with the tag DAILY."""
    daily = {"schedule_frequency": "once", "schedule_start_date": f"{at:%Y-%m-%d}", "schedule_time": f"{at:%H:%M}"}
    start = made.when(title="زمان", when_type="scheduled", tags=[DAILY], **daily)
    return made.row(start, made.note("دیده شد", "یادداشت"), name="آغاز زمان")


def other_starts() -> list[Document]:
    """A workflow for each other kind of start but a message."""
    starts = [
        made.when(title="نشان", when_type="add_tag", tags=[VIP]),
        made.when(title="تازه", when_type="new_customer"),
        made.when(title="دیدگاه", when_type="instagram_comment"),
    ]
    return [made.row(start, made.note("دیده شد", "یادداشت"), name=f"آغاز {start['title']}") for start in starts]


def next_minute(now: datetime) -> datetime:
    """Far enough away that a workflow can be published before it."""
    return (now + timedelta(seconds=75)).replace(second=0, microsecond=0)
