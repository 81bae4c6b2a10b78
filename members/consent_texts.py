"""What members are asked to consent to, word for word, by version. Pure.

A text that somebody has answered is never edited: a new wording is a new version, added last.
Nothing depends on the answers: not enrolment, not points, not rewards.

Surveys of satisfaction are no advertising: the merchant may ask about what somebody bought
unless they object. So never asked is no objection there, and nobody is asked when they enrol.
"""

from collections.abc import Mapping
from dataclasses import dataclass

EMAIL, SMS = "EMAIL", "SMS"
MARKETING, PROFILING, SURVEYS = "MARKETING", "PROFILING", "SURVEYS"


@dataclass(frozen=True, kw_only=True)
class Text:
    """One wording of one question, in both languages. The version names it alone."""

    version: str
    channel: str
    purpose: str
    french: str
    english: str

    def words(self, *, language: str) -> str:
        """Return the wording in a language: French, unless it is English."""
        return self.english if language.startswith("en") else self.french


TEXTS: Mapping[tuple[str, str], tuple[Text, ...]] = {
    (EMAIL, MARKETING): (
        Text(
            version="email-marketing-1",
            channel=EMAIL,
            purpose=MARKETING,
            french=(
                "J’accepte de recevoir par e-mail les offres et les nouveautés du programme. "
                "Je peux changer d’avis à tout moment, ici ou par le lien de chaque e-mail."
            ),
            english=(
                "I agree to receive the programme’s offers and news by e-mail. "
                "I can change my mind at any time, here or by the link in each e-mail."
            ),
        ),
    ),
    (SMS, MARKETING): (
        Text(
            version="sms-marketing-1",
            channel=SMS,
            purpose=MARKETING,
            french=(
                "J’accepte de recevoir par SMS les offres et les nouveautés du programme. "
                "Je peux changer d’avis à tout moment, ici ou en répondant STOP."
            ),
            english=(
                "I agree to receive the programme’s offers and news by text message. "
                "I can change my mind at any time, here or by answering STOP."
            ),
        ),
    ),
    (EMAIL, PROFILING): (
        Text(
            version="email-profiling-1",
            channel=EMAIL,
            purpose=PROFILING,
            french=(
                "J’accepte que mes achats servent à choisir les offres que je reçois par e-mail. "
                "Ils ne sont transmis à personne d’autre. Je peux changer d’avis à tout moment."
            ),
            english=(
                "I agree that my purchases are used to choose the offers I receive by e-mail. "
                "They are passed on to nobody else. I can change my mind at any time."
            ),
        ),
    ),
    (SMS, PROFILING): (
        Text(
            version="sms-profiling-1",
            channel=SMS,
            purpose=PROFILING,
            french=(
                "J’accepte que mes achats servent à choisir les offres que je reçois par SMS. "
                "Ils ne sont transmis à personne d’autre. Je peux changer d’avis à tout moment."
            ),
            english=(
                "I agree that my purchases are used to choose the offers I receive by text "
                "message. They are passed on to nobody else. I can change my mind at any time."
            ),
        ),
    ),
    (EMAIL, SURVEYS): (
        Text(
            version="email-surveys-1",
            channel=EMAIL,
            purpose=SURVEYS,
            french=(
                "Après un achat, une récompense ou une demande, je veux bien qu’on me demande de "
                "temps en temps par e-mail si tout s’est bien passé. Ce n’est pas de la "
                "publicité. Je peux m’y opposer à tout moment, ici ou par le lien de chaque "
                "e-mail."
            ),
            english=(
                "After a purchase, a reward or a request I do not mind being asked by e-mail, now "
                "and then, whether all went well. It is no advertising. I can object at any time, "
                "here or by the link in each e-mail."
            ),
        ),
    ),
}

# What holds until somebody objects: all else needs their yes.
UNLESS_OBJECTED = frozenset({(EMAIL, SURVEYS)})


def current(*, channel: str, purpose: str) -> Text | None:
    """Return what is asked now; None where nothing is."""
    texts = TEXTS.get((channel, purpose), ())
    return texts[-1] if texts else None


def get_asked_on_enrolling() -> list[Text]:
    """Return what needs a yes, as it is asked now: nothing that holds unless one objects."""
    return [texts[-1] for pair, texts in TEXTS.items() if pair not in UNLESS_OBJECTED]


def text_of(version: str) -> Text | None:
    """Return the wording that was answered; None for one that somebody else keeps."""
    return _BY_VERSION.get(version)


_BY_VERSION = {text.version: text for texts in TEXTS.values() for text in texts}
