"""What can be said on the command line: `--set name=value` for the fields of Config."""

from collections.abc import Iterable
from dataclasses import replace
from types import NoneType
from typing import Any, Final, get_args, get_type_hints

from mcpserver.sandbox.config import Config
from mcpserver.sandbox.errors import SandboxError

_TYPES: Final = get_type_hints(Config)
MOST: Final = 10**9
"""Of anything: some thirty years, in seconds."""
_AFTER_DELETE: Final = (404, 403)
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "none": None}


def changed(config: Config, settings: Iterable[str]) -> Config:
    """The config with `name=value` for each of these. What is unknown or of the wrong type stops the start."""
    values = dict(_read(setting) for setting in settings)
    return replace(config, **values)


def check(name: str, value: object) -> None:
    """Fails unless this is a field, and the value one of its type."""
    if name not in _TYPES:
        raise SandboxError(f"The sandbox has no setting {name}.")
    allowed = get_args(_TYPES[name]) or (_TYPES[name],)
    fits = type(value) in allowed or (float in allowed and type(value) is int)
    if not fits or (isinstance(value, int | float) and not 0 <= value <= MOST):
        kinds = " or ".join("none" if kind is NoneType else kind.__name__ for kind in allowed)
        raise SandboxError(f"The sandbox's setting {name} must be of the type {kinds}, and from 0 to {MOST}.")
    if name == "after_delete" and value not in _AFTER_DELETE:
        raise SandboxError("The sandbox's setting after_delete must be 404 or 403.")


def _read(setting: str) -> tuple[str, Any]:
    name, equals, text = setting.partition("=")
    if not equals:
        raise SandboxError(f"--set takes name=value; {setting!r} is not that.")
    value = _value(text) if str not in (get_args(_TYPES.get(name)) or (_TYPES.get(name),)) else text
    check(name, value)
    return name, value


def _value(text: str) -> Any:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
