"""What each e-mail says, in both languages, and that it is laid out as post offices like it."""

from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMultiAlternatives

from loyalty.events.models import MessageKind
from loyalty.mailing import rendering, samples
from loyalty.programmes import books
from loyalty.programmes.models import Tier
from members import correcting, erasing
from members.models import Member
from rewards.models import Reward
from tests.conftest import NOON
from tests.mailing.conftest import Send, agree, ends, give, let_sleep, make_member, owe, told_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# The end of 31 March in Paris, in summer time.
END_OF_MARCH = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
SITE = "https://club.example.org"


@pytest.fixture(autouse=True)
def site(settings) -> None:
    settings.SITE_URL = SITE
    settings.DEFAULT_FROM_EMAIL = "club@example.org"


@pytest.fixture
def bob(programme) -> Member:
    return make_member("bob@example.org", language="en", first_name="Bob")


def html_of(one: EmailMultiAlternatives) -> str:
    ((html, kind),) = one.alternatives
    assert kind == "text/html"
    return str(html)


def text_of(one: EmailMultiAlternatives) -> str:
    """Return the text with spaces for those that do not break, as one reads it."""
    return str(one.body).replace("\xa0", " ").replace("\u202f", " ")


class TestWelcome:
    def test_in_french(self, ada: Member, send: Send):
        give(ada, 20, until=END_OF_MARCH)
        owe(ada, MessageKind.WELCOME)

        (one,) = send()

        assert one.subject == "Bienvenue dans le programme L'Atelier"
        assert one.from_email == "L'Atelier <club@example.org>"
        assert text_of(one) == (
            "L'Atelier\n\nBonjour Ada,\n\n"
            "Vous êtes membre du programme L'Atelier : désormais, chaque achat vous fait gagner"
            " des points.\n\n20 points déjà sur votre carte.\n\n"
            "En caisse, montrez votre carte sur votre téléphone, ou donnez votre numéro de"
            " téléphone ou votre adresse e-mail.\n\n"
            f"Voir ma carte\n{SITE}/me/\n\n--\n"
            "Vous recevez cet e-mail parce que vous êtes membre du programme L'Atelier. Il"
            " concerne vos points ou votre compte : ce n’est pas de la publicité.\n\n"
            f"Choisir ce que vous recevez\n{SITE}/me/consents/\n"
        )

    def test_in_english_without_a_name_or_points(self, programme, send: Send):
        owe(make_member("eve@example.org", language="en"), MessageKind.WELCOME)

        (one,) = send()

        assert one.subject == "Welcome to L'Atelier"
        assert text_of(one).startswith(
            "L'Atelier\n\nHello,\n\nYou are a member of L'Atelier: from now on every purchase"
            " earns you points.\n\nAt the till,"
        )


class TestPointsThatEnd:
    def test_are_told_with_their_day_and_the_balance(self, ada: Member, send: Send):
        give(ada, 40, until=END_OF_MARCH)
        give(ada, 1_200, until=END_OF_MARCH + 90 * DAY)
        owe(ada, MessageKind.EXPIRY_30, day="2026-03-31")

        (one,) = send()

        assert one.subject == "40 points expirent le 31 mars 2026"
        assert "40 points à utiliser jusqu’au 31 mars 2026 au soir." in text_of(one)
        assert "Votre solde est de 1 240 points." in text_of(one)
        assert f"Voir mes avantages\n{SITE}/me/rewards/" in text_of(one)

    def test_are_told_where_all_are_lost_without_activity(self, ada: Member, send: Send):
        give(ada, 40, until=END_OF_MARCH + 90 * DAY)
        let_sleep(ada, until=END_OF_MARCH)
        owe(ada, MessageKind.EXPIRY_30, day="2026-03-31")

        assert [one.subject for one in send()] == ["40 points expirent le 31 mars 2026"]

    def test_are_told_a_last_time(self, bob: Member, send: Send):
        give(bob, 1, until=END_OF_MARCH)
        owe(bob, MessageKind.EXPIRY_7, at=END_OF_MARCH - 5 * DAY, day="2026-03-31")

        (one,) = send(at=END_OF_MARCH - 5 * DAY)

        assert one.subject == "Last reminder: 1 point expires on 31 March 2026"

    def test_are_said_to_end_on_the_first_as_french_does(self, ada: Member, send: Send):
        give(ada, 2, until=END_OF_MARCH + DAY)
        owe(ada, MessageKind.EXPIRY_30, day="2026-04-01")

        assert [one.subject for one in send()] == ["2 points expirent le 1er avril 2026"]

    def test_are_told_for_the_whole_week_with_each_day(self, ada: Member, send: Send):
        give(ada, 40, until=END_OF_MARCH)
        give(ada, 5, until=END_OF_MARCH + 6 * DAY)
        give(ada, 1_200, until=END_OF_MARCH + 7 * DAY)
        owe(ada, MessageKind.EXPIRY_30, day="2026-03-31")

        (one,) = send()

        assert one.subject == "45 points expirent d’ici au 6 avril"
        assert (
            "45 points à utiliser à temps. Après ces jours, il est trop tard :\n\n"
            "- 40 points jusqu’au 31 mars 2026 au soir\n"
            "- 5 points jusqu’au 6 avril 2026 au soir\n\n"
            "Votre solde est de 1 245 points."
        ) in text_of(one)
        assert "40 points jusqu’au 31 mars 2026 au soir" in html_of(one)
        assert "5 points jusqu’au 6 avril 2026 au soir" in html_of(one)

    def test_are_told_for_what_is_left_of_the_week(self, bob: Member, send: Send):
        give(bob, 40, until=END_OF_MARCH)
        give(bob, 5, until=END_OF_MARCH + 6 * DAY)
        give(bob, 2, until=END_OF_MARCH + 5 * DAY)
        owe(bob, MessageKind.EXPIRY_7, at=END_OF_MARCH + DAY, day="2026-03-31")

        (one,) = send(at=END_OF_MARCH + DAY)

        assert one.subject == "Last reminder: 7 points expire by 6 April"

    @pytest.mark.parametrize(
        ("kind", "at"),
        [
            (MessageKind.EXPIRY_30, END_OF_MARCH - 7 * DAY),
            (MessageKind.EXPIRY_7, END_OF_MARCH),
        ],
    )
    def test_are_not_told_when_it_is_too_late_for_it(self, ada: Member, send: Send, kind, at):
        give(ada, 40, until=END_OF_MARCH)
        owe(ada, kind, at=at, day="2026-03-31")

        assert send(at=at) == []
        assert ends() == [(kind, "SKIPPED", "OVERTAKEN")]

    def test_are_not_told_once_they_are_used(self, ada: Member, send: Send):
        owe(ada, MessageKind.EXPIRY_30, day="2026-03-31")

        assert send() == []
        assert ends() == [("EXPIRY_30", "SKIPPED", "OVERTAKEN")]


