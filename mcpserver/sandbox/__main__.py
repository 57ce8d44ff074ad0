"""`python -m mcpserver.sandbox --folder PATH`: a sandbox without Django, only where PRODUCTION=false is said."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from mcpserver.sandbox.config import Config
from mcpserver.sandbox.console import log_to_stderr
from mcpserver.sandbox.errors import SandboxError
from mcpserver.sandbox.options import changed
from mcpserver.sandbox.prepare import prepare
from mcpserver.sandbox.serve import serve


def main() -> None:
    """Prepare only, or serve until a signal comes."""
    parser = argparse.ArgumentParser(prog="python -m mcpserver.sandbox", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--prepare", action="store_true", help="write sandbox.json and stop")
    parser.add_argument("--control", action="store_true", help="let tests set its clock and order faults")
    parser.add_argument("--unlimited", action="store_true", help="no quotas and no rate limit")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another value for a setting")
    options = parser.parse_args()
    if os.environ.get("PRODUCTION", "").lower() != "false":
        sys.exit("The sandbox is for trying and for tests: it starts only with PRODUCTION=false in the environment.")
    try:
        config = changed(Config.unlimited() if options.unlimited else Config(), options.set)
        if options.prepare:
            prepare(options.folder)
        else:
            log_to_stderr()
            serve(options.folder, replace(config, control=options.control or config.control))
    except SandboxError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
