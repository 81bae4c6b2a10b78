"""What must not go unnoticed: small changes that break a promise, and the test that says so.

Each replaces one passage, which stands exactly once in its file. `tests/house/test_sabotage.py`
holds that every passage and every test is still there; `make sabotage` holds that each change
turns its test red.
"""

from dataclasses import dataclass

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True)
class Sabotage:
    """One change. `makes_tables` says that the database must be made anew to feel it."""

    breaks: str
    promise: str
    file: str
    before: str
    after: str
    test: str
    engine: str = SQLITE
    makes_tables: bool = False


PLANNING = "loyalty/ledger/planning/"
POSTING = "loyalty/ledger/posting/"
LEDGER = "tests/ledger/"

DAY = "tests/house/test_till_day.py::test_a_day_leaves_the_books_that_it_should"

SABOTAGES = (
    Sabotage(
        "every request has a key of its own",
        "P2",
        "loyalty/clients/answering.py",
        "    return Call(request.client, key, view.operation, asked)",
        "    return Call(request.client, requests.get_id(request), view.operation, asked)",
        DAY,
        engine=POSTGRESQL,
    ),
    Sabotage(
        "what a key claims outlives a call that is killed",
        "P4",
        "loyalty/clients/answering.py",
        "            with transaction.atomic(durable=True):\n"
        "                return _claim_and(call, run, at=at)",
        "            with transaction.atomic(durable=True):\n"
        "                pk = claims.claim(call=call, at=at)\n"
        "            with transaction.atomic(durable=True):\n"
        "                given = run()\n"
        "                claims.settle(pk=pk or 0, given=given)\n"
        "                return given if pk else None",
        DAY,
        engine=POSTGRESQL,
    ),
    Sabotage(
        "accounts are read without their lock",
        "P5",
        "loyalty/core/engines.py",
        '    if not is_postgresql():\n        return ""\n    return f" FOR NO KEY',
        '    if is_postgresql():\n        return ""\n    return f" FOR NO KEY',
        LEDGER + "test_races.py::TestSixteenSpenders::test_get_exactly_what_there_is",
        engine=POSTGRESQL,
    ),
    Sabotage(
        "a key is not looked up again under the lock",
        "P5",
        POSTING + "acting.py",
        "    if first := repeating.get_first(account_id, asked):\n        return first\n"
        "    must_be_open",
        "    must_be_open",
        LEDGER + "test_races.py::TestSixteenRepeats::test_make_one_entry",
        engine=POSTGRESQL,
    ),
    Sabotage(
        "a key may be used again for another request",
        "P6",
        POSTING + "repeating.py",
        "    if request_hash != asked.request_hash:",
        "    if not request_hash:",
        LEDGER + "test_posting.py::TestRepeating::test_refuses_the_key_of_another_request",
    ),
    Sabotage(
        "what dies last is spent first",
        "P6",
        PLANNING + "accounts.py",
        "        return sorted(lots, key=lambda lot: (lot.expires_at, lot.number))",
        "        return sorted(lots, key=lambda lot: (lot.expires_at, lot.number), reverse=True)",
        LEDGER + "test_posting.py::TestRedeem::test_spends_what_never_expires_last",
    ),
    Sabotage(
        "points that wait can be spent",
        "P6",
        PLANNING + "accounts.py",
        "if lot.remaining and not lot.is_pending)",
        "if lot.remaining)",
        LEDGER + "test_planning.py::TestSpend::test_passes_over_lots_that_wait",
    ),
    Sabotage(
        "what expired unused is charged when it is taken back",
        "P6",
        PLANNING + "reclaiming.py",
        "    forgiven = min(due, max(expired - earned.forgiven, 0))",
        "    forgiven = 0",
        LEDGER + "test_returning.py::TestClawback::test_forgives_what_expired_unused",
    ),
    Sabotage(
        "more is taken back than was earned",
        "P6",
        PLANNING + "reclaiming.py",
        "    if points > earned.left:",
        "    if points > earned.points:",
        LEDGER + "test_returning.py::TestClawback::test_in_parts_comes_to_no_more_than_was_earned",
    ),
    Sabotage(
        "points come back into the wrong lot",
        "P6",
        PLANNING + "refunding.py",
        "        reverse=True,",
        "        reverse=False,",
        LEDGER + "test_returning.py::TestTheWayBack::test_fills_the_last_lot_first",
    ),
    Sabotage(
        "a debt is not repaid from what is earned",
        "P6",
        PLANNING + "settling.py",
        '    if points:\n        moves = [Move(lot.number, "available", "debt", n)',
        '    if not points:\n        moves = [Move(lot.number, "available", "debt", n)',
        LEDGER + "test_planning.py::TestEarn::test_repays_what_is_owed_now_and_offers_the_rest",
    ),
    Sabotage(
        "a hold that ends keeps its points from a lot that is alive",
        "P6",
        PLANNING + "settling.py",
        '            to = "available" if is_alive else "expired"',
        '            to = "expired"',
        LEDGER + "test_holding.py::TestVoid::test_gives_everything_back",
    ),
    Sabotage(
        "the next event is told too late",
        "P6",
        PLANNING + "accounts.py",
        "        first = min(moments, default=NEVER)",
        "        first = max(moments, default=NEVER)",
        LEDGER + "test_planning.py::TestSettle::test_tells_when_to_come_back",
    ),
    Sabotage(
        "an activity that is told late lets points die sooner",
        "P6",
        PLANNING + "stirring.py",
        "(not idle.resets or until <= book.inactive_at)",
        "(not idle.resets)",
        LEDGER + "test_inactivity.py::TestAnActivity::test_that_is_told_late_takes_nothing_away",
    ),
    Sabotage(
        "lots that were not read outlive the sleep of their account",
        "P6",
        PLANNING + "accounts.py",
        "            self.unseen_at = min(self.unseen_at, moment)",
        "            self.unseen_at = max(self.unseen_at, moment)",
        LEDGER + "test_inactivity.py::TestStir::test_counts_for_lots_that_nobody_looked_at",
    ),
    Sabotage(
        "the survivor of a merge sleeps sooner than who was merged",
        "P6",
        PLANNING + "transferring.py",
        "book.inactive_at < moment",
        "book.inactive_at > moment",
        LEDGER + "test_inactivity.py::TestBetweenAccounts::test_the_later_moment_is_the_survivors",
    ),
    Sabotage(
        "the sweep passes over holds that lapse",
        "P6",
        PLANNING + "settling.py",
        "    events = [(hold.expires_at, _LAPSE, hold.number) for hold in holds]",
        "    events: list[tuple[datetime, int, int]] = []",
        LEDGER + "test_holding.py::TestLapse::test_is_the_sweeps_work_too",
    ),
    Sabotage(
        "a row that was changed past its lock is written over",
        "P6",
        POSTING + "pens.py",
        '        " WHERE id = %s AND entry_seq = %s AND last_hash = %s",',
        '        " WHERE id = %s AND entry_seq + 1 > %s AND last_hash >= %s",',
        LEDGER + "test_posting.py::TestPastItsLock::test_a_row_that_changed_is_not_written_over",
    ),
    Sabotage(
        "hashes pass over the movements",
        "P7",
        PLANNING + "sealing.py",
        "    for move in ordered_moves:\n        facts += move\n",
        "",
        LEDGER + "test_planning.py::TestSeal::test_is_what_anybody_can_recompute",
    ),
    Sabotage(
        "hashes are not chained",
        "P7",
        PLANNING + "sealing.py",
        "[previous_hash, *content, len(ordered_moves)]",
        "[*content, len(ordered_moves)]",
        LEDGER + "test_planning.py::TestSeal::test_is_what_anybody_can_recompute",
    ),
    Sabotage(
        "entries can be changed and removed",
        "P7",
        "loyalty/ledger/migrations/0002_seal_the_book.py",
        'SEALED = ("ledger_entry", "ledger_movement")',
        'SEALED = ("ledger_movement",)',
        LEDGER + "test_sealing.py::TestSealedBook::test_refuses",
        makes_tables=True,
    ),
    Sabotage(
        "the books are verified without the figures of accounts",
        "P7",
        "loyalty/ledger/auditing.py",
        "            if getattr(account, name) != figure:",
        "            if getattr(account, name) is None:",
        LEDGER + "test_verifying.py::TestVerify::test_names_an_account",
    ),
    Sabotage(
        "verifying the books writes",
        "P8",
        "loyalty/ledger/verifying.py",
        "                audit.close()",
        "                audit.close()\n"
        "                from loyalty.ledger.models import Account\n\n"
        "                Account.objects.filter(pk=account.id).update(held=account.held)",
        LEDGER + "test_verifying.py::TestVerify::test_writes_nothing",
    ),
    Sabotage(
        "a page leaves out the first row of the next one",
        "P9",
        "loyalty/core/pages.py",
        "    return Page(shown, _seal(getattr(shown[-1], by), shown[-1].pk) if more else None)",
        "    return Page(shown, _seal(getattr(found[-1], by), found[-1].pk) if more else None)",
        "tests/core/test_pages.py::TestRead::test_shows_everything_once_newest_first",
    ),
    Sabotage(
        "a step that was begun counts as done",
        "P12",
        "loyalty/events/jobs.py",
        "    is_done = held.state == JobState.DONE and not is_repeated",
        "    is_done = not is_repeated",
        "tests/events/test_jobs.py::TestRun"
        "::test_takes_over_when_the_lease_lapses_and_never_before",
    ),
    Sabotage(
        "what another process holds is done twice",
        "P12",
        "loyalty/events/jobs.py",
        "    if is_done or held.is_leased(at=at):",
        "    if is_done:",
        "tests/events/test_jobs.py::TestRun::test_leaves_work_that_somebody_holds",
    ),
    Sabotage(
        "the night runs a day that is not over",
        "P12",
        "loyalty/night.py",
        "        raise DayNotOver",
        "        pass",
        "tests/house/test_night.py::TestRun::test_refuses_a_day_that_is_not_over",
    ),
    Sabotage(
        "expired points can be spent until the night comes",
        "P13",
        PLANNING + "spending.py",
        "    settle(draft)\n    available =",
        "    available =",
        LEDGER + "test_settling.py::TestVerbsOfTheNextDay::test_find_nothing_of_a_dead_lot",
    ),
    Sabotage(
        "what is settled late takes effect late",
        "P13",
        PLANNING + "settling.py",
        "kind=kind, points=-points, moves=moves, occurred_at=instant)",
        "kind=kind, points=-points, moves=moves, occurred_at=draft.now)",
        LEDGER + "test_settling.py::TestSweep"
        "::test_of_any_size_and_rhythm_ends_as_lazy_settlement_does",
    ),
    Sabotage(
        "a missed night is left out",
        "P13",
        "loyalty/night.py",
        "    return [day for day in days if day not in done]",
        "    return [day for day in days[-1:] if day not in done]",
        "tests/house/test_night.py::TestTheTick"
        "::test_catches_up_every_missed_day_and_then_does_nothing",
    ),
    Sabotage(
        "the sweep's statements are prepared",
        "P13",
        "loyalty/core/engines.py",
        "threshold, driver.prepare_threshold = driver.prepare_threshold, None",
        "threshold = driver.prepare_threshold",
        LEDGER + "test_settling.py::TestPreparedStatements"
        "::test_are_not_made_by_the_sweep_in_more_than_ten_batches",
        engine=POSTGRESQL,
    ),
    Sabotage(
        "every day has 24 hours",
        "P14",
        "loyalty/core/zones.py",
        "    return start_of_day(day=day + timedelta(days=1), zone=zone)",
        "    midnight = start_of_day(day=day, zone=zone).timestamp()\n"
        "    return datetime.fromtimestamp(midnight + 24 * 60 * 60, tz=zone)",
        LEDGER + "test_time.py::TestLastUsableDay::test_is_the_day_of_purchase_and_365",
    ),
    Sabotage(
        "a proof given to another till spends",
        "spend_proof",
        "members/proving.py",
        "(whose, who) != (client, member.public_id)",
        "who != member.public_id",
        "tests/members/test_proving.py::TestCheck::test_refuses_the_proof_of_another_till",
    ),
    Sabotage(
        "a card spends where the code is asked for",
        "spend_proof",
        "members/proving.py",
        "book.spend_proof == SpendProof.CODE",
        "book.spend_proof == SpendProof.CARD",
        "tests/rewards/api/test_spend_proof.py::TestRedeemReward::"
        "test_is_refused_to_a_card_and_nothing_moves",
    ),
    Sabotage(
        "a webhook may lead to a private address",
        "SSRF",
        "loyalty/webhooks/addresses.py",
        "not all(map(is_public, addresses))",
        "not any(map(is_public, addresses))",
        "tests/webhooks/test_addresses.py::TestResolve::"
        "test_refuses_it_beside_a_public_address_too",
    ),
    Sabotage(
        "a call asks a second time where a name leads",
        "SSRF",
        "loyalty/webhooks/calling.py",
        "socket.create_connection((self._address, self.port)",
        "socket.create_connection((self.host, self.port)",
        "tests/webhooks/test_calling.py::TestRebinding::test_reaches_nothing_inside",
    ),
    Sabotage(
        "what a killed sender sent is taken for delivered",
        "P11",
        "loyalty/webhooks/delivering.py",
        'update(attempts=F("attempts") + 1, tried_at=at)',
        'update(attempts=F("attempts") + 1, tried_at=at, state="DELIVERED")',
        "tests/webhooks/test_sending.py::TestAKilledSender::"
        "test_leaves_what_it_sent_to_be_sent_again_under_the_same_id",
    ),
    Sabotage(
        "what a body may be refused for is not described",
        "FUZZ",
        "loyalty/clients/schemas.py",
        "            refusals += _WITH_BODY",
        "            pass",
        "tests/clients/test_fuzzing.py::test_answers_are_those_that_are_described",
    ),
    Sabotage(
        "who waited too long is served all the same",
        "P15",
        "loyalty/parts.py",
        '    "loyalty.core.crowding.Crowding",\n',
        "",
        "tests/house/test_overload.py::TestMoreThanCanBeDone"
        "::test_is_refused_at_once_and_done_when_it_comes_again",
    ),
    Sabotage(
        "a referral is paid for goods that came back",
        "P6",
        "members/confirming.py",
        'annotate(left=F("total_cents") - Coalesce(Subquery(came_back), 0))',
        'annotate(left=F("total_cents"))',
        "tests/members/test_confirming.py::TestAPurchase::"
        "test_that_came_back_does_not_count_and_the_next_one_waits_its_own_days",
    ),
    Sabotage(
        "a referral is paid to who brings themselves",
        "P6",
        "members/relating.py",
        "        or (by_phone and bool(_phones(one) & _phones(other)))",
        "        or False",
        "tests/members/test_confirming.py::TestIsRefused::"
        "test_for_a_phone_that_is_the_referrers_or_of_who_brought_them",
    ),
)
