"""Fields of what is sent: nothing is converted in silence, and each error says what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, fields, validate

LONGEST_ID = 18
NUMBER_PATTERN = f"[1-9][0-9]{{0,{LONGEST_ID - 1}}}"


def _said(**messages: str) -> dict[str, Any]:
    return {"required": "is missing", "null": "must not be null", **messages}


class Text(fields.String):
    default_error_messages = _said(invalid="must be a text")

    def __init__(self, most: int, least: int = 0, **options: Any) -> None:
        length = validate.Length(least or None, most, error=f"must have {least} to {most} characters")
        super().__init__(validate=length, **options)


class Filled(Text):
    """A text that is more than spaces."""

    default_error_messages = _said(blank="must not be empty")

    def __init__(self, most: int, **options: Any) -> None:
        super().__init__(most, 1, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if not text.strip():
            raise self.make_error("blank")
        return text


class Choice(fields.String):
    default_error_messages = _said(invalid="must be a text")

    def __init__(self, choices: Sequence[str], **options: Any) -> None:
        one_of = validate.OneOf(choices, error="must be one of: {choices}")
        super().__init__(validate=one_of, **options)


class Flag(fields.Boolean):
    default_error_messages = _said(invalid="must be true or false")

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Whole(fields.Integer):
    default_error_messages = _said(invalid="must be a whole number")

    def __init__(self, least: int, most: int, **options: Any) -> None:
        between = validate.Range(least, most, error=f"must be between {least} and {most}")
        super().__init__(strict=True, validate=between, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> int:
        if isinstance(value, str):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **options)


class Size(fields.Integer):
    """How many at most, from a query string: digits."""

    default_error_messages = _said(invalid="must be a whole number")

    def __init__(self, most: int, **options: Any) -> None:
        between = validate.Range(1, most, error=f"must be between 1 and {most}")
        super().__init__(validate=between, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> int:
        if not re.fullmatch("[0-9]{1,9}", value):
            raise self.make_error("invalid")
        return int(value)


class Switch(fields.Boolean):
    """A flag from a query string: `true` or `false`."""

    default_error_messages = _said(invalid="must be true or false")

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> bool:
        if value not in ("true", "false"):
            raise self.make_error("invalid")
        return bool(value == "true")


class NumberId(fields.String):
    """The id of a customer, workflow or execution: a number, written as a text."""

    default_error_messages = _said(invalid="must be an id, which is a text")

    def __init__(self, **options: Any) -> None:
        pattern = validate.Regexp(rf"^{NUMBER_PATTERN}\Z", error="is not an id")
        super().__init__(validate=pattern, **options)


class Label(fields.Field[str]):
    """A sender's own name for something: a text, or a whole number, which becomes a text."""

    default_error_messages = _said(invalid="must be a text or a whole number")

    def __init__(self, most: int, **options: Any) -> None:
        self.most = most
        super().__init__(metadata={"type": ["string", "integer"]}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise self.make_error("invalid")
        text = str(value)
        if not 1 <= len(text) <= self.most or not text.isprintable():
            raise ValidationError(f"must have 1 to {self.most} printable characters")
        return text


class Items(fields.List[Any]):
    default_error_messages = _said(invalid="must be a list")

    def __init__(self, item: fields.Field[Any], most: int, **options: Any) -> None:
        length = validate.Length(max=most, error=f"must have at most {most} entries")
        super().__init__(item, validate=length, **options)


class Part(fields.Nested):
    default_error_messages = _said(type="must be an object")


class Anything(fields.Dict):
    """An object with whatever names."""

    default_error_messages = _said(invalid="must be an object")
