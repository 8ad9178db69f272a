"""Structured logs: one JSON object a line, so that no text in a value can forge another line.

Values are ids and numbers given as `extra`; message text, keys and addresses do not belong in a log.
"""

import logging
import sys
import traceback

import structlog


def where(error: BaseException) -> list[str]:
    """Where an error came from, innermost last. Its own text may quote a customer and stays out of a log."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]]


def configure_logging(*, level: str = "INFO") -> None:
    """Send every logger's lines to stderr: JSON for machines, short words when a person looks on."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    is_person = sys.stderr.isatty()
    last: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=False)]
        if is_person
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("apscheduler", "alembic", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
