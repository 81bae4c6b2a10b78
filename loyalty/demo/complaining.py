"""What the demo's members asked and complained about, and how customer care answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.demo import credentials
from loyalty.events.models import OutboxEvent
from loyalty.identity.models import User
from members import answering, opening
from members.models import Case, CaseKind, Member

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_QUESTION, _COMPLAINT = CaseKind.QUESTION, CaseKind.COMPLAINT


@dataclass(frozen=True)
class Told:
    """One request: of which member in order of joining, how long ago, and what was said.

    Without an answer it still waits; a resolved one ended with its answer.
    """

    member: int
    kind: CaseKind
    subject: str
    body: str
    days_ago: int
    answer: str = ""
    hours: int = 0
    is_resolved: bool = True
    again: str = ""


LATELY: Sequence[Told] = (
    Told(
        0, _QUESTION, "Mes points de la commande en ligne",
        "Bonjour, j’ai commandé un coffret sur votre site. Quand les points arrivent-ils ?",
        9, "Bonjour Camille,\nils arrivent à la livraison du colis, et sont déjà sur votre carte. "
        "Bonne dégustation !", 5,
    ),
    Told(
        0, _COMPLAINT, "Café moulu trop fin",
        "Le Colombie acheté à Lyon est moulu bien trop fin pour ma cafetière à piston.",
        3, "Bonjour Camille,\ntoutes nos excuses. Passez en magasin avec le paquet : nous le "
        "remplaçons. Est-ce que cela vous convient ?", 26, is_resolved=False,
    ),
    Told(
        1, _COMPLAINT, "Attente en caisse samedi",
        "Vingt minutes d’attente samedi matin à Paris, avec une seule caisse ouverte.", 8,
    ),
    Told(
        2, _QUESTION, "Birthday reward",
        "Hello, my birthday was last week and I received nothing. Did I miss something?", 1,
    ),
    Told(
        3, _QUESTION, "Changer de carte",
        "J’ai perdu ma carte. Puis-je en avoir une autre sans perdre mes points ?", 0,
    ),
    Told(
        4, _COMPLAINT, "Bon refusé en caisse",
        "Mon bon pour un café a été refusé à Lyon alors qu’il est valable jusqu’à la fin du mois.",
        20, "Bonjour,\nle bon est de nouveau utilisable, la caisse a été corrigée.", 12,
        again="Il est toujours refusé ce matin.",
    ),
)  # fmt: skip
_USUAL = (
    (_QUESTION, "Horaires du magasin", "Êtes-vous ouverts le dimanche ?",
     "Bonjour,\noui, de 10 h à 13 h. À bientôt !"),
    (_COMPLAINT, "Paquet abîmé", "Le paquet est arrivé ouvert.",
     "Bonjour,\nnous vous en envoyons un autre dès aujourd’hui."),
    (_QUESTION, "Validité des points", "Combien de temps mes points sont-ils valables ?",
     "Bonjour,\nun an à partir de l’achat ; votre carte indique les prochains qui expirent."),
    (_COMPLAINT, "Goût différent", "Le mélange maison n’a plus le même goût.",
     "Bonjour,\nla récolte a changé. Venez goûter les nouveaux mélanges, c’est pour nous."),
)  # fmt: skip
_BEFORE = 24


def complain(*, at: datetime) -> None:
    """Tell what was asked in the last months, the last of it still to be answered.

    Needs the staff. Nobody is written to about what is long over.
    """
    care = User.objects.get(email=credentials.CARE)
    members = _people()
    for place, one in enumerate((*LATELY, *_earlier())):
        if one.member < len(members):
            _live(members[one.member], one, care, key=f"demo {place}", at=at)
    OutboxEvent.objects.filter(name__startswith="case.").update(is_historic=True)


def _people() -> list[Member]:
    """Return the member who signs in, and then the others in the order of their joining."""
    others = Member.objects.active().order_by("pk")
    first = others.filter(email__startswith=credentials.MEMBER)
    return [*first, *others.exclude(pk__in=first)[: _BEFORE + len(LATELY)]]


def _earlier() -> Sequence[Told]:
    """Return what was asked and answered every nine days before."""
    return [
        Told(6 + place % _BEFORE, *_USUAL[place % len(_USUAL)][:3], 30 + 9 * place,
             _USUAL[place % len(_USUAL)][3], 2 + 7 * place % 40)
        for place in range(_BEFORE)
    ]  # fmt: skip


def _live(member: Member, one: Told, care: User, *, key: str, at: datetime) -> None:
    asked_at = max(at - one.days_ago * _DAY - 2 * _HOUR, member.enrolled_at)
    case = opening.open_case(
        member=member, kind=one.kind, subject=one.subject, body=one.body, at=asked_at,
        source="member", key=key,
    )  # fmt: skip
    if one.answer:
        _answer(case, one, care, at=min(asked_at + one.hours * _HOUR, at))
    if one.again:
        answering.reply(case=case, member=member, text=one.again, key=key, at=at - 4 * _HOUR)


def _answer(case: Case, one: Told, care: User, *, at: datetime) -> None:
    answering.answer(
        case=case, text=one.answer, by=care, seen=case.version, at=at, resolves=one.is_resolved
    )
