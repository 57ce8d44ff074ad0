"""Settings from the environment: a few functions that fail loudly, because a misread setting must stop the start."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

A = TypeVar("A")
T = TypeVar("T")

TRUE = frozenset({"true", "1", "yes", "on"})
FALSE = frozenset({"false", "0", "no", "off"})


def parse_bool(text: str) -> bool | None:
    """True or False for the words everybody uses, None for anything else (so that the caller refuses it)."""
    word = text.strip().lower()
    return True if word in TRUE else False if word in FALSE else None


def env_str(name: str, default: str | None = None) -> str:
    """The variable's text; without one, the default; without that, the start stops."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it in the environment (see .env.example), or use `make run`."
        )
    return value


def env_bool(name: str, *, default: bool) -> bool:
    """A yes or a no. Any other word stops the start: "read_only=yess" must not mean "read-write"."""
    text = os.environ.get(name)
    if text is None:
        return default
    value = parse_bool(text)
    if value is None:
        raise ImproperlyConfigured(f"{name} must be true or false; {text!r} is neither.")
    return value


def env_int(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """A whole number within its bounds."""
    text = os.environ.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"-?[0-9]{1,18}", text.strip()):
        raise ImproperlyConfigured(f"{name} must be a whole number; {text!r} is not.")
    value = int(text)
    if value < least or (most is not None and value > most):
        raise ImproperlyConfigured(f"{name} must be between {least} and {most or 'any number'}; it is {value}.")
    return value


def env_list(name: str, default: str | None = None) -> list[str]:
    """Words between commas, blanks around them taken away."""
    return [part.strip() for part in env_str(name, default).split(",") if part.strip()]


def checked(name: str, parse: Callable[[A], T], value: A) -> T:
    """A setting with a grammar of its own: `parse` raises ValueError with a sentence that holds no secret."""
    try:
        return parse(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None


def load_file(path: Path) -> None:
    """Take NAME=value lines into the environment where it does not say otherwise. No file, no harm."""
    if not path.is_file():
        return
    for line in path.read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip())
