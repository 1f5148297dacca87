"""The forms of a page, filled and sent as a browser without JavaScript would."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.web.browsing import Visitor

Attributes = dict[str, str | None]


@dataclass
class Form:
    """`values` is what it would send as it stands, its buttons left out; names of `buttons` with their values."""

    action: str
    values: MultiDict[str, str] = field(default_factory=MultiDict)
    options: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    is_disabled: bool = False

    def sent(self, **changes: str | list[str]) -> MultiDict[str, str]:
        values = MultiDict(self.values)
        for name, value in changes.items():
            values.setlist(name, value if isinstance(value, list) else [value])
        return values


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.name = self.text = ""
        self.select: str | None = None
        self.by_id: dict[str, Form] = {}
        self.elsewhere: list[Attributes] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        if tag == "form":
            self.form = Form(named.get("action") or "")
            self.forms.append(self.form)
            self.by_id[named.get("id") or ""] = self.form
        elif tag == "button" and "form" in named:
            self.elsewhere.append(named)
        elif tag == "fieldset" and "disabled" in named and self.form:
            self.form.is_disabled = True
        elif self.form and (read := getattr(self, f"_{tag}", None)):
            read(self.form, named)

    def _input(self, form: Form, named: Attributes) -> None:
        if named.get("type") not in ("checkbox", "file") or "checked" in named:
            form.values.add(named.get("name") or "", named.get("value") or "")

    def _textarea(self, form: Form, named: Attributes) -> None:
        self.name, self.text = named.get("name") or "", ""

    def _select(self, form: Form, named: Attributes) -> None:
        self.select = named.get("name") or ""
        form.options[self.select] = []

    def _option(self, form: Form, named: Attributes) -> None:
        assert self.select is not None
        value = named.get("value") or ""
        if "selected" in named or not form.options[self.select]:
            form.values[self.select] = value
        form.options[self.select].append(value)

    def _button(self, form: Form, named: Attributes) -> None:
        form.buttons.append((named.get("name") or "", named.get("value") or ""))

    def handle_data(self, data: str) -> None:
        if self.name:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.form:
            # The newline that follows the tag is not part of the text; a browser sends the others as CRLF.
            text = self.text.replace("\r\n", "\n").removeprefix("\n")
            self.form.values.add(self.name, text.replace("\n", "\r\n"))
            self.name = ""
        elif tag == "form":
            self.form = None


def forms_on(text: str) -> list[Form]:
    """Each form, and for each button that stands outside its form what that form sends with it."""
    reader = _Reader()
    reader.feed(text)
    return reader.forms + [_with(reader.by_id[button["form"] or ""], button) for button in reader.elsewhere]


def _with(form: Form, button: Attributes) -> Form:
    values = MultiDict(form.values)
    values.add(button.get("name") or "", button.get("value") or "")
    return Form(button.get("formaction") or form.action, values)


def form_on(text: str, action: str) -> Form:
    """The first form of the page whose address contains that."""
    found = [form for form in forms_on(text) if action in form.action]
    assert found, f"no form for {action} among {[form.action for form in forms_on(text)]}"
    return found[0]


def send(visitor: Visitor, page: str, action: str, **changes: str | list[str]) -> TestResponse:
    """Opens the page, fills the form with that address and sends it."""
    form = form_on(visitor.text(page), action)
    return visitor.client.post(form.action or page, data=form.sent(**changes))
