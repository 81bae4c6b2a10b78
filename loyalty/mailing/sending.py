"""Handing messages over: each once, and none of them because it was written down alone.

A message is claimed just before it is handed over and its end is written just after. A sender
that dies leaves at most one in doubt: advertising is then given up, for staff to look at; what
a member must know is sent again, as the same e-mail by its Message-ID. A server that does not
answer is asked again every minute, a message that it refuses for now after growing pauses, both
for three days.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from loyalty.core import faults
from loyalty.core.clocks import Clock
from loyalty.events import dispatching
from loyalty.events.dispatching import Round
from loyalty.events.models import Message, MessageReason
from loyalty.mailing import composing, reading
from loyalty.mailing.kinds import manner_of
from loyalty.mailing.reading import Envelope

_ROUND = 200
# Well within a lease, so that nobody else takes what is still being sent.
_LONGEST = timedelta(minutes=3)
_SERVER_PAUSE = timedelta(minutes=1)
_FOR_EVER = 500

_log = logging.getLogger(__name__)


def send(*, at: datetime, limit: int = 1_000) -> int:
    """Send up to `limit` due messages, in rounds of one connection each. Returns how many.

    May be run twice, at once, and be killed: see above.
    """
    clock, sent, left = Clock(at), 0, limit
    while left > 0:
        asked = min(_ROUND, left)
        held = dispatching.take(at=clock.now(), limit=asked)
        sent += send_round(held=held, clock=Clock(clock.now()))
        if held.taken < asked:
            break
        left -= asked
    return sent


def send_round(*, held: Round, clock: Clock) -> int:
    """Send what was taken, over one connection, and return how many were handed over.

    What it reads is read for all of them; it writes twice for each that goes out.
    """
    envelopes = _read(held, at=clock.now())
    if not envelopes:
        return 0
    connection = mail.get_connection()
    try:
        connection.open()
    except OSError as error:
        _wait_for_server(envelopes, held, error, at=clock.now())
        return 0
    try:
        return _hand_over_all(envelopes, held, connection, clock)
    finally:
        connection.close()


def _read(held: Round, *, at: datetime) -> list[Envelope]:
    """Return what is to be sent, and leave out what is not."""
    outcomes = reading.read(messages=held.messages, at=at)
    left_out: dict[MessageReason, list[Message]] = defaultdict(list)
    envelopes: list[Envelope] = []
    for message in held.messages:
        outcome = outcomes[message.pk]
        if isinstance(outcome, Envelope):
            envelopes.append(outcome)
        else:
            left_out[outcome].append(message)
    for reason, messages in left_out.items():
        end = dispatching.give_up if reason is MessageReason.INTERRUPTED else dispatching.leave_out
        end(messages=messages, held=held, reason=reason)
    return envelopes


def _hand_over_all(
    envelopes: Sequence[Envelope], held: Round, connection: BaseEmailBackend, clock: Clock
) -> int:
    sent = 0
    for number, envelope in enumerate(envelopes):
        if clock.passed() > _LONGEST:
            _put_back(envelopes[number:], held, due_at=clock.now())
            break
        if not _claim(envelope, held):
            continue
        try:
            sent += _hand_over(envelope, held, connection, clock)
        except OSError as error:
            # The server, and not this message: the others would fare no better.
            _postpone(envelope, held, error, at=clock.now())
            _wait_for_server(envelopes[number + 1 :], held, error, at=clock.now())
            break
    return sent


def _claim(envelope: Envelope, held: Round) -> bool:
    """Take one message for good, unless it is no longer ours or its consent was withdrawn."""
    message, manner = envelope.message, manner_of(envelope.message.kind)
    if manner.way_out is None:
        return dispatching.claim(message=message, held=held)
    condition = reading.unopposed() if manner.is_survey else reading.willing()
    if dispatching.claim(message=message, held=held, only_if=condition):
        return True
    reason = MessageReason.OBJECTED if manner.is_survey else MessageReason.NO_CONSENT
    dispatching.leave_out(messages=[message], held=held, reason=reason)
    return False


def _hand_over(
    envelope: Envelope, held: Round, connection: BaseEmailBackend, clock: Clock
) -> bool:
    """Send one message. Returns whether it went; raises OSError for the server's troubles."""
    message = envelope.message
    try:
        connection.send_messages([_composed(envelope)])
    except SMTPRecipientsRefused as error:
        _refuse(envelope, held, error, at=clock.now())
        return False
    except (SMTPResponseException, SMTPNotSupportedError) as error:
        _postpone(envelope, held, error, at=clock.now())
        return False
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001  One that cannot be laid out stops no other.
        _postpone(envelope, held, error, at=clock.now())
        return False
    dispatching.mark_sent(
        message=message, held=held, language=envelope.letter.language, at=clock.now()
    )
    return True


def _composed(envelope: Envelope) -> EmailMultiAlternatives:
    return composing.compose(
        letter=envelope.letter, address=envelope.address, name=envelope.message.public_id
    )


def _refuse(
    envelope: Envelope, held: Round, error: SMTPRecipientsRefused, *, at: datetime
) -> None:
    """Give up an address that is refused for good; try one again that is refused for now."""
    if any(code < _FOR_EVER for code, _words in error.recipients.values()):
        _postpone(envelope, held, error, at=at)
        return
    fault = _noted(envelope, error)
    dispatching.give_up(
        messages=[envelope.message], held=held, reason=MessageReason.REFUSED, error=fault
    )


def _postpone(envelope: Envelope, held: Round, error: Exception, *, at: datetime) -> None:
    fault = _noted(envelope, error)
    dispatching.postpone(message=envelope.message, held=held, error=fault, at=at)


def _noted(envelope: Envelope, error: Exception) -> str:
    """Write a failure down by kind and place: its words hold the address."""
    fault = faults.describe(error)
    _log.error("%s was not sent: %s", envelope.message.public_id, fault)
    return fault


def _wait_for_server(
    envelopes: Sequence[Envelope], held: Round, error: OSError, *, at: datetime
) -> None:
    _log.error("The mail server fails: %s", faults.describe(error))
    _put_back(envelopes, held, due_at=at + _SERVER_PAUSE)


def _put_back(envelopes: Sequence[Envelope], held: Round, *, due_at: datetime) -> None:
    messages = [envelope.message for envelope in envelopes]
    dispatching.put_back(messages=messages, held=held, due_at=due_at)
