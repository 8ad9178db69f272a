"""What the browser tests share: Chromium, how it is started, axe, and screenshots.

`python -m tests.browser` says which Chromium they drive, or in one line why there is none.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Playwright, sync_playwright

ARTIFACTS = Path(__file__).parent.parent / "test-artifacts"
# How long a test waits for what a page should come to show; a busy machine is slow, not wrong.
PATIENCE_MS = 30_000
PATH_VARIABLE = "SUPPORTBOT_TEST_CHROMIUM"
HOW_TO_GET_ONE = (
    "No Chromium for the browser tests. Either of these brings one: `apt install chromium`, "
    f"`.venv/bin/playwright install chromium`, or {PATH_VARIABLE}=/path/to/chromium."
)
HOW_TO_GET_PLAYWRIGHT_TO_START = "On Debian or Ubuntu this brings what it needs: `apt install chromium libatomic1`."
HOW_TO_GET_IT_TO_START = "If it lacks libraries, this brings them: `sudo .venv/bin/playwright install-deps chromium`."
LAUNCH_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Colours that are on their way to others are nobody's to read yet.
STILL = """() => Promise.all(
    document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished.catch(() => null))
).then(() => null)"""
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]


def find_chromium(playwright: Playwright) -> Path:
    """The system's Chromium, else Playwright's own; fails with how to get one."""
    found = _system_chromium() or _own_chromium(playwright)
    if found is None:
        pytest.fail(HOW_TO_GET_ONE, pytrace=False)
    return found


def check_chromium() -> Path:
    """Find Chromium and see that Playwright and it start; ends the program with one line of what to do otherwise."""
    _check_start([sys.executable, "-m", "playwright"], HOW_TO_GET_PLAYWRIGHT_TO_START)
    found = _system_chromium()
    if found is None:
        with sync_playwright() as playwright:
            found = _own_chromium(playwright)
    if found is None:
        sys.exit(HOW_TO_GET_ONE)
    _check_start([str(found)], HOW_TO_GET_IT_TO_START)
    return found


def run_axe(page: Page, *, context: str | None = None, colours_only: bool = False) -> None:
    """Assert that axe finds nothing against WCAG 2.2 AA on the page, or below the selector `context`.

    With `colours_only` contrast alone is looked at: for the other colour scheme of a page that was looked at whole.
    """
    page.evaluate(STILL)
    only = {"type": "rule", "values": ["color-contrast"]} if colours_only else {"type": "tag", "values": WCAG_22_AA}
    results = Axe().run(page, context=context, options={"runOnly": only})
    violations = results.response["violations"]
    assert not violations, f"axe on {page.url}:\n" + "\n".join(_violation(found) for found in violations)


def keep_screenshot(page: Page, name: str, *, full_page: bool = False) -> Path:
    """Put a picture of the page into test-artifacts/ (not in git) and give its path."""
    path = ARTIFACTS / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.png"
    page.screenshot(path=path, full_page=full_page)
    return path


def watch_for_errors(page: Page) -> list[str]:
    """A list that fills with uncaught script errors and content-security violations of the page."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"script error on {page.url}: {error}"))
    page.on("console", lambda message: problems.extend(_policy_violations(page, message.text)))
    return problems


def _check_start(program: list[str], cure: str) -> None:
    started = subprocess.run([*program, "--version"], capture_output=True, text=True)
    if started.returncode != 0:
        said = (started.stderr.strip().splitlines() or ["it says nothing"])[-1]
        sys.exit(f"{' '.join(program)} does not start: {said}. {cure}")


def _system_chromium() -> Path | None:
    named = os.environ.get(PATH_VARIABLE)
    candidates = [named] if named else [shutil.which(name) for name in ("chromium", "chromium-browser")]
    return next((Path(candidate) for candidate in candidates if candidate and Path(candidate).is_file()), None)


def _own_chromium(playwright: Playwright) -> Path | None:
    downloaded = Path(playwright.chromium.executable_path)
    return downloaded if downloaded.is_file() else None


def _policy_violations(page: Page, text: str) -> list[str]:
    return [f"{page.url}: {text}"] if "Content Security Policy" in text else []


def _violation(found: dict) -> str:  # type: ignore[type-arg]
    where = "\n".join(f"    {' '.join(map(str, node['target']))}: {node['html'][:200]}" for node in found["nodes"])
    return f"  {found['id']} ({found['impact']}): {found['help']}\n{where}"


if __name__ == "__main__":
    print(check_chromium())
