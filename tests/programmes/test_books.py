from decimal import Decimal

import pytest
from django.db import transaction

from loyalty.programmes import books, revising
from loyalty.programmes.books import ProgrammeMissing, get_book
from loyalty.programmes.expiring import Expiry, ExpiryKind
from loyalty.programmes.models import Category, Programme, Rule, RuleState, RuleVersion
from loyalty.programmes.models import Multipliers as StoredMultipliers
from loyalty.programmes.models import Rounding as StoredRounding
from loyalty.programmes.rulebook import Multipliers, Rounding
from tests.programmes.conftest import SET_UP

pytestmark = pytest.mark.django_db


class TestGetBook:
    def test_refuses_before_there_is_a_programme(self):
        with pytest.raises(ProgrammeMissing) as refused:
            get_book()

        assert refused.value.headers == {"Retry-After": "60"}

    def test_holds_the_whole_programme(self, programme):
        book = get_book()

        assert book.currency == "EUR"
        assert str(book.zone) == "Europe/Paris"
        assert book.spending_wallet == "points"
        assert book.rounding is Rounding.FLOOR
        assert book.multipliers is Multipliers.BEST
        assert book.wallet("points").expiry == Expiry(kind=ExpiryKind.DAYS, count=365)
        assert [rule.code for rule in book.rules] == ["base"]
        assert [rung.code for rung in book.ladder.rungs] == ["member", "silver", "gold"]
        assert book.tier("gold").multiplier == Decimal(1)
        assert book.tier("platinum") is None

    def test_costs_one_statement_once_it_is_compiled(self, programme, django_assert_num_queries):
        first = get_book()

        with django_assert_num_queries(1):
            assert get_book() is first

    def test_costs_nothing_to_whoever_has_just_read_the_revision(
        self, programme, django_assert_num_queries
    ):
        first = get_book()

        with django_assert_num_queries(0):
            assert get_book(revision=first.revision) is first

    def test_costs_the_same_to_compile_with_one_rule_or_fifty(
        self, programme, django_assert_num_queries
    ):
        with django_assert_num_queries(7):
            books.compile_book()
        said = RuleVersion.objects.get().terms
        for number in range(50):
            rule = Rule.objects.create(code=f"rule-{number}", state=RuleState.LIVE)
            RuleVersion.objects.create(rule=rule, number=1, terms=said, created_at=SET_UP)

        with django_assert_num_queries(7):
            assert len(books.compile_book().rules) == 51

    def test_is_compiled_again_after_a_change(self, programme):
        before = get_book()
        Programme.objects.update(rounding=StoredRounding.CEILING)
        assert get_book().rounding is Rounding.FLOOR

        revising.touch()

        assert get_book().rounding is Rounding.CEILING
        assert get_book().revision != before.revision

    def test_forgets_a_change_that_was_rolled_back(self, programme):
        before = get_book()
        with transaction.atomic():
            Programme.objects.update(rounding=StoredRounding.CEILING)
            revising.touch()
            assert get_book().rounding is Rounding.CEILING
            transaction.set_rollback(True)

        assert get_book().rounding is Rounding.FLOOR
        assert get_book().revision == before.revision

    def test_opens_categories_up_and_leaves_drafts_out(self, programme, week):
        drinks = Category.objects.create(code="drinks", name="Drinks")
        Category.objects.create(code="coffee", name="Coffee", parent=drinks)
        Category.objects.create(code="gift-cards", name="Gift cards", is_excluded=True)
        revising.touch()

        book = get_book()

        assert [rule.code for rule in book.rules] == ["base"]
        assert book.rules[0].versions[0].excluded_categories == {"gift-cards"}
        assert book.categories.covering(("drinks",)) == {"drinks", "coffee"}

    def test_puts_the_highest_priority_first(self, programme):
        for code, priority in (("a", 0), ("z", 5), ("b", 0)):
            Rule.objects.create(code=code, priority=priority, state=RuleState.LIVE)
        revising.touch()

        assert [rule.code for rule in get_book().rules] == ["z", "a", "b", "base"]


class TestWordsOfTheDatabase:
    @pytest.mark.parametrize(
        ("stored", "read"), [(StoredRounding, Rounding), (StoredMultipliers, Multipliers)]
    )
    def test_are_those_of_the_engine(self, stored, read):
        assert set(stored.values) == {choice.value for choice in read}
