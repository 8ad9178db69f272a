"""Guards over the whole tree: what a reviewer should not have to look for."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path

import click
import pytest

from supportbot.cli import main
from supportbot.settings import VARIABLES

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "supportbot").rglob("*.py"))
TEST_FILES = sorted((ROOT / "tests").rglob("*.py"))
DOCUMENTS = "\n".join(path.read_text() for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))))

# Start-up hooks that may stand in the environment: the editable install's own path, nothing that runs code.
KNOWN_HOOKS = {"_supportbot.pth"}
LONGEST_FILE = 400

# What could let a customer's text become markup or script.
UNSAFE_MARKUP = {
    "the |safe filter": r"\|\s*safe\b",
    "autoescape off": r"autoescape\s+false",
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"<style|\sstyle\s*=",
    "an inline event handler": r"<[^>]*\son[a-z]+\s*=",
    "a javascript: address": r"javascript:",
}
UNSAFE_SCRIPT = {
    # The name alone is also what htmx calls a way to swap, which is fine.
    "innerHTML or its kin": r"""(\.\s*|\[\s*["'])(innerHTML|outerHTML|srcdoc)\b""",
    "markup written into the page": r"\binsertAdjacentHTML\b|\bdocument\.write",
    "eval": r"\beval\s*\(|\bnew\s+Function\s*\(",
}
PATCHES = r"mock\.patch|monkeypatch\.setattr|mocker\.patch"


def test_every_module_says_what_it_holds() -> None:
    written = [path for path in MODULES + TEST_FILES if path.read_text().strip()]
    silent = [_name(path) for path in written if not ast.get_docstring(ast.parse(path.read_text()))]

    assert silent == []


def test_outsiders_use_the_doors_only() -> None:
    doors = {package: _door(package) for package in _packages()}

    past = [
        f"{_name(path)}: {package}.{inner}"
        for path in MODULES
        for package, inner in _used_of_others(path)
        if inner and inner not in doors[package]
    ]

    assert past == [], "List it in DOOR of the package's __init__.py, or use what stands there."


def test_a_door_lists_only_what_is_there_and_what_somebody_uses() -> None:
    used = {(package, inner) for path in MODULES for package, inner in _used_of_others(path)}

    listed = {(package, inner) for package in _packages() for inner in _door(package)}

    assert {one for one in listed if _module(*one) is None} == set()
    assert listed - used == set()


def test_the_check_of_doors_sees_an_import_past_one(tmp_path: Path) -> None:
    room = ROOT / "supportbot" / "cli" / "guest.py"

    found = list(_imports("from supportbot.contract.voice.wording import trim\n", room))

    assert found == [("contract", "voice.wording")]
    assert "voice.wording" not in _door("contract")


def test_no_module_is_too_long_to_tell_one_story() -> None:
    too_long = [_name(path) for path in MODULES if len(path.read_text().splitlines()) > LONGEST_FILE]

    assert too_long == []


def test_no_page_opens_a_door_for_markup() -> None:
    pages = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt", ".xml")]
    scripts = [path for path in (ROOT / "supportbot").rglob("*.js") if ".min." not in path.name]

    found = [*_matches(pages, UNSAFE_MARKUP), *_matches(scripts, UNSAFE_SCRIPT)]

    assert found == []


@pytest.mark.parametrize(
    "markup",
    [
        "{{ text|safe }}",
        "{{ text | safe }}",
        "{% autoescape false %}",
        "<script>alert()</script>",
        "<p style='color: red'>",
        "<img\n src=x onerror=alert()>",
        "<a href='javascript:alert()'>",
    ],
)
def test_the_markup_guard_sees_what_it_guards_against(markup: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(markup)

    assert list(_matches([page], UNSAFE_MARKUP))


@pytest.mark.parametrize(
    "script", ["a.innerHTML = b", "a['innerHTML'] = b", "a.insertAdjacentHTML('x', b)", "eval (a)"]
)
def test_the_script_guard_sees_what_it_guards_against(script: str, tmp_path: Path) -> None:
    file = tmp_path / "app.js"
    file.write_text(script)

    assert list(_matches([file], UNSAFE_SCRIPT))


@pytest.mark.parametrize(
    "markup", ['<script src="/static/app.js" defer></script>', "{{ safety }}", '<p class="style">on time = soon</p>']
)
def test_the_markup_guard_lets_plain_markup_pass(markup: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(markup)

    assert list(_matches([page], UNSAFE_MARKUP)) == []


def test_the_web_application_loads_nothing_heavy_that_it_does_not_serve_with() -> None:
    heavy = ("scipy", "numpy", "sklearn", "alembic", "apscheduler")
    asked = f"import sys, supportbot.app; print([name for name in {heavy} if name in sys.modules])"

    run = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, timeout=120)

    assert (run.stdout.strip(), run.stderr) == ("[]", "")


def test_every_setting_is_in_the_documents() -> None:
    assert [variable.name for variable in VARIABLES if f"`{variable.name}`" not in DOCUMENTS] == []


def test_every_command_is_in_the_documents() -> None:
    commands = list(_commands(main, "supportbot"))

    assert commands
    assert [command for command in commands if f"`{command}" not in DOCUMENTS] == []


def test_tests_hand_in_what_they_need_instead_of_patching() -> None:
    text = "\n".join(path.read_text() for path in TEST_FILES if path != Path(__file__))
    tests = len(re.findall(r"^\s*def test_", text, re.MULTILINE))

    assert len(re.findall(PATCHES, text)) / tests < 0.05


def test_no_package_runs_code_when_python_starts() -> None:
    own = Path(sys.prefix) if Path(sys.prefix) == ROOT / ".venv" else None
    hooks = {file.name for package in _locked_packages() for file in package.files or () if file.suffix == ".pth"}
    loose = {path.name for path in own.glob("lib/python*/site-packages/*.pth")} if own else set()

    assert hooks | loose <= KNOWN_HOOKS


def _locked_packages() -> list[Distribution]:
    """The packages we chose, in whatever environment this runs; its own installer is not ours to judge."""
    lock = (ROOT / "requirements-dev.lock").read_text()
    names = re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE)
    return [package for name in names for package in Distribution.discover(name=name)]


def test_every_dependency_is_pinned_and_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    runtime = project["dependencies"] + project["optional-dependencies"]["build"]
    development = runtime + project["optional-dependencies"]["dev"]

    documents = (ROOT / ".ci" / "docs-requirements.in").read_text().split()

    for name, wanted in (
        ("requirements.lock", runtime),
        ("requirements-dev.lock", development),
        ("requirements-docs.lock", documents),
    ):
        locked = set(re.findall(r"^([a-z0-9._-]+==\S+)", (ROOT / name).read_text(), re.MULTILINE))
        pins = {re.sub(r"\[.*\]", "", wish) for wish in wanted}
        assert pins - locked == set(), f"{name} lacks these; give them an exact version and run: make lock"


def test_no_registry_is_named_in_the_lock_files() -> None:
    for name, fewest in (("requirements.lock", 50), ("requirements-dev.lock", 50), ("requirements-docs.lock", 20)):
        lines = (ROOT / name).read_text().splitlines()
        pins = [line for line in lines if line and not line.startswith((" ", "#"))]

        assert [line for line in lines if "://" in line] == []
        assert [line for line in pins if not re.match(r"[a-z0-9._-]+==[^ ]+ ", line)] == []
        assert len(pins) > fewest


def _packages() -> list[str]:
    return sorted(path.parent.name for path in (ROOT / "supportbot").glob("*/__init__.py"))


def _door(package: str) -> tuple[str, ...]:
    """What a package lists for outsiders, beside the names that its own `__init__.py` gives."""
    tree = ast.parse((ROOT / "supportbot" / package / "__init__.py").read_text())
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == "DOOR":
            return tuple(ast.literal_eval(node.value))  # type: ignore[attr-defined]
    raise AssertionError(f"supportbot/{package}/__init__.py has no DOOR.")


def _used_of_others(path: Path) -> Iterator[tuple[str, str]]:
    yield from _imports(path.read_text(), path)


def _imports(source: str, path: Path) -> Iterator[tuple[str, str]]:
    """Package and inner module of each import from another package; the inner one is empty for the package itself."""
    own = path.relative_to(ROOT / "supportbot").parts[0]
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("supportbot."):
            continue
        for alias in node.names:
            package, _, inner = (node.module or "").removeprefix("supportbot.").partition(".")
            deeper = f"{inner}.{alias.name}".strip(".")
            inner = deeper if _module(package, deeper) else inner
            if package != own and (ROOT / "supportbot" / package).is_dir():
                yield package, inner


def _module(package: str, inner: str) -> Path | None:
    place = ROOT.joinpath("supportbot", package, *inner.split("."))
    return next((one for one in (place.with_suffix(".py"), place / "__init__.py") if one.is_file()), None)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _matches(paths: list[Path], rules: dict[str, str]) -> Iterator[str]:
    for path in paths:
        text = path.read_text()
        for what, pattern in rules.items():
            for match in re.finditer(pattern, text, re.IGNORECASE):
                yield f"{path.name}:{text.count(chr(10), 0, match.start()) + 1}: {what}"


def _commands(group: click.Group, path: str) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"
