"""`supportbot secret`."""

from click.testing import CliRunner

from supportbot.cli import main
from supportbot.settings import load_settings


def test_a_printed_secret_is_new_each_time_and_accepted_as_a_setting() -> None:
    first, second = (CliRunner().invoke(main, ["secret"]).stdout.strip() for _ in range(2))

    assert first != second
    assert load_settings({"SUPPORTBOT_SECRET_KEY": first}).secret_key == first
