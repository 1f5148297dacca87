"""The words for values that only nodes have: fields of conditions, units, frequencies."""

from __future__ import annotations

from ..labels import Table
from ..language import lazy_gettext
from ..language import lazy_pgettext as p

UNITS: Table = {
    "seconds": p("unit", "seconds"),
    "minutes": p("unit", "minutes"),
    "hours": p("unit", "hours"),
    "days": p("unit", "days"),
}
ONE: Table = {
    "seconds": p("unit", "second"),
    "minutes": p("unit", "minute"),
    "hours": p("unit", "hour"),
    "days": p("unit", "day"),
}
FREQUENCIES: Table = {
    "once": p("frequency", "once"),
    "daily": p("frequency", "every day"),
    "weekly": p("frequency", "every week"),
    "monthly": p("frequency", "every month"),
    "yearly": p("frequency", "every year"),
}
STORAGE_TYPES: Table = {
    "text": p("answer", "Any text"),
    "email": p("answer", "An e-mail address"),
    "phone": p("answer", "A phone number"),
    "number": p("answer", "A number"),
    "date": p("answer", "A date"),
    "choice": p("answer", "One of several options"),
}
COMBINATIONS: Table = {
    "and": p("combination", "All of them are true"),
    "or": p("combination", "At least one of them is true"),
}
CONDITION_KINDS: Table = {
    "message": p("condition", "Message text"),
    "field": p("condition", "Something known about customer or conversation"),
    "ai": p("condition", "Question to the AI"),
}
FIELDS: Table = {
    "user.first_name": p("field", "Customer: first name"),
    "user.last_name": p("field", "Customer: last name"),
    "user.full_name": p("field", "Customer: full name"),
    "user.tags": p("field", "Customer: tags"),
    "user.email": p("field", "Customer: e-mail"),
    "user.phone_number": p("field", "Customer: phone number"),
    "user.username": p("field", "Customer: user name"),
    "user.source": p("field", "Customer: first channel"),
    "user.created_at": p("field", "Customer: known since"),
    "user.id": p("field", "Customer: id"),
    "conversation.status": p("field", "Conversation: status"),
    "conversation.destination": p("field", "Conversation: destination"),
    "conversation.ai_enabled": p("field", "Conversation: AI on (true or false)"),
    "conversation.unanswered_minutes": p("field", "Conversation: minutes without an answer"),
    "conversation.source": p("field", "Conversation: channel"),
    "conversation.id": p("field", "Conversation: id"),
    "event.type": p("field", "Event: type"),
    "event.data.content": p("field", "Event: text of the message"),
    "now.date": p("field", "Now: date"),
    "now.time": p("field", "Now: time of day"),
    "now.weekday": p("field", "Now: day of the week (monday, tuesday…)"),
}
# Where the name stands in a sentence, and its value is a word.
FIELDS_SPOKEN: Table = {
    **FIELDS,
    "conversation.ai_enabled": p("field", "Conversation: AI on"),
    "now.weekday": p("field", "Now: day of the week"),
}
TRUTH: Table = {"true": lazy_gettext("yes"), "false": lazy_gettext("no")}
WEEKDAYS: Table = {
    "monday": p("weekday", "Monday"),
    "tuesday": p("weekday", "Tuesday"),
    "wednesday": p("weekday", "Wednesday"),
    "thursday": p("weekday", "Thursday"),
    "friday": p("weekday", "Friday"),
    "saturday": p("weekday", "Saturday"),
    "sunday": p("weekday", "Sunday"),
}
CHANGES: Table = {
    "described": p("change", "name or limits changed"),
    "node added": p("change", "node added"),
    "node changed": p("change", "node changed"),
    "node deleted": p("change", "node deleted"),
    "node duplicated": p("change", "node duplicated"),
    "node moved": p("change", "node moved"),
    "nodes pasted": p("change", "nodes pasted"),
    "connected": p("change", "connection changed"),
    "disconnected": p("change", "connection taken away"),
    "branch moved": p("change", "branch moved"),
    "tidied up": p("change", "tidied up"),
    "version restored": p("change", "version restored"),
}


def word(table: Table, value: str | None) -> str:
    """The reader's word for a value; one that the table lacks as it is."""
    known = table.get(value or "")
    return str(known) if known is not None else value or ""
