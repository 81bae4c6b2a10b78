#!/usr/bin/env python
"""Runs Django's commands for this project."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    if sys.argv[1:2] == ["demo"]:
        os.environ.setdefault("LOYALTY_DEMO", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")
    execute_from_command_line(sys.argv)
