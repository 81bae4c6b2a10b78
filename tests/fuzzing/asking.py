"""Runs schemathesis against a served API, and says what it found."""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from tests.fuzzing.excused import is_excused
from tests.fuzzing.world import World

_KEY = "Idempotency-Key"
_PHASES = ("examples", "coverage", "fuzzing", "stateful")
_ONE_KEY_IN = 5
_numbers = itertools.count()
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")
# How often a place takes what there is, and not what nobody knows.
_IN_PATHS, _IN_BODIES = 0.9, 0.6
_PLACES = {
    **{
        f"path.{name}": (name, _IN_PATHS)
        for name in (
            *("member", "purchase", "redemption", "hold", "subscription"),
            *("code", "key", "measure"),
        )
    },
    "query.store": ("store", 1),
    "body.member.card": ("card", _IN_BODIES),
    "body.reward": ("reward", _IN_BODIES),
    "body.plan": ("plan", _IN_BODIES),
    "body.card": ("card", 0.3),
}


@dataclass
class Found:
    """What was wrong, what broke the fuzzer, and the statuses seen of each operation."""

    failures: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    seen: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))


def ask(url: str, world: World, *, phases: dict[str, int], seed: int) -> Found:
    """Ask all in the named phases, each with so many examples, and return what was found."""
    config = SchemathesisConfig.from_dict(_configure(world, phases, seed))
    schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json", config=config)
    schema.hook("filter_failure")(_is_ours)
    found = Found()
    for event in from_schema(schema).execute():
        _note(event, found)
    return found


def _configure(world: World, phases: dict[str, int], seed: int) -> dict[str, Any]:
    known = world.known
    return {
        "seed": seed,
        "workers": 1,
        "continue-on-failure": True,
        # A busy machine is slow and not wrong.
        "suppress-health-check": ["all"],
        "auth": {"openapi": {"ClientKey": {"api_key": f"Api-Key {world.secret}"}}},
        # What is of the whole programme is refused to a till of a store.
        "operations": [
            {
                "include-operation-id": "listFits",
                "headers": {"Authorization": f"Api-Key {world.board}"},
            }
        ],
        "dictionaries": {name: {"values": values} for name, values in known.items()},
        "parameters": {
            place: {"dictionary": name, "probability": chance}
            for place, (name, chance) in _PLACES.items()
        },
        # NUL is refused wherever it stands; JSON Schema has no word for it.
        "generation": {"database": "none", "allow-x00": False},
        # What is refused for a reason of the shop's is no fault of the request.
        "checks": {
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "3xx", 401, 403, 404, 409, 422, 429]
            }
        },
        "phases": {name: _phase(name, phases.get(name, 0)) for name in _PHASES},
        "warnings": False,
    }


def _phase(name: str, examples: int) -> dict[str, Any]:
    """Return what a phase is told: how many examples, but of bounds, of which it tries all."""
    if name == "coverage" or not examples:
        return {"enabled": bool(examples)}
    return {"enabled": True, "generation": {"max-examples": examples}}


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Give most requests a key of their own: with one for all, only the first would be done."""
    key = (case.headers or {}).get(_KEY)
    if isinstance(key, str) and _PRINTABLE.fullmatch(key):
        number = next(_numbers)
        if number % _ONE_KEY_IN:
            case.headers[_KEY] = f"fuzz-{number}"


def _is_ours(context: Any, failure: Any, case: Any, response: Any) -> bool:
    return not is_excused(failure, case, response)


def _note(event: Any, found: Found) -> None:
    if isinstance(event, events.NonFatalError):
        found.errors.append(f"{event.label}: {event.info.title}: {event.info.message}")
    elif isinstance(event, events.FatalError):
        found.errors.append(repr(event.exception))
    recorder = getattr(event, "recorder", None)
    if recorder is None:
        return
    for name, interaction in recorder.interactions.items():
        if interaction.response is not None:
            label = recorder.cases[name].value.operation.label
            found.seen[label][interaction.response.status_code] += 1
    for name, words in _failures(recorder):
        found.failures.setdefault(name, words)


def _failures(recorder: Any) -> Iterator[tuple[str, str]]:
    for case_id, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            failure, operation = (
                check.failure_info.failure,
                recorder.cases[case_id].value.operation,
            )
            asked = recorder.interactions.get(case_id)
            said = asked.response if asked else None
            answer = f"{said.status_code} {said.content[:600]!r}" if said else "nothing"
            yield (
                f"{operation.label}: {check.name}: {failure.title}: {said and said.status_code}",
                f"{failure.message}\n{check.failure_info.code_sample}\n{answer}",
            )
