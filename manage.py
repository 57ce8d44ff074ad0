#!/usr/bin/env python
"""Django's command line for tidbmcp."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tidbmcp.settings")
    import tidbmcp.celery  # noqa: F401 - or shared tasks would look for a broker that is not there

    execute_from_command_line(sys.argv)
