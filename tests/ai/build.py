"""Questions and entries for the tests of who answers."""

from __future__ import annotations

from collections.abc import Mapping

from fikoadmin.ai import KnowledgeEntry, Question, Turn

ENTRIES = (
    KnowledgeEntry("What are your opening hours?", "We are open from 9 to 18, Saturday to Wednesday.", "en"),
    KnowledgeEntry("How much is shipping?", "Shipping costs 5 euros, and nothing above 50.", "en", ("delivery",)),
    KnowledgeEntry("How do I return an item?", "Send it back within 14 days.", "en", ("refund",)),
    KnowledgeEntry("ساعت‌های کاری شما چیست؟", "شنبه تا چهارشنبه، ۹ تا ۱۸.", "fa"),
    KnowledgeEntry("هزینهٔ ارسال چقدر است؟", "هزینهٔ ارسال ۵۰ هزار تومان است.", "fa", ("پست",)),
    KnowledgeEntry("چطور پیش‌فاکتور بگیرم؟", "پیش‌فاکتور را از صفحهٔ سفارش دریافت کنید.", "fa"),
    KnowledgeEntry("آیا کالای یدکی دارید؟", "بله، همهٔ یدکی‌ها موجود است.", "fa"),
)


def never() -> bool:
    return False


def asked(
    *texts: str,
    before: tuple[Turn, ...] = (),
    language: str = "en",
    business_name: str = "",
    custom_prompt: str = "",
    context: Mapping[str, object] | None = None,
    human_stretch_ended: bool = False,
) -> Question:
    """A conversation that ends with these messages of the customer's."""
    turns = before + tuple(Turn("customer", text) for text in texts)
    return Question(turns, language, business_name, custom_prompt, context or {}, human_stretch_ended)