class TestATierReached:
    def test_says_what_it_gives_and_until_when(self, ada: Member, send: Send):
        Member.objects.filter(pk=ada.pk).update(
            tier=Tier.objects.get(code="gold"), tier_until=date(2027, 3, 10)
        )
        owe(ada, MessageKind.TIER_UP, to="gold")

        (one,) = send()

        assert one.subject == "Vous passez au niveau Or"
        assert "Or est votre niveau jusqu’au 10 mars 2027." in text_of(one)
        assert (
            "Désormais :\n\n- vos points sont multipliés par 1,5\n- Livraison offerte"
            in text_of(one)
        )

    def test_speaks_english(self, bob: Member, send: Send):
        Member.objects.filter(pk=bob.pk).update(tier=Tier.objects.get(code="gold"))
        owe(bob, MessageKind.TIER_UP, to="gold")

        (one,) = send()

        assert one.subject == "You have reached Gold"
        assert "- your points are multiplied by 1.5\n- Free delivery" in text_of(one)

    def test_is_not_told_once_it_is_another(self, ada: Member, send: Send):
        owe(ada, MessageKind.TIER_UP, to="silver")

        assert send() == []
        assert ends() == [("TIER_UP", "SKIPPED", "OVERTAKEN")]


class TestARewardWithinReach:
    @pytest.fixture
    def ready(self, bob: Member, coffee: Reward) -> Member:
        give(bob, 100, until=END_OF_MARCH)
        agree(bob)
        owe(bob, MessageKind.REWARD_READY, rewards=told_of(coffee))
        return bob

    def test_is_named_with_its_price_and_the_way_out(self, ready: Member, send: Send):
        (one,) = send()

        assert one.subject == "Within your reach: A coffee on the house"
        assert "A coffee on the house, for 80 points" in text_of(one)
        assert f"{SITE}/me/rewards/rew_coffee/" in text_of(one)
        (link,) = {line for line in text_of(one).splitlines() if "/unsubscribe/" in line}
        assert one.extra_headers["List-Unsubscribe"] == f"<{link}>"
        assert one.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "you agreed to offers and news" in text_of(one)

    def test_is_told_with_the_others_that_came_within_reach_with_it(
        self, bob: Member, coffee: Reward, send: Send
    ):
        give(bob, 100, until=END_OF_MARCH)
        agree(bob)
        cake, dear = (
            Reward.objects.create(
                public_id=f"rew_{cost}", kind="PRODUCT", name_fr="Gâteau", name_en="Cake",
                wallet=coffee.wallet, cost=cost,
            )
            for cost in (90, 120)
        )  # fmt: skip
        owe(bob, MessageKind.REWARD_READY, rewards=told_of(cake, dear, coffee))

        (one,) = send()

        assert one.subject == "2 rewards within your reach"
        text = text_of(one)
        assert text.index("A coffee on the house, for 80 points") < text.index(
            "Cake, for 90 points"
        )
        assert "120" not in text
        assert f"{SITE}/me/rewards/\n" in text

    def test_is_not_told_once_it_is_gone_or_too_dear(self, ready: Member, send: Send):
        Reward.objects.update(cost=101)

        assert send() == []
        assert ends() == [("REWARD_READY", "SKIPPED", "OVERTAKEN")]

    def test_is_not_told_once_it_is_not_offered(self, ready: Member, send: Send):
        Reward.objects.update(is_active=False)

        assert send() == []


