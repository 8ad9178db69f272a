"""An operator at the command line: the commands on a database of their own, on either engine."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from supportbot.cli import main
from tests.factories import SECRET_KEY


@dataclass(frozen=True)
class Operator:
    """Runs commands with one environment; nothing of it is set for the test's own process."""

    env: dict[str, str]

    def run(self, *words: str, code: int = 0) -> Result:
        """Run a command that must end with `code`, and without a traceback."""
        result = CliRunner().invoke(main, list(words), env=self.env)
        assert result.exit_code == code, f"{words}: {result.output}\n{result.exception!r}"
        assert "Traceback" not in result.output
        return result

    def said(self, *words: str) -> str:
        """What a command that works prints."""
        return self.run(*words).stdout

    def refused(self, *words: str) -> str:
        """Why a command is refused, in its own words; nothing stands on stdout."""
        result = self.run(*words, code=1)
        assert result.stdout == ""
        assert isinstance(result.exception, SystemExit)
        return result.stderr

    def read(self, *words: str) -> Any:
        """A command's answer for programs."""
        return json.loads(self.run(*words, "--json").stdout)


def operator(database_url: str, folder: Path, **more: str) -> Operator:
    """Somebody who works on this database."""
    return Operator(
        {
            "SUPPORTBOT_DATABASE_URL": database_url,
            "SUPPORTBOT_DATA_DIR": str(folder),
            "SUPPORTBOT_SECRET_KEY": SECRET_KEY,
            "SUPPORTBOT_PASSWORD": "",
            **more,
        }
    )
