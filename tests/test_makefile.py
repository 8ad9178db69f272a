"""What `make` says when the machine is not ready yet: one line that names what to do."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKE = shutil.which("make")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile and, in `bin`, nothing but what a test puts there."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
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
        "Python 3.11.2 cannot make environments yet. On Debian or Ubuntu: apt install python3-venv"
    )


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
    environment = {"PATH": str(checkout / "bin")}
    return subprocess.run([str(MAKE), *arguments], cwd=checkout, env=environment, capture_output=True, text=True)


def _give_python(checkout: Path, name: str, *, version: str, has_venv: bool = True) -> None:
    """A stand-in for an interpreter: answers the Makefile's questions and makes no environment."""
    numbers = tuple(int(part) for part in version.split("."))
    program = checkout / "bin" / name
    program.write_text(
        f"""#!/bin/bash
case "$*" in
  *print*) echo {version} ;;
  *version_info*) exit {int(numbers < (3, 11))} ;;
  *ensurepip*) exit {int(not has_venv)} ;;
  *) echo "stand-in for Python: $*"; exit 1 ;;
esac
"""
    )
    program.chmod(0o755)
