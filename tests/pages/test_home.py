"""The front page: what the programme gives, in words that a customer understands."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from loyalty.identity.models import User
from loyalty.portal import welcome, wording
from loyalty.programmes import books, revising
from loyalty.programmes.expiring import Expiry, ExpiryKind, RoundUpTo
from loyalty.programmes.models import Programme, Rule, Segment, Tier, WalletPolicy
from rewards.models import Reward
from tests.conftest import NOON
from tests.pages.conftest import add_reward, add_rule

FRENCH = {"accept-language": "fr-FR,fr;q=0.9"}
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def french() -> None:
    from django.utils import translation

    with translation.override("fr"):
        yield


def page(client: Client, headers: dict[str, str] = FRENCH) -> str:
    response = client.get("/", headers=headers)
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


class TestHome:
    def test_says_in_french_what_the_programme_gives(self, shop: Programme, client: Client):
        said = page(client)

        assert "<title> Maison Lise : le programme de fidélité" in said
        assert "1 point par tranche de 1,00 €" in said
        assert "Dès 500,00 € d’achats sur 12 mois" in said
        assert "Points × 1,5" in said
        assert "Un café offert" in said
        assert "80 points" in said
        assert "Plus que 4" in said
        assert "Dès le niveau Or" in said
        assert "Épuisé pour le moment" in said
        assert "Vos points sont valables 365 jours." in said
        assert "Maison Lise Bastille" in said
        assert "Maison Lise École" not in said

    def test_says_in_english_what_the_programme_gives(self, shop: Programme, client: Client):
        said = page(client, ENGLISH)

        assert '<html lang="en">' in said
        assert "1 point for each €1.00" in said
        assert "From €500.00 of purchases within 12 months" in said
        assert "A coffee on the house" in said
        assert "1,350 points" in said

    def test_says_that_it_opens_soon_before_there_is_a_programme(self, db: None, client: Client):
        said = page(client)

        assert "Notre programme de fidélité ouvre bientôt" in said

    def test_says_that_rewards_are_coming_while_there_are_none(
        self, programme: Programme, client: Client
    ):
        said = page(client)

        assert "Les premières récompenses sont en préparation." in said
        assert "Où présenter votre carte" not in said

    def test_asks_five_questions_whatever_it_shows(
        self, shop: Programme, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ):
        books.get_book()
        with django_assert_num_queries(5):  # the revision, rewards, other prices, tiers, stores
            page(client)
        for number in range(10, 50):
            add_reward(number, f"Cadeau {number}", f"Gift {number}", 100 + number)

        with django_assert_num_queries(5):
            page(client)

    def test_asks_no_member_to_join(self, shop: Programme, client: Client):
        client.force_login(User.objects.create_user("ada@example.org"))

        said = page(client)

        assert 'href="/me/"' in said
        assert 'href="/join/"' not in said
        assert 'href="/login/"' not in said

    def test_asks_staff_to_join_like_anybody(self, shop: Programme, client: Client):
        client.force_login(User.objects.create_user("eve@example.org", is_staff=True))

        assert 'href="/join/"' in page(client)

    def test_links_only_to_pages_that_answer(self, shop: Programme, client: Client):
        links = set(re.findall(r'(?:href|src)="(/[^"#]*)', page(client)))
        files = {link for link in links if link.startswith("/static/")}

        assert [file for file in files if not finders.find(file.removeprefix("/static/"))] == []
        assert {client.get(link).status_code for link in links - files} <= {200, 302}
        assert "/desk/" in links

    def test_holds_nothing_inline_and_asks_nobody_else(self, shop: Programme, client: Client):
        said = page(client)

        assert "<script" not in said
        assert " style=" not in said
        assert "<style" not in said
        assert "http://" not in said.replace("http://www.w3.org", "")
        assert "https://" not in said

    def test_hides_what_is_withdrawn(self, shop: Programme, client: Client):
        Reward.objects.filter(public_id="rew_1").update(is_active=False)

        assert "Un café offert" not in page(client)


class TestLanguage:
    def test_is_kept_once_chosen(self, shop: Programme, client: Client):
        answer = client.post("/language/", {"language": "en", "next": "/"}, headers=FRENCH)

        assert (answer.status_code, answer.headers["Location"]) == (302, "/")
        assert '<html lang="en">' in page(client, FRENCH)

    def test_never_leads_to_another_site(self, shop: Programme, client: Client):
        answer = client.post("/language/", {"language": "en", "next": "https://evil.example/"})

        assert answer.headers["Location"] == "/"


class TestErrors:
    def test_of_an_unknown_page_speaks_to_people(self, db: None, client: Client):
        answer = client.get("/nowhere/", headers=FRENCH)

        assert answer.status_code == 404
        assert "Vos points, eux, n’ont pas bougé." in answer.content.decode()

    def test_and_what_needs_no_programme_are_headed_by_its_name(
        self, shop: Programme, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ):
        for path in ("/nowhere/", "/left/", "/api/v1/docs/"):
            with django_assert_num_queries(1):
                said = client.get(path, headers=FRENCH).content.decode()
            assert "Maison Lise" in " ".join(said.split())
            assert "Programme de fidélité" not in said

    def test_of_an_unknown_call_speaks_to_tills(self, db: None, client: Client):
        answer = client.get("/api/v1/nowhere")

        assert answer.status_code in (401, 404)
        assert answer.headers["Content-Type"] == "application/problem+json"

    def test_of_a_stale_form_says_what_to_do(self, db: None):
        answer = Client(enforce_csrf_checks=True).post(
            "/language/", {"language": "en"}, headers=FRENCH
        )

        assert answer.status_code == 403
        assert "Cette page est restée ouverte trop longtemps" in answer.content.decode()

    def test_of_a_wrong_host_is_400(self, db: None, client: Client):
        answer = client.get("/", headers={**FRENCH, "host": "evil.example"})

        assert answer.status_code == 400
        assert "Cette demande n’a pas pu être lue" in answer.content.decode()

    def test_of_ours_is_a_page_that_asks_nothing(self, db: None, monkeypatch: pytest.MonkeyPatch):
        def fail(**_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(welcome, "get_welcome", fail)
        answer = Client(raise_request_exception=False).get("/", headers=FRENCH)

        assert answer.status_code == 500
        assert "aucun point n’est perdu" in answer.content.decode()


class TestSmallThings:
    def test_robots_stay_out_of_the_desk(self, client: Client):
        assert "Disallow: /desk/" in client.get("/robots.txt").content.decode()

    def test_the_favicon_is_the_mark(self, client: Client):
        answer = client.get("/favicon.ico")

        assert answer.headers["Location"] == f"/{settings.STATIC_URL.strip('/')}/loyalty/mark.svg"

    def test_the_policy_allows_nobody_else_and_nothing_inline(self, db: None, client: Client):
        policy = client.get("/").headers["Content-Security-Policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy


class TestWording:
    @pytest.mark.parametrize(
        ("terms", "gives", "conditions"),
        [
            ({"then": {"give": "fixed", "points": 50}}, "+ 50 points", ""),
            (
                {"then": {"give": "multiplier", "factor": "1.5"}, "when": {"weekdays": [6]}},
                "points × 1,5",
                "samedi",
            ),
            (
                {
                    "then": {"give": "rate", "points": "2", "per_cents": 1000},
                    "when": {"from_day": "2026-03-01", "to_day": "2026-03-31", "stores": ["a"]},
                },
                "2 points par tranche de 10,00 €",
                "du 1er mars 2026 au 31 mars 2026, dans certains magasins",
            ),
            (
                {
                    "then": {"give": "fixed", "points": 1},
                    "when": {"minimum_basket_cents": 3_050, "tiers": ["gold"]},
                },
                "+ 1 point",
                "dès 30,50 € d’achat, pour certains niveaux",
            ),
            (
                {
                    "then": {"give": "per-unit", "points": "3"},
                    "when": {"skus": ["ESP250"], "from_time": "17:00", "to_time": "19:00"},
                    "limits": {"per_purchase": 30},
                },
                "3 points par unité",
                "entre 17:00 et 19:00, sur certains produits, au plus 30 points par achat",
            ),
            (
                {
                    "then": {"give": "fixed", "points": 5},
                    "limits": {"per_member": {"day": {"times": 1}}, "budget_points": 900},
                },
                "+ 5 points",
                "pour chaque membre, au plus 1 attribution par jour, tant que dure le budget de "
                "l’offre",
            ),
            (
                {
                    "then": {"give": "rate", "points": "1", "per_cents": 100},
                    "when": {"channels": ["online"]},
                },
                "1 point par tranche de 1,00 €",
                "sous conditions",
            ),
            (
                {
                    "when": {"event": "birthday"},
                    "then": {
                        "give": "voucher",
                        "name_fr": "Café",
                        "name_en": "Coffee",
                        "days": 30,
                    },
                },
                "un bon « Café », valable 30 jours",
                "",
            ),
        ],
    )
    def test_says_a_rule_as_a_merchant_would(
        self, programme: Programme, french: None, terms: dict, gives: str, conditions: str
    ):
        add_rule("one", "Règle", "Rule", terms)
        revising.touch()

        earning = wording.earnings(book=books.get_book(), at=NOON)[-1]

        spaced = earning.gives.replace("\N{NO-BREAK SPACE}", " ")
        assert (earning.name, spaced) == ("Règle", gives)
        assert earning.conditions.replace("\N{NO-BREAK SPACE}", " ") == conditions

    def test_leaves_out_what_is_over(self, programme: Programme):
        add_rule(
            "past", "Passée", "Past",
            {"then": {"give": "fixed", "points": 5}, "when": {"to_day": "2026-03-09"}},
        )  # fmt: skip
        revising.touch()

        earnings = wording.earnings(book=books.get_book(), at=NOON)

        assert [earning.is_base for earning in earnings] == [True]
        assert date(2026, 3, 10) == books.get_book().business_day(NOON)

    def test_leaves_out_what_is_offered_to_some_members_alone(self, programme: Programme):
        add_rule("few", "Pour vous", "For you", {"then": {"give": "fixed", "points": 5}})
        few = Segment.objects.create(code="few", name_fr="peu", name_en="few")
        Rule.objects.filter(code="few").update(audience=few)
        revising.touch()

        earnings = wording.earnings(book=books.get_book(), at=NOON)

        assert [earning.is_base for earning in earnings] == [True]

    @pytest.mark.parametrize(
        ("expiry", "words"),
        [
            (Expiry(), "Vos points n’expirent jamais."),
            (Expiry(kind=ExpiryKind.DAYS, count=1), "Vos points sont valables 1 jour."),
            (
                Expiry(kind=ExpiryKind.MONTHS, count=12, round_up=RoundUpTo.YEAR),
                "Vos points sont valables 12 mois. Ils durent ensuite jusqu’à la fin de l’année.",
            ),
            (
                Expiry(kind=ExpiryKind.DATES, dates=("06-30", "12-31")),
                "Vos points sont valables jusqu’au prochain 30 juin ou 31 décembre.",
            ),
        ],
    )
    def test_says_how_long_points_live(self, french: None, expiry: Expiry, words: str):
        assert wording.expiry(expiry) == words

    def test_says_when_points_wait(self, programme: Programme, client: Client):
        WalletPolicy.objects.update(pending_days=14)
        revising.touch()

        assert "Vous pouvez les utiliser 14 jours après votre achat." in page(client)


class TestTiers:
    def test_without_a_ladder_are_left_out(self, programme: Programme, client: Client):
        Tier.objects.all().delete()
        revising.touch()

        assert "Plus vous venez, plus vous y gagnez" not in page(client)
