"""The built-in assistant: answers from the knowledge base, and says so when it does not know."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .knowledge import Match, ranked
from .language import all_words, customer_language, words
from .responder import NO_MODEL, AIUnavailable, Answer, Cancelled, KnowledgeEntry, Question

# Below this share of what was said, an entry is more likely about something else than an answer.
ENOUGH = 0.45

# In the customer's language, not the operator's: the catalogues of the pages do not hold these.
TEXTS = {
    "en": {
        "greeting": "Hello! How can I help you?",
        "named greeting": "Hello, and welcome to {business}! How can I help you?",
        "thanks": "You are welcome!",
        "unknown": "I am sorry, I do not know that. A person from our team can help you with it.",
        "rest": "The rest I do not know. A person from our team can help you with it.",
    },
    "fa": {
        "greeting": "سلام! چطور می‌توانم کمکتان کنم؟",
        "named greeting": "سلام، به {business} خوش آمدید! چطور می‌توانم کمکتان کنم؟",
        "thanks": "خواهش می‌کنم!",
        "unknown": "متأسفم، پاسخ این پرسش را نمی‌دانم. همکاران ما می‌توانند در این باره به شما کمک کنند.",
        "rest": "پاسخ بقیهٔ پرسش شما را نمی‌دانم. همکاران ما می‌توانند در این باره به شما کمک کنند.",
    },
}
GREETINGS = """
hello hi hey good morning afternoon evening day dear there salam
سلام درود صبح ظهر عصر شب روز وقت بخیر به خیر خسته نباشید
وقت‌بخیر صبح‌بخیر ظهر‌بخیر عصر‌بخیر روز‌بخیر شب‌بخیر
"""
THANKS = """
thanks thank you very much so a lot many great ok okay
ممنون ممنونم مرسی سپاس متشکرم تشکر خیلی بسیار از شما لطف باشه
"""


class BuiltIn:
    """Needs no service: the answers are the business's own words."""

    def __init__(self, knowledge: Callable[[], Sequence[KnowledgeEntry]]) -> None:
        self._knowledge = knowledge

    def answer(self, question: Question, cancelled: Callable[[], bool]) -> Answer:
        """Answers each message of the stretch that has a fitting entry, in the customer's language."""
        if cancelled():
            raise Cancelled
        language = customer_language(question.unanswered, question.language)
        asked = [text for text in question.unanswered if not _courteous(text)]
        if question.unanswered and not asked:
            return _courtesy(question, language)
        return _known(_by_language(self._knowledge(), language), asked, TEXTS[language])

    def judge(self, prompt: str, question: Question, cancelled: Callable[[], bool]) -> bool:
        """Never: judging takes a language model."""
        raise AIUnavailable(NO_MODEL, temporary=False)


def _known(shelves: list[list[KnowledgeEntry]], asked: list[str], texts: dict[str, str]) -> Answer:
    matches = {text: _fitting(shelves, text) for text in asked}
    found = list(dict.fromkeys(match.entry for match in matches.values() if match))
    if not found:
        return Answer(texts["unknown"], (), "no entry of the knowledge base fits")
    # "Are you there?" says nothing that could be known or not.
    rest = any(words(text) and not match for text, match in matches.items())
    return Answer(
        "\n\n".join([entry.answer for entry in found] + [texts["rest"]] * rest),
        tuple(entry.question for entry in found),
        "from the knowledge base: " + "; ".join(entry.question for entry in found),
    )


def _fitting(shelves: list[list[KnowledgeEntry]], text: str) -> Match | None:
    for entries in shelves:
        best = next((match for match in ranked(entries, text) if match.coverage >= ENOUGH), None)
        if best:
            return best
    return None


def _by_language(entries: Sequence[KnowledgeEntry], language: str) -> list[list[KnowledgeEntry]]:
    """The entries of that language, then the others: a foreign answer is better than none."""
    return [
        [entry for entry in entries if entry.language == language],
        [entry for entry in entries if entry.language != language],
    ]


def _courtesy(question: Question, language: str) -> Answer:
    if _only(question.unanswered[-1], THANKS):
        return Answer(TEXTS[language]["thanks"], (), "the customer said thanks")
    text = TEXTS[language]["named greeting" if question.business_name else "greeting"]
    return Answer(text.format(business=question.business_name), (), "the customer greeted")


def _courteous(text: str) -> bool:
    return _only(text, GREETINGS) or _only(text, THANKS)


def _only(text: str, courtesies: str) -> bool:
    said = all_words(text)
    return bool(said) and set(said) <= set(all_words(courtesies))
