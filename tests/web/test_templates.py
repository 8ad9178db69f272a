"""Templates and sheets: they parse, carry nothing inline, and name only icons and files that exist."""

import hashlib
import re
from pathlib import Path

import pytest
from jinja2 import Environment, StrictUndefined

from supportbot.settings import top_folder

TEMPLATES = top_folder("templates")
STATIC = Path(__file__).parents[2] / "supportbot" / "web" / "static"
PAGES = sorted(TEMPLATES.rglob("*.html"))
SHEETS = sorted(STATIC.glob("*.css"))
INLINE = {
    "a style attribute": re.compile(r"""\sstyle\s*=""", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "a script without src": re.compile(r"<script\b(?![^>]*\bsrc=)", re.I),
    "an event handler": re.compile(r"""<[^>]*\son[a-z]+\s*=""", re.I),
    "a javascript address": re.compile(r"javascript:", re.I),
    "htmx that evaluates code": re.compile(r"\shx-(on|vars)\b|js:", re.I),
    "text taken as markup": re.compile(r"\|\s*safe\b|autoescape|Markup\(", re.I),
}


def _id(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix() if path.is_relative_to(TEMPLATES) else path.name


def _markup(path: Path) -> str:
    """The template without its Jinja comments, which may speak about markup."""
    return re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S)


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_every_template_parses(page: Path) -> None:
    assert Environment(undefined=StrictUndefined, autoescape=True).parse(page.read_text("utf-8")).body


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_no_template_carries_inline_script_or_style(page: Path) -> None:
    found = [what for what, pattern in INLINE.items() if pattern.search(_markup(page))]
    assert found == []


@pytest.mark.parametrize(
    ("snippet", "what"),
    [
        ('<p style="color: red">', "a style attribute"),
        ("<style>p {}</style>", "a style element"),
        ("<script>go()</script>", "a script without src"),
        ('<button class="x" onclick="go()">', "an event handler"),
        ('<a href="javascript:go()">', "a javascript address"),
        ("<div hx-on:click='go()'>", "htmx that evaluates code"),
        ("{{ text | safe }}", "text taken as markup"),
    ],
)
def test_the_inline_check_sees_what_it_looks_for(snippet: str, what: str) -> None:
    assert [name for name, pattern in INLINE.items() if pattern.search(snippet)] == [what]


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_every_post_form_carries_a_csrf_token(page: Path) -> None:
    forms = re.findall(r"<form\b(?=[^>]*(?:method=\"post\"|swap\()).*?</form>", _markup(page), re.S)
    assert [form[:80] for form in forms if "csrf()" not in form] == []


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_every_included_or_imported_template_exists(page: Path) -> None:
    names = re.findall(r"{%-?\s*(?:extends|include|from|import)\s+\"([^\"]+)\"", page.read_text("utf-8"))
    assert [name for name in names if not (TEMPLATES / name).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_every_icon_stands_in_the_sprite(page: Path) -> None:
    sprite = set(re.findall(r'<symbol id="([a-z]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    used = set(re.findall(r'icon\("([a-z]+)"', page.read_text("utf-8")))
    used |= set(re.findall(r'"[a-z]+": \("([a-z]+)", "(?:risk|held|ready|idle|good)"\)', page.read_text("utf-8")))
    assert used - sprite == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=_id)
def test_sheets_use_logical_properties_only(sheet: Path) -> None:
    sides = r"(?:left|right)\b"
    physical = rf"[{{;]\s*(?:(?:margin|padding|border)-{sides}|{sides}|(?:text-align|float):\s*{sides})"
    assert re.findall(physical, sheet.read_text("utf-8")) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=_id)
def test_every_custom_property_that_a_sheet_uses_is_defined_there(sheet: Path) -> None:
    text = sheet.read_text("utf-8")
    assert set(re.findall(r"var\((--[a-z0-9-]+)\)", text)) - set(re.findall(r"(--[a-z0-9-]+):", text)) == set()


def test_vendored_files_are_the_ones_their_table_names() -> None:
    rows = re.findall(r"^\| `([^`]+)` .* `([0-9a-f]{64})` \|$", (STATIC / "VENDORED.md").read_text("utf-8"), re.M)
    assert dict(rows) == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in STATIC.glob("*.min.*")}
