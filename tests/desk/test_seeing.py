"""A store manager sees the people of their stores, whatever the way they come."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from simple_history.models import HistoricalChanges

from loyalty.desk import seeing
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.ledger.models import Account, Entry
from loyalty.programmes.models import Programme, Store, StoreAssignment
from members import enrolling, purchasing
from members import seeing as members_seeing
from members.models import Card, Member, Purchase
from rewards import redeeming
from rewards.models import Redemption, Reward, RewardKind
from tests.conftest import NOON
from tests.members.builders import sale
from tests.members.staff import appoint

OURS = ("loyalty", "members", "rewards", "analytics")


@pytest.fixture
def stores(programme: Programme) -> tuple[Store, Store]:
    return tuple(Store.objects.create(code=code, name=code) for code in ("lyon", "nice"))  # type: ignore[return-value]


@pytest.fixture
def people(stores: tuple[Store, Store]) -> dict[str, Member]:
    """Somebody of Lyon, somebody of Nice, somebody of Nice who buys in Lyon, and of nowhere."""
    lyon, nice = stores
    found = {
        name: enrolling.enrol(
            at=NOON, first_name=name, last_name="Person", email=f"{name}@example.org", store=store
        )
        for name, store in {"lya": lyon, "nico": nice, "both": nice, "none": None}.items()
    }
    for name, store in {"lya": lyon, "nico": nice, "both": lyon}.items():
        told = sale(found[name], "50.00", store=store, receipt=f"R-{name}")
        purchasing.record(sale=told, key=name, at=NOON)
    return found


def browser(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def manager(stores: tuple[Store, Store]) -> User:
    return appoint(Role.STORE_MANAGER, "manager", stores=stores[:1])


def seen_by(user: User) -> set[str]:
    return set(members_seeing.visible_to(user).values_list("first_name", flat=True))


class TestVisibleTo:
    def test_is_who_enrolled_or_bought_in_their_stores(self, people, manager: User):
        assert seen_by(manager) == {"lya", "both"}

    def test_is_one_row_for_many_purchases(self, people, manager: User, stores):
        for n in range(5):
            told = sale(people["both"], store=stores[0], receipt=f"again {n}")
            purchasing.record(sale=told, key=f"again {n}", at=NOON)

        assert members_seeing.visible_to(manager).count() == 2

    def test_is_nobody_for_a_manager_without_stores(self, people):
        assert seen_by(appoint(Role.STORE_MANAGER, "newcomer")) == set()

    @pytest.mark.parametrize(
        "role", [Role.ADMINISTRATOR, Role.CUSTOMER_CARE, Role.MARKETING, Role.AUDITOR]
    )
    def test_is_everybody_for_roles_of_all_stores(self, people, role: Role):
        assert seen_by(appoint(role)) == set(people)

    def test_is_everybody_for_a_cashier_until_they_have_a_store(self, people, stores):
        cashier = appoint(Role.CASHIER)
        assert seen_by(cashier) == set(people)

        StoreAssignment.objects.create(user=cashier, store=stores[1])

        assert seen_by(cashier) == {"nico", "both"}

    @pytest.mark.parametrize("role", [Role.ANALYST, None])
    def test_is_nobody_for_an_analyst_nor_without_a_role(self, people, role: Role | None):
        user = appoint(role) if role else User.objects.create_user("x@y.example", is_staff=True)

        assert seen_by(user) == set()

    def test_asks_by_existence_and_not_by_a_join(self, manager: User):
        statement = str(members_seeing.visible_to(manager).query)

        assert "EXISTS" in statement
        assert "DISTINCT" not in statement


class TestEveryTable:
    def test_is_written_down(self):
        kept = {*seeing.BOUNDS, *seeing.ABOUT_NOBODY, *seeing.NOTHING}
        there = {
            model._meta.label
            for model in apps.get_models()
            if model.__module__.partition(".")[0] in OURS
            and not issubclass(model, HistoricalChanges)
        }

        assert there - kept == set()

    def test_leads_to_nobody_where_it_says_so(self):
        """A table that points to people, or to what people have, is bound or closed."""
        people = {"members.Member", "ledger.Holder", *seeing.BOUNDS}
        for label in seeing.ABOUT_NOBODY:
            fields = apps.get_model(label)._meta.concrete_fields
            ends = {f.related_model._meta.label for f in fields if f.is_relation}
            assert ends & people == set(), label

    def test_is_bounded_whatever_registers_it(self):
        assert all(isinstance(one, seeing.Bounded) for one in admin.site._registry.values())

    @pytest.mark.parametrize("label", sorted(seeing.BOUNDS))
    def test_shows_a_manager_of_nowhere_nothing(self, people, rf, label: str):
        request = rf.get("/")
        request.user = appoint(Role.STORE_MANAGER, "newcomer")
        model = apps.get_model(label)

        assert not seeing.rows_for(request, model._default_manager.all()).exists()


def rows_of(client: Client, table: str, **asked: str) -> list[int]:
    answer = client.get(reverse(f"admin:{table}_changelist"), asked)
    assert answer.status_code == 200
    return sorted(row.pk for row in answer.context["cl"].result_list)


class TestAManager:
    @pytest.fixture
    def at_lyon(self, manager: User, people) -> Client:
        return browser(manager)

    def test_lists_their_own(self, at_lyon: Client, people):
        own = {people["lya"].pk, people["both"].pk}

        assert set(rows_of(at_lyon, "members_member")) == own
        cards = Card.objects.filter(pk__in=rows_of(at_lyon, "members_card"))
        assert {card.member_id for card in cards} == own
        bought = Purchase.objects.filter(pk__in=rows_of(at_lyon, "members_purchase"))
        assert {purchase.member_id for purchase in bought} == own

    def test_reads_their_books_alone(self, at_lyon: Client, people):
        own = {people["lya"].holder_id, people["both"].holder_id}

        entries = Entry.objects.filter(pk__in=rows_of(at_lyon, "ledger_entry"))
        assert {entry.account.holder_id for entry in entries} == own
        accounts = Account.objects.filter(pk__in=rows_of(at_lyon, "ledger_account"))
        assert {account.holder_id for account in accounts} == own

    def test_finds_nobody_elsewhere(self, at_lyon: Client, people):
        card = people["nico"].cards.get().number
        for asked in ("nico@example.org", card, people["nico"].public_id):
            assert rows_of(at_lyon, "members_member", q=asked) == []
        assert rows_of(at_lyon, "members_purchase", q=people["nico"].public_id) == []

    def test_redemptions_and_vouchers_are_their_own(self, at_lyon: Client, people, programme):
        reward = Reward.objects.create(
            public_id="rew_1", name_fr="Café", name_en="Coffee", cost=10,
            wallet=programme.spending_wallet, kind=RewardKind.PRODUCT,
        )  # fmt: skip
        taken = {
            name: redeeming.redeem(member=people[name], reward=reward, key=f"take {name}", at=NOON)
            for name in ("lya", "nico")
        }

        own = [taken["lya"].pk]
        assert rows_of(at_lyon, "rewards_redemption") == own
        assert rows_of(at_lyon, "rewards_redemption", q=taken["nico"].public_id) == []
        assert rows_of(at_lyon, "members_voucher") == [taken["lya"].voucher_id]
        assert Redemption.objects.count() == 2

    @pytest.mark.parametrize("page", ["change", "history", "delete"])
    def test_cannot_tell_foreign_from_absent(self, at_lyon: Client, people, page: str):
        answers = []
        for pk in (people["nico"].pk, 999_999):
            answer = at_lyon.get(reverse(f"admin:members_member_{page}", args=[pk]), follow=True)
            told = answer.content.decode().replace(str(pk), "ID")
            answers.append((answer.status_code, answer.redirect_chain, "nico" in told.lower()))

        assert answers[0] == answers[1]
        assert answers[0][2] is False

    def test_reads_no_old_version_of_somebody_elsewhere(self, at_lyon: Client, people):
        for name, status in {"lya": 200, "nico": 302}.items():
            member = people[name]
            version = member.history.first()
            address = reverse("admin:members_member_simple_history", args=[member.pk, version.pk])
            assert at_lyon.get(address).status_code == status

    def test_acts_on_nobody_elsewhere(self, people, stores, manager: User):
        manager.user_permissions.add(Permission.objects.get(codename="change_member"))
        chosen = [str(people["lya"].pk), str(people["nico"].pk)]

        browser(manager).post(
            reverse("admin:members_member_changelist"),
            {"action": "block", "_selected_action": chosen},
        )

        states = {m.first_name: m.state for m in Member.objects.all()}
        assert (states["lya"], states["nico"]) == ("BLOCKED", "ACTIVE")

    def test_costs_as_much_for_twenty_as_for_two(self, at_lyon: Client, stores, people):
        def cost() -> int:
            with CaptureQueriesContext(connection) as captured:
                rows_of(at_lyon, "members_member")
            return len(captured)

        cost()
        few = cost()
        for n in range(18):
            enrolling.enrol(at=NOON, email=f"n{n}@example.org", store=stores[0])

        assert cost() == few


class TestACashier:
    def test_sees_whom_they_enrol(self, stores: tuple[Store, Store]):
        cashier = browser(appoint(Role.CASHIER, stores=stores[:1]))
        told = {"first_name": "Grace", "last_name": "Hopper", "language": "fr"}

        answer = cashier.post(reverse("admin:members_member_add"), told, follow=True)

        assert answer.status_code == 200
        assert Member.objects.get().store == stores[0]
        assert "Hopper" in answer.content.decode()

    def test_changes_nobody(self, people, stores: tuple[Store, Store]):
        cashier = browser(appoint(Role.CASHIER))
        address = reverse("admin:members_member_change", args=[people["lya"].pk])

        assert cashier.post(address, {"first_name": "X"}).status_code in (403, 405)
        assert cashier.get(reverse("admin:members_consent_changelist")).status_code == 403
        assert not Member.objects.filter(first_name="X").exists()


class TestHistories:
    @pytest.mark.parametrize(
        ("role", "status"), [(Role.ANALYST, 403), (Role.MARKETING, 200), (Role.AUDITOR, 200)]
    )
    def test_are_for_who_may_see_who_did_what(self, people, role: Role, status: int):
        reader = browser(appoint(role))

        for address in (
            reverse("admin:programmes_programme_history", args=[1]),
            reverse("admin:programmes_store_history", args=[Store.objects.first().pk]),
        ):
            assert reader.get(address).status_code == status
            page = reader.get(address.replace("/history/", "/change/")).content.decode()
            assert (address in page) is (status == 200)


class TestAnAnalyst:
    def test_opens_no_table_with_a_person_in_it(self, people):
        analyst = browser(appoint(Role.ANALYST))
        named = {label for label in seeing.BOUNDS if not label.startswith("analytics.")}
        there = {model._meta.label for model in admin.site._registry}

        for label in sorted(named & there):
            address = reverse(f"admin:{label.lower().replace('.', '_')}_changelist")
            assert analyst.get(address).status_code == 403, label
