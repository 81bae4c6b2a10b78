"""Commands as an operator runs them."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def ask(*words: str) -> Any:
    return json.loads(run(*words, "--json"))


def refused(*words: str) -> str:
    """Run a command that must refuse and print nothing; return why."""
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command(*words, stdout=out)
    assert out.getvalue() == ""
    return str(refusal.value)
