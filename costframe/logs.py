"""Every process logs one line of JSON an event, on standard error: nothing that is logged can break or forge a line."""

from __future__ import annotations

import json
import logging
import logging.config
import sys
import threading
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costframe.redact import redact, redact_error
from tenants import scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = f"{Path(__file__).resolve().parent.parent}/"
STYLES: tuple[str, ...] = ("json", "text")
MOST_FRAMES = 30
_about: ContextVar[Mapping[str, str]] = ContextVar("about", default={})  # noqa: B039 - never written to

log = logging.getLogger(__name__)


@contextmanager
def about(**fields: str) -> Iterator[None]:
    """Every line that is logged inside says `fields` too: a request's id, an organisation's."""
    token = _about.set({**_about.get(), **fields})
    try:
        yield
    finally:
        _about.reset(token)


def say_about(**fields: str) -> None:
    """As `about`, until it is called again in this thread."""
    _about.set(fields)


class JsonLines(logging.Formatter):
    """A record as one line of JSON. `extra={"fields": {...}}` adds fields of its own."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self.role = role

    def format(self, record: logging.LogRecord) -> str:
        """ASCII only, so no character of any alphabet ends the line."""
        return json.dumps(self.fields(record), default=str)

    def fields(self, record: logging.LogRecord) -> dict[str, Any]:
        """What the line says, in this order."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "role": self.role,
            "process": record.process,
            "logger": record.name,
            "message": redact(_message(record)),
            **_where(),
        }
        for name, value in getattr(record, "fields", {}).items():
            said[name] = redact(value) if isinstance(value, str) else value
        if record.exc_info and record.exc_info[1] is not None:
            said["errors"] = errors(record.exc_info[1])
        return said


class TextLines(JsonLines):
    """The same for a person at a terminal: one line as well."""

    def format(self, record: logging.LogRecord) -> str:
        """Whatever does not print is written as an escape."""
        said = self.fields(record)
        head = " ".join(str(said.pop(name)) for name in ("time", "level", "logger"))
        message = said.pop("message")
        told = "".join(
            f" | {one['type']}: {one['message']} at {' < '.join(one['at'])}" for one in said.pop("errors", [])
        )
        rest = " ".join(f"{name}={value}" for name, value in said.items() if name not in {"role", "process"})
        line = f"{head} {message}{told}" + (f" [{rest}]" if rest else "")
        return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in line)


def errors(error: BaseException | None) -> list[dict[str, Any]]:
    """An exception and what it came from, the outermost first: where, innermost place first, without any value."""
    said: list[dict[str, Any]] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__, limit=-MOST_FRAMES)
        kind = type(error)
        said.append(
            {
                "type": kind.__qualname__
                if kind.__module__ == "builtins"
                else f"{kind.__module__}.{kind.__qualname__}",
                "message": redact_error(str(error)),
                "at": [f"{one.filename.removeprefix(ROOT)}:{one.lineno} {one.name}" for one in reversed(frames)],
            }
        )
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return said


def configuration(*, role: str, level: str, style: str) -> dict[str, Any]:
    """For logging.config.dictConfig: one handler for everything, gunicorn and warnings included."""
    quiet = ("botocore", "boto3", "s3transfer", "urllib3", "django.db.backends", "django.template")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": f"costframe.logs.{'TextLines' if style == 'text' else 'JsonLines'}", "role": role}
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Their debug lines hold request bodies, signed headers, and statements with their values.
            **{name: {"level": "WARNING"} for name in quiet},
            # Its warnings repeat what a refused message held.
            "dramatiq.worker.WorkerThread": {"level": "ERROR"},
            # Who asked for what is in our own line for each request; a failure's traceback is not.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": ["stderr"], "propagate": False},
            "gunicorn.access": {"handlers": [], "propagate": False},  # its line holds the query string
        },
    }


def configure(config: dict[str, Any]) -> None:
    """What Django calls with LOGGING. From then on warnings and whatever nobody caught are lines too."""
    logging.config.dictConfig(config)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return str(record.msg)  # its arguments do not fit; the line is still of use


def _where() -> dict[str, str]:
    inside = {"organization_id": str(scope.current())} if scope.is_open() else {}
    return {**inside, **_about.get()}


def _uncaught(kind: type[BaseException], error: BaseException, trace: Any) -> None:  # noqa: ANN401 - as sys gives it
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("The process ends by an error that nobody caught.", exc_info=(kind, error, trace))


def _uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None and not isinstance(given.exc_value, SystemExit):
        log.error("A thread ended by an error that nobody caught.", exc_info=given.exc_value)


def _unraisable(given: sys.UnraisableHookArgs) -> None:
    log.error("An error could not be raised where it happened.", exc_info=given.exc_value)
