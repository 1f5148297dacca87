"""The customers of the demo's shop, and what was said in the last day. Told in the order in which it happened: ids grow
with time."""

from __future__ import annotations

from ..models.workflows import Workflow
from .stage import Chat


def tell_english(ai_on: Workflow) -> None:
    """With the AI, with people of three departments, in a campaign, and over; an execution that waits, one that was
    cancelled because people took over, and one that failed.
    """
    emma = Chat("web", {"first_name": "Emma", "last_name": "Clarke", "email": "emma.clarke@example.org"}, 6.2)
    emma.says("Good morning!")
    emma.says("What are your opening hours?")
    emma.says("And what does delivery cost?")

    daniel = Chat(
        "telegram", {"first_name": "Daniel", "last_name": "Moore", "username": "danmoore", "tags": ["vip"]}, 5.1
    )
    daniel.says("Where is my order?")
    daniel.says("The link does not work. Can I talk to a human, please?")
    daniel.is_told("Hello Daniel, I am sorry. Your parcel is in the post office at the station since noon.", "support")
    daniel.says("Found it, thank you for your help!")
    daniel.is_told("You are welcome. Enjoy your new kettle!", "support")

    olivia = Chat("instagram", {"first_name": "Olivia", "last_name": "Bennett", "username": "livbennett"}, 3.6)
    olivia.says("Autumn offer, please 🍁")
    olivia.run(ai_on)

    grace = Chat(
        "telegram", {"first_name": "Grace", "last_name": "Osei", "username": "graceosei", "tags": ["wholesale"]}, 2.9
    )
    grace.says("I would rather talk on the phone. Could you call me back?")

    noah = Chat("web", {"first_name": "Noah", "last_name": "Fischer", "email": "noah.fischer@example.org"}, 2.1)
    noah.says("Please call me back about my broken kettle.")
    noah.taken_over("technical")
    noah.is_told("Hello Noah, no need to wait for a call: which light is on at the base?", "technical")
    noah.says("The red one, and it blinks.")
    noah.noted("Red and blinking: the lid sensor. Send the spare part, it is under warranty.")

    liam = Chat("web", {"first_name": "Liam", "last_name": "Walsh", "email": "liam.walsh@example.org"}, 1.4)
    liam.says("How can I return something?")
    liam.says("Great, thanks!")
    liam.closed()

    sofia = Chat("telegram", {"first_name": "Sofia", "last_name": "Rossi", "phone_number": "+39 06 5550 1234"}, 0.4)
    sofia.says("We need 120 mugs with the logo of our orchestra. Could you paint them?")
    sofia.noted("An order of this size is for Sales: Navid knows the painter.")
    sofia.redirected("sales")
    sofia.says("It would be for the concert on the 12th of March.")


def tell_persian() -> None:
    """The same shop, from its other side."""
    maryam = Chat("telegram", {"first_name": "مریم", "last_name": "کاظمی", "username": "maryamkz"}, 21)
    maryam.says("سلام، ساعت کاری شما چیست؟")
    maryam.says("قیمت ماگ دست‌نقاش چقدر است؟")

    reza = Chat("instagram", {"first_name": "رضا", "last_name": "کریمی", "username": "reza.karimi"}, 18.5)
    reza.says("می‌خواهم با اپراتور صحبت کنم.")
    reza.is_told("سلام آقای کریمی، در خدمتم. بفرمایید.", "support")
    reza.says("رنگ آبی این کتری را هم دارید؟")
    reza.is_told("بله، از فردا موجود است. برایتان نگه داشتم.", "support")
    reza.says("ممنون، بازگشت به دستیار.")

    nazanin = Chat("web", {"first_name": "نازنین", "last_name": "شریفی", "email": "nazanin.sharifi@example.org"}, 13.2)
    nazanin.says("برای یک سفارش دو بار از کارتم پول کم شده است.")
    nazanin.redirected("billing")
    nazanin.is_told("سلام، پرداخت دوم را دیدیم. تا پایان امروز به کارتتان برمی‌گردد.", "billing")
    nazanin.says("ممنون، منتظر می‌مانم.")

    sara = Chat("instagram", {"first_name": "سارا", "last_name": "نوری", "username": "sara.noori"}, 10.4)
    sara.says("لطفاً با من تماس بگیرید.")
    sara.says("۰۹۱۲ ۵۵۵ ۰۱۷۷")

    hossein = Chat("telegram", {"first_name": "حسین", "last_name": "مرادی", "phone_number": "+98 912 555 0134"}, 8)
    hossein.says("نشانی فروشگاه شما کجاست؟")
    hossein.says("ممنون")
    hossein.closed()
