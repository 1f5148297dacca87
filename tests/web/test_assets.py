"""What every page loads: nothing foreign, nothing inline, nothing big, nothing that points to one side."""

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.gallery_app import gallery_app

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = sorted((STATIC / "css").glob("*.css"))
SPRITE = next(STATIC.glob("vendor/tabler-icons@*/sprite.svg"))
ICON_USED = re.compile(r'\bicon\("([a-z0-9-]+)"\)')
ONE_SIDED = re.compile(
    r"(margin|padding|border)-(left|right)|text-align:\s*(left|right)|float:|^\s*(left|right):", re.M
)
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.I)


@pytest.fixture
def client() -> FlaskClient:
    return gallery_app().test_client()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_style_or_script(template: Path) -> None:
    assert INLINE.findall(template.read_text()) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_styles_know_no_left_and_right(sheet: Path) -> None:
    assert ONE_SIDED.findall(sheet.read_text()) == []


def test_every_icon_is_in_the_sprite() -> None:
    used = {name for template in TEMPLATES for name in ICON_USED.findall(template.read_text())}
    page = gallery_app().test_client().get("/").text
    used |= set(re.findall(r"sprite\.svg\?v=\w+#([\w-]+)", page))
    assert used - set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text())) == set()


def test_every_vendored_part_has_its_licence_and_is_described() -> None:
    described = (STATIC / "vendor" / "README.md").read_text()
    for part in (path for path in (STATIC / "vendor").iterdir() if path.is_dir()):
        assert f"`{part.name}`" in described
        assert [name for name in ("LICENSE", "OFL.txt") if (part / name).exists()], part.name


def test_what_a_page_loads_is_there_and_small(client: FlaskClient) -> None:
    page = client.get("/").text
    addresses = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page))
    files = {path: client.get(path, buffered=True) for path in addresses}
    assert len(files) > 10
    assert [path for path, answer in files.items() if answer.status_code != 200] == []
    fonts = sum(path.stat().st_size for path in STATIC.rglob("*.woff2"))
    assert sum(len(gzip.compress(answer.data)) for answer in files.values()) + fonts < 350_000


def test_a_file_may_be_kept_for_long_only_under_an_address_that_changes_with_it(client: FlaskClient) -> None:
    [address] = re.findall(r'href="(/static/css/base\.css\?v=\w+)"', client.get("/").text)
    assert client.get(address, buffered=True).cache_control.immutable
    assert client.get("/static/css/base.css", buffered=True).cache_control.no_cache
    assert client.get("/static/vendor/inter@5.3.0/inter-latin-variable.woff2", buffered=True).cache_control.immutable


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("fa", "rtl")])
def test_the_document_names_its_language_and_direction(client: FlaskClient, language: str, direction: str) -> None:
    page = client.get(f"/?language={language}").text
    assert f'<html lang="{language}" dir="{direction}">' in page
