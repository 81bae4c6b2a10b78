"""What the demo's members were asked in the last year, and what they answered. Pure.

Each answer follows from the occasion alone: the same in every demo. It moves with the story:
queues in December cost promoters, the first spring bouquets win them, and gold members are
fonder than others.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Question:
    """One survey of the demo; of a hundred who are asked `answers` answer."""

    code: str
    kind: str
    trigger: str
    name: str
    french: str
    english: str
    share: int
    answers: int
    low_score: int | None


QUESTIONS: Sequence[Question] = (
    Question(
        code="recommend", kind="NPS", trigger="PURCHASE", name="Recommandation après un achat",
        french="Recommanderiez-vous Maison Verne à vos proches ?",
        english="Would you recommend Maison Verne to your friends?",
        share=40, answers=40, low_score=4,
    ),
    Question(
        code="gift", kind="CSAT", trigger="REDEMPTION", name="Satisfaction après une récompense",
        french="Êtes-vous satisfait de votre récompense ?",
        english="Are you satisfied with your reward?",
        share=100, answers=41, low_score=2,
    ),
    Question(
        code="help", kind="CES", trigger="CASE", name="Effort après une demande",
        french="Il a été facile d’obtenir une réponse à ma demande.",
        english="It was easy to get an answer to my request.",
        share=100, answers=45, low_score=2,
    ),
)  # fmt: skip

# By month: how many of a hundred become promoters more, and detractors less, than usual.
_MOODS = {1: -1, 2: 0, 3: 2, 4: 4, 5: 5, 6: 3, 7: 1, 8: 0, 9: 2, 10: 1, 11: -1, 12: -4}
_OF_TIER = {"gold": 4, "silver": 1}
_PROMOTERS, _PASSIVES = 54, 31
_CSAT = ((52, 5), (84, 4), (93, 3), (97, 2), (100, 1))
_WITH_WORDS = 45
_WORDS: Mapping[str, Sequence[str]] = {
    "good": (
        "Toujours un accueil chaleureux, et des conseils qui servent vraiment.",
        "Le bouquet a tenu plus de dix jours, bravo !",
        "On me reconnaît, on se souvient de mes goûts. C’est rare.",
        "Rien à redire, je reviens chaque semaine.",
        "Très belle boutique, et le café offert fait plaisir.",
        "Mes points m’ont payé un joli vase, merci.",
    ),
    "even": (
        "Bien, mais un peu cher pour un bouquet de semaine.",
        "Correct. J’aimerais plus de plantes d’intérieur.",
        "Bon choix le matin, presque plus rien le soir.",
        "Satisfaite, sans plus : la carte pourrait offrir davantage.",
    ),
    "bad": (
        "Vingt minutes d’attente un samedi, avec deux caisses fermées.",
        "Les roses étaient fanées le lendemain.",
        "Ma carte n’a pas été demandée, j’ai perdu mes points.",
        "Le bon n’est pas passé en caisse, personne ne savait pourquoi.",
        "Accueil pressé, on sentait que je dérangeais.",
    ),
}


def roll(*said: object) -> int:
    """Return a number from 0 to 99 that follows from what is said."""
    digest = hashlib.sha256("|".join(map(str, said)).encode()).digest()
    return int.from_bytes(digest[:4]) % 100


def answers(*, question: Question, occasion: str) -> bool:
    """Say whether who was asked about an occasion answers."""
    return roll(question.code, "answers", occasion) < question.answers


def score(*, question: Question, occasion: str, month: int, tier: str) -> int:
    """Return the score that is given about an occasion of a month."""
    drawn, fine = roll(question.code, occasion), roll(question.code, "fine", occasion)
    if question.kind == "CSAT":
        return next(score for until, score in _CSAT if drawn < until)
    if question.kind == "CES":
        return 5 + fine % 3 if drawn < 74 else 2 + fine % 3
    mood = _MOODS[month] + _OF_TIER.get(tier, 0)
    if drawn < _PROMOTERS + mood:
        return 9 + (fine < 62)
    if drawn < _PROMOTERS + mood + _PASSIVES - mood // 3:
        return 7 + (fine < 55)
    return 6 - fine * fine // 1500


def words(*, question: Question, occasion: str, score: int) -> str:
    """Return what somebody adds to a score: nothing, as a rule."""
    if roll(question.code, "words", occasion) >= _WITH_WORDS:
        return ""
    told = _WORDS[_tone(question.kind, score)]
    return told[roll(question.code, "which", occasion) % len(told)]


def _tone(kind: str, score: int) -> str:
    good, bad = {"NPS": (9, 6), "CSAT": (5, 2), "CES": (6, 3)}[kind]
    if score >= good:
        return "good"
    return "bad" if score <= bad else "even"
