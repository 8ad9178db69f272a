"""What `make` does on a machine that is not ready: it installs what it may, else one line names what to do."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKE = shutil.which("make")
# What every machine has; all else a test puts there.
PLAIN_TOOLS = ("bash", "cat", "dirname", "env", "grep", "mktemp", "rm", "touch")
BESIDE_CHROMIUM = "fonts-dejavu-core fonts-noto-core libatomic1"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile, and in `bin` a machine of plain tools, where nobody is root."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "bin").mkdir()
    for name in PLAIN_TOOLS:
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    _give(tmp_path, "id", "echo 1000")
    return tmp_path


def test_an_old_python_is_named_with_its_version(checkout: Path) -> None:
    _give_python(checkout, "python3", version="3.9.2")

    done = _make(checkout, "demo")

    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == (
        "supportbot needs Python 3.11 or newer; python3 is 3.9.2. "
        "Install one, or name it: make PYTHON=/path/to/python3.11"
    )


def test_a_machine_without_python_is_told_so(checkout: Path) -> None:
    done = _make(checkout, "demo")

    assert done.returncode != 0
    assert "needs Python 3.11 or newer; no python3 was found" in done.stderr.splitlines()[0]


def test_a_newer_python_beside_an_old_one_is_taken(checkout: Path) -> None:
    _give_python(checkout, "python3", version="3.9.2")
    _give_python(checkout, "python3.12", version="3.12.1")

    done = _make(checkout, "demo")

    assert "1/4 Making the environment .venv (Python 3.12.1) ..." in done.stdout


def test_a_python_that_cannot_make_environments_names_the_package_to_install(checkout: Path) -> None:
    _give_python(checkout, "python3", version="3.11.2", has_venv=False)

    done = _make(checkout, "demo")

    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == (
        "Python 3.11.2 cannot make environments yet. On Debian or Ubuntu: apt install python3.11-venv"
    )


@pytest.mark.parametrize("who", ["root", "sudo without a password"])
def test_a_python_that_cannot_make_environments_is_completed_where_that_needs_no_password(
    checkout: Path, who: str
) -> None:
    _give_python(checkout, "python3", version="3.11.2", has_venv=False)
    _give_debian(checkout, who=who)

    done = _make(checkout, "demo")

    assert done.stdout.splitlines()[:2] == [
        "Installing python3.11-venv from Debian's packages ...",
        "1/4 Making the environment .venv (Python 3.11.2) ...",
    ]
    assert _calls(checkout)[:2] == ["apt-get update", "apt-get install python3.11-venv"]


def test_where_sudo_asks_for_a_password_nothing_is_installed(checkout: Path) -> None:
    _give_python(checkout, "python3", version="3.11.2", has_venv=False)
    _give_debian(checkout, who="sudo with a password")

    done = _make(checkout, "demo")

    assert "On Debian or Ubuntu: apt install python3.11-venv" in done.stderr.splitlines()[0]
    assert _calls(checkout) == []


def test_a_debian_without_python_gets_it(checkout: Path) -> None:
    _give_debian(checkout, who="root")

    done = _make(checkout, "demo")

    assert _calls(checkout) == ["apt-get update", "apt-get install python3-venv"]
    assert "no python3 was found" in done.stderr


def test_a_machine_that_has_what_browser_tests_need_is_left_as_it_is(checkout: Path) -> None:
    _give_environment(checkout)
    _give_debian(checkout, who="root", has=f"chromium {BESIDE_CHROMIUM}")

    done = _make(checkout, "test", "ARGS=tests/routing")

    assert (done.returncode, done.stdout) == (0, "")
    assert _calls(checkout) == ["python -m pytest -n 2 tests/routing"]


@pytest.mark.parametrize("who", ["root", "sudo without a password"])
def test_a_debian_without_chromium_gets_it_with_what_else_it_lacks(checkout: Path, who: str) -> None:
    _give_environment(checkout)
    _give_debian(checkout, who=who, has="fonts-dejavu-core")

    done = _make(checkout, "test")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Installing chromium fonts-noto-core libatomic1 from Debian's packages ...\n"
    assert _calls(checkout) == [
        "apt-get update",
        "apt-get install chromium fonts-noto-core libatomic1",
        "python -m pytest -n 2",
    ]


def test_the_machine_is_looked_at_once_for_an_environment(checkout: Path) -> None:
    _give_environment(checkout)
    _give_debian(checkout, who="root", has="chromium", offers="")

    _make(checkout, "test")
    first = _calls(checkout)
    again = _make(checkout, "test")

    assert again.stdout == ""
    assert _calls(checkout) == [*first, "python -m pytest -n 2"]


def test_fonts_that_cannot_be_installed_stop_no_test(checkout: Path) -> None:
    _give_environment(checkout)
    _give_debian(checkout, who="root", has="chromium", offers="")

    done = _make(checkout, "test")

    assert done.returncode == 0
    assert _calls(checkout)[-1] == "python -m pytest -n 2"


@pytest.mark.parametrize("who", ["sudo with a password", "nobody", "root"])
def test_chromium_is_downloaded_where_debian_gives_none(checkout: Path, who: str) -> None:
    _give_environment(checkout)
    _give_debian(checkout, who=who, has=BESIDE_CHROMIUM, offers="")

    done = _make(checkout, "test")

    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "Downloading Playwright's Chromium ..."
    assert _calls(checkout)[-2:] == ["playwright install chromium", "python -m pytest -n 2"]


def test_a_machine_that_can_get_no_chromium_is_told_what_to_do_and_runs_no_test(checkout: Path) -> None:
    _give_environment(checkout, is_online=False)

    done = _make(checkout, "test")

    assert done.returncode != 0
    assert done.stderr.splitlines()[:2] == ["Error: no such host", "stand-in: apt install chromium"]
    assert _calls(checkout) == ["playwright install chromium"]


def test_the_last_step_of_the_check_is_the_test_target(checkout: Path) -> None:
    _give_environment(checkout)
    for name in ("ruff", "mypy", "lint-imports", "hadolint", "check-jsonschema"):
        _give(checkout, name, "", folder=".venv/bin")
    _make(checkout, "test")
    alone = _calls(checkout)

    _make(checkout, "check", "ARGS=tests/routing")

    assert _calls(checkout)[-1] == alone[-1] == "python -m pytest -n 2"


def test_an_environment_that_stands_is_made_anew_only_for_other_packages(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    for stamp in (".python", ".packages", ".installed"):
        (checkout / ".venv" / stamp).touch()
    stands = _make(checkout, "-q", "install")

    later = (checkout / ".venv" / ".installed").stat().st_mtime + 1
    os.utime(checkout / "requirements.lock", (later, later))
    outdated = _make(checkout, "-q", "install")

    assert (stands.returncode, outdated.returncode) == (0, 1)


def test_every_target_is_explained() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    said = subprocess.run([str(MAKE), "help"], cwd=ROOT, capture_output=True, text=True).stdout

    assert targets is not None
    assert [name for name in targets[1].split() if name != "help" and f"make {name}" not in said] == []


def _make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(checkout / "bin"), "MACHINE": str(checkout)}
    return subprocess.run([str(MAKE), *arguments], cwd=checkout, env=environment, capture_output=True, text=True)


def _calls(checkout: Path) -> list[str]:
    """What the stand-ins were called with, in order."""
    kept = checkout / "calls"
    return kept.read_text().splitlines() if kept.exists() else []


def _give(checkout: Path, name: str, script: str, *, folder: str = "bin") -> None:
    program = checkout / folder / name
    program.write_text(f"#!/bin/bash\n{script}\n")
    program.chmod(0o755)


def _give_python(checkout: Path, name: str, *, version: str, has_venv: bool = True) -> None:
    """A stand-in for an interpreter: answers the Makefile's questions and makes no environment."""
    numbers = tuple(int(part) for part in version.split("."))
    package = f"python{version.rpartition('.')[0]}-venv"
    script = f"""
case "$*" in
  *print*) echo {version} ;;
  *version_info*) exit {int(numbers < (3, 11))} ;;
  *ensurepip*) {"true" if has_venv else f'[ -e "$MACHINE/has-{package}" ]'} ;;
  *) echo "stand-in for Python: $*"; exit 1 ;;
esac"""
    _give(checkout, name, script)