class TestChangedContacts:
    def test_warn_the_old_address(self, ada: Member, send: Send):
        identity = correcting.identity_of(ada)
        changed = correcting.Identity(**{**vars(identity), "email": "new@example.org"})
        correcting.correct(member=ada, identity=changed, at=NOON, actor="usr_1")

        (one,) = send()

        assert one.to == ["ada@example.org"]
        assert one.subject == "Vos coordonnées ont été modifiées"
        assert "a été modifiée le 10 mars 2026 à 12:00." in text_of(one)
        assert "avant le 11 mars 2026 à 12:00." in text_of(one)
        assert "new@example.org" not in text_of(one)

    def test_warn_nobody_once_history_is_forgotten(self, ada: Member, send: Send):
        owe(ada, MessageKind.CONTACT_CHANGED, fields=["email"], before=999_999)

        assert send() == []
        assert ends() == [("CONTACT_CHANGED", "SKIPPED", "NO_ADDRESS")]


class TestErasure:
    def test_says_until_when_it_can_be_undone(self, ada: Member, send: Send):
        erasing.ask(member=ada, at=NOON, actor=ada.public_id)

        (one,) = send()

        assert one.subject == "Vos données vont être effacées"
        assert "seront effacées le 13 mars 2026 à 12:00 :" in text_of(one)
        assert f"Garder mon compte\n{SITE}/me/privacy/" in text_of(one)

    def test_undone_is_confirmed_and_the_other_not_sent(self, bob: Member, send: Send):
        erasing.ask(member=bob, at=NOON, actor=bob.public_id)
        erasing.undo(member=bob, at=NOON, actor=bob.public_id)

        assert [one.subject for one in send()] == ["Your data is kept"]


class Outline(HTMLParser):
    """Reads HTML and remembers what does not close, and where links lead."""

    VOID = ("meta", "br", "link", "img", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("template", [one.template for one in samples.get_samples()])
class TestEachLetter:
    @pytest.fixture
    def mail(self, programme, template: str, language: str) -> rendering.Mail:
        (sample,) = [one for one in samples.get_samples() if one.template == template]
        letter = samples.get_letter(
            sample=sample, language=language, book=books.get_book(), at=NOON
        )
        return rendering.render(letter=letter)

    def test_is_whole_html_that_loads_nothing(self, mail: rendering.Mail, language: str):
        outline = Outline()
        outline.feed(mail.html)

        assert outline.open == []
        assert mail.html.startswith(f'<!DOCTYPE html><html lang="{language}">')
        assert outline.tags.count("h1") == 1
        assert not {"img", "script", "link", "table"} & set(outline.tags)

    def test_leads_to_our_site_alone(self, mail: rendering.Mail):
        outline = Outline()
        outline.feed(mail.html)

        asked = [urlsplit(link) for link in outline.links]
        assert {f"{one.scheme}://{one.netloc}" for one in asked} == {SITE}

    def test_has_its_styles_in_place_and_those_of_the_dark(self, mail: rendering.Mail):
        assert 'class="sheet" style="' in mail.html
        assert "@media (prefers-color-scheme: dark)" in mail.html

    def test_says_the_same_in_text(self, mail: rendering.Mail):
        assert "<" not in mail.text
        assert "&" not in mail.text
        assert "\n\n\n" not in mail.text
        assert mail.text.startswith("L'Atelier\n\n")
        assert "Camille" in mail.text

    def test_has_a_short_subject_of_one_line(self, mail: rendering.Mail):
        assert "\n" not in mail.subject
        assert 10 < len(mail.subject) < 60


class TestALetter:
    def test_escapes_names_in_html_and_not_in_text(self, programme, send: Send):
        owe(make_member("x@example.org", first_name="<b>O'Neil"), MessageKind.WELCOME)

        (one,) = send()

        assert "Bonjour <b>O'Neil," in text_of(one)
        assert "&lt;b&gt;O'Neil" in html_of(one).replace("&#x27;", "'")
        assert "<b>" not in html_of(one)

    def test_is_the_same_one_wherever_it_is_received(self, ada: Member, send: Send):
        message = owe(ada, MessageKind.WELCOME)

        (one,) = send()

        assert one.extra_headers == {
            "Message-ID": f"<{message.public_id}@club.example.org>",
            "Content-Language": "fr",
            "Auto-Submitted": "auto-generated",
        }
