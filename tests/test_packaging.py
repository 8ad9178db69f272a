"""What is delivered: the wheel, its folders, and the files around containers."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import venv
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
TOP_FOLDERS = ("templates", "prompts", "migrations")
IMAGE_FILES = ("Makefile", "requirements.lock", "pyproject.toml", "README.md", "LICENSE", "supportbot", *TOP_FOLDERS)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built offline with the locked build backend, from the files alone that the image gets."""
    folder = tmp_path_factory.mktemp("wheel")
    source = tmp_path_factory.mktemp("source")
    for path in _tracked(*IMAGE_FILES):
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, source / path)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    _run(*pip, "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", folder, source, cwd=folder)
    [built] = folder.glob("supportbot-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtualenv that holds the wheel and sees the locked packages, but not this checkout."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    site = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", folder / "bin" / "python"]
    _run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    # A plain path line: the locked packages are importable, their own .pth files (this checkout's) are not read.
    (site / "locked.pth").write_text(sysconfig.get_path("purelib"))
    return folder


def test_the_wheel_holds_every_file_of_the_package_and_the_top_folders(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    tracked = _tracked("supportbot", *TOP_FOLDERS)
    expected = {path if path.startswith("supportbot/") else f"supportbot/_top/{path}" for path in tracked}

    assert expected - packed == set()
    assert {path for path in packed - expected if not path.startswith("supportbot-")} == set()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["secret"]])
def test_the_installed_command_runs_away_from_the_checkout(
    installed: Path, tmp_path: Path, arguments: list[str]
) -> None:
    assert _run(installed / "bin" / "supportbot", *arguments, cwd=tmp_path).strip()


def test_the_installed_command_brings_a_database_to_its_release(installed: Path, tmp_path: Path) -> None:
    _run(installed / "bin" / "supportbot", "migrate", cwd=tmp_path)

    with closing(sqlite3.connect(tmp_path / "supportbot-data" / "supportbot.db")) as db:
        [[revision]] = db.execute("SELECT version_num FROM alembic_version")
    assert sorted((ROOT / "migrations" / "versions").glob("*.py"))[-1].name.startswith(revision)


def test_the_installed_command_decides_by_the_policy_that_it_ships(installed: Path, tmp_path: Path) -> None:
    message = json.dumps({"id": "1", "text": "I was billed twice in March and want my money back."})

    answer = json.loads(_run(installed / "bin" / "supportbot", "triage", "classify", cwd=tmp_path, given=message))

    assert (answer["id"], answer["risk"], answer["lane"], answer["hold"]) == ("1", "high", "reasoning", True)


def test_the_installed_package_finds_its_folders_inside_itself(installed: Path, tmp_path: Path) -> None:
    script = f"from supportbot.settings import top_folder\nfor n in {TOP_FOLDERS!r}: print(top_folder(n))"

    found = _run(installed / "bin" / "python", "-c", script, cwd=tmp_path).split()

    site = installed / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    assert found == [str(site / "supportbot" / "_top" / name) for name in TOP_FOLDERS]


def test_the_image_is_built_by_targets_that_the_makefile_has() -> None:
    steps = re.findall(r"^RUN make (\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text().replace("$(VENV)", ".venv")

    assert steps
    assert [step for step in steps if f"\n{step}:" not in makefile] == []


def test_the_image_gets_every_file_that_its_build_needs() -> None:
    kept = {line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}

    assert kept == {
        "Makefile",
        "requirements.lock",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "supportbot",
        *TOP_FOLDERS,
    }


def test_web_and_worker_wait_for_the_migrations_and_share_their_settings() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]

    assert set(services) == {"postgres", "migrate", "web", "worker"}
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[name]["environment"] == services["migrate"]["environment"]
        assert services[name]["image"] == services["migrate"]["image"]


def _tracked(*paths: str) -> list[str]:
    """Files below the paths that are in git, or would be with the next commit."""
    listed = _run("git", "ls-files", "-co", "--exclude-standard", *paths, cwd=ROOT).splitlines()
    return [path for path in listed if (ROOT / path).is_file()]


def _run(*command: str | Path, cwd: Path, given: str | None = None) -> str:
    environment = {**os.environ, "PYTHONPATH": "", "PIP_NO_INPUT": "1"}
    done = subprocess.run(command, cwd=cwd, env=environment, input=given, capture_output=True, text=True)
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}{done.stderr}"
    return done.stdout
