"""What the demo's shop is called, what it tells its customers, and what its assistant knows."""

from __future__ import annotations

from ..models.knowledge import KnowledgeItem

SETTINGS = {
    "business_name": "Nika",
    "notice.support.en": "A person from our team takes over now and will write to you in a moment.",
    "notice.support.fa": "از اینجا یکی از همکاران ما گفتگو را ادامه می‌دهد و به‌زودی برایتان می‌نویسد.",
    "notice.billing.en": "Our accounts department looks into it and will write to you here.",
    "notice.billing.fa": "بخش مالی موضوع را بررسی می‌کند و همین‌جا پاسخ می‌دهد.",
}
WELCOME = "👋 سلام!\nبه نیکا خوش آمدید 🎉\nاز اینکه اینجا هستید خوشحالیم.\nچطور می‌توانیم کمکتان کنیم؟"

# Question, answer, tags.
Fact = tuple[str, str, list[str]]

ENGLISH: tuple[Fact, ...] = (
    (
        "What are your opening hours?",
        "We are open Saturday to Wednesday from 9:00 to 18:00 and on Thursday until 13:00. The web site never closes.",
        ["hours", "open", "close", "time"],
    ),
    (
        "What does delivery cost?",
        "Delivery costs 4 € and is free from 50 €.",
        ["shipping", "price", "postage", "cost"],
    ),
    (
        "How long does delivery take?",
        "Orders before 14:00 leave the same day and arrive within two to four working days.",
        ["shipping", "arrive", "days", "when"],
    ),
    (
        "Where is my order?",
        "Your order's page shows where the parcel is; the link is in the e-mail that we sent when it left.",
        ["track", "tracking", "parcel", "status"],
    ),
    (
        "How can I return something?",
        "Within 14 days, unused: print the label from your order's page and hand the parcel in at any post office.",
        ["return", "send back", "exchange"],
    ),
    (
        "When do I get my money back?",
        "Three to five working days after the return has reached us, the way you paid.",
        ["refund", "money"],
    ),
    (
        "How can I pay?",
        "By card, by bank transfer, or in cash when you collect in the shop.",
        ["payment", "card", "cash", "transfer"],
    ),
    (
        "Where is your shop?",
        "12 Garden Street, five minutes on foot from the central station. You can collect orders there.",
        ["address", "location", "collect", "pick up"],
    ),
    (
        "Is there a warranty?",
        "Two years on everything with a plug, one year on the rest.",
        ["guarantee", "broken", "repair"],
    ),
    (
        "What do the mugs cost?",
        "The plain mug costs 9 €, the hand-painted one 14 €. Six of a kind are 10 % off.",
        ["price", "mug", "cup"],
    ),
    (
        "Do you have gift cards?",
        "Yes, from 10 € to 200 €, by e-mail within a minute. They are good for three years.",
        ["gift", "voucher", "present"],
    ),
    (
        "How do I get back to the assistant?",
        "You are with our assistant again. Write “human” whenever you would rather talk to a person.",
        ["assistant", "back"],
    ),
)
PERSIAN: tuple[Fact, ...] = (
    (
        "ساعت کاری شما چیست؟",
        "شنبه تا چهارشنبه از ساعت ۹ تا ۱۸ و پنجشنبه‌ها تا ۱۳ باز هستیم. سایت همیشه باز است.",
        ["ساعت", "باز", "تعطیل", "زمان کار"],
    ),
    (
        "هزینهٔ ارسال چقدر است؟",
        "هزینهٔ ارسال ۴۰ هزار تومان است و برای خرید بالای ۵۰۰ هزار تومان رایگان.",
        ["پست", "قیمت ارسال", "پیک"],
    ),
    (
        "ارسال چند روز طول می‌کشد؟",
        "سفارش‌های پیش از ساعت ۱۴ همان روز فرستاده می‌شوند و دو تا چهار روز کاری بعد می‌رسند.",
        ["زمان ارسال", "تحویل", "رسیدن"],
    ),
    (
        "سفارش من کجاست؟",
        "صفحهٔ سفارش نشان می‌دهد مرسوله کجاست؛ پیوند آن در ایمیلی است که هنگام ارسال فرستاده‌ایم.",
        ["پیگیری", "مرسوله", "رهگیری"],
    ),
    (
        "چطور کالا را مرجوع کنم؟",
        "تا ۱۴ روز، استفاده‌نشده: برچسب را از صفحهٔ سفارش چاپ کنید و بسته را به دفتر پست بدهید.",
        ["مرجوعی", "پس دادن", "تعویض"],
    ),
    (
        "پولم کی برمی‌گردد؟",
        "سه تا پنج روز کاری پس از رسیدن کالای مرجوعی، به همان روشی که پرداخت کرده‌اید.",
        ["بازگشت وجه", "عودت"],
    ),
    (
        "چطور می‌توانم پرداخت کنم؟",
        "با کارت، با انتقال بانکی، یا نقدی هنگام تحویل در فروشگاه.",
        ["روش پرداخت", "کارت", "نقدی"],
    ),
    (
        "نشانی فروشگاه شما کجاست؟",
        "خیابان باغ، شمارهٔ ۱۲، پنج دقیقه پیاده از ایستگاه مرکزی. سفارش‌ها را همان‌جا هم می‌توانید تحویل بگیرید.",
        ["آدرس", "مکان", "تحویل حضوری"],
    ),
    (
        "کالاها ضمانت دارند؟",
        "وسایل برقی دو سال و بقیه یک سال.",
        ["گارانتی", "خرابی", "تعمیر"],
    ),
    (
        "قیمت ماگ‌ها چقدر است؟",
        "ماگ ساده ۹۰ هزار تومان و ماگ دست‌نقاش ۱۴۰ هزار تومان. شش عدد از یک مدل ۱۰ درصد تخفیف دارد.",
        ["قیمت", "ماگ", "لیوان"],
    ),
    (
        "کارت هدیه دارید؟",
        "بله، از ۱۰۰ هزار تا ۲ میلیون تومان؛ یک دقیقه‌ای ایمیل می‌شود و سه سال اعتبار دارد.",
        ["هدیه", "کادو"],
    ),
    (
        "چطور به دستیار برگردم؟",
        "دوباره با دستیار ما هستید. هر وقت خواستید با یک نفر صحبت کنید، بنویسید «اپراتور».",
        ["دستیار", "بازگشت"],
    ),
)


def items() -> list[KnowledgeItem]:
    """All of it as new rows."""
    return [
        KnowledgeItem(question=question, answer=answer, language=language, tags=tags)
        for language, facts in (("en", ENGLISH), ("fa", PERSIAN))
        for question, answer, tags in facts
    ]