def _give_debian(
    checkout: Path, *, who: str, has: str = "", offers: str = f"chromium python3.11-venv {BESIDE_CHROMIUM}"
) -> None:
    """A Debian with the packages `has`, whose apt-get installs those that its sources offer, for root only."""
    for package in has.split():
        (checkout / f"has-{package}").touch()
    apt_get = f"""
[ "$IS_ROOT" ] || exit 100
arguments=" $* "; arguments="${{arguments/ -qq -o DPkg::Lock::Timeout=120 / }}"
arguments="${{arguments/ -y --no-install-recommends / }}"; read -ra words <<<"$arguments"
echo "apt-get ${{words[*]}}" >>"$MACHINE/calls"
for package in "${{words[@]:1}}"; do
  case " {offers} " in *" $package "*) : >"$MACHINE/has-$package" ;; *) echo "E: no $package"; exit 100 ;; esac
done"""
    _give(checkout, "apt-get", ("IS_ROOT=yes" if who == "root" else "") + apt_get)
    _give(checkout, "dpkg", '[ -e "$MACHINE/has-$2" ]')
    _give(checkout, "id", f"echo {0 if who == 'root' else 1000}")
    if who.startswith("sudo"):
        _give(checkout, "sudo", "exit 1" if who == "sudo with a password" else '[ "$1" = -n ] && IS_ROOT=yes "${@:2}"')


def _give_environment(checkout: Path, *, is_online: bool = True) -> None:
    """A finished .venv whose Python finds the Chromium of the machine or of Playwright, and runs no test."""
    (checkout / ".venv" / "bin").mkdir(parents=True)
    for stamp in (".python", ".packages", ".installed", ".dev"):
        (checkout / ".venv" / stamp).touch()
    python = """
case "$*" in
  "-m tests.browser") [ -e "$MACHINE/has-chromium" ] || { echo "stand-in: apt install chromium" >&2; exit 1; } ;;
  *) echo "python $*" >>"$MACHINE/calls" ;;
esac"""
    playwright = 'echo "playwright $*" >>"$MACHINE/calls"\n'
    playwright += ': >"$MACHINE/has-chromium"' if is_online else 'echo "Error: no such host" >&2; exit 1'
    _give(checkout, "python", python, folder=".venv/bin")
    _give(checkout, "playwright", playwright, folder=".venv/bin")
