"""The catalogue of the demo: its shelves, its rewards, and a cinema's codes. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Shelf:
    """A category of rewards."""

    code: str
    name_fr: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class Gift:
    """A reward: what it costs in points and is worth in cents. Days are counted from today."""

    picture: str
    shelf: str
    name_fr: str
    name_en: str
    description_fr: str
    description_en: str
    kind: str
    cost: int
    value_cents: int
    where_fr: str = ""
    where_en: str = ""
    stock: int | None = None
    tier: str = ""
    limit: tuple[int, int] | None = None
    from_day: int | None = None
    until_day: int | None = None
    is_from_pool: bool = False


SHELVES = (
    Shelf("comptoir", "Au comptoir", "At the counter"),
    Shelf("maison", "Pour la maison", "For your home"),
    Shelf("moments", "À vivre", "To live"),
)

GIFTS = (
    Gift(
        picture="coffee", shelf="comptoir", kind="VOUCHER", cost=50, value_cents=2_80,
        name_fr="Un café offert", name_en="A coffee on the house",
        description_fr="Le café du jour, court ou allongé, à boire sur place ou à emporter.",
        description_en="The coffee of the day, short or long, to drink here or to take away.",
    ),
    Gift(
        picture="biscuits", shelf="comptoir", kind="PRODUCT", cost=90, value_cents=4_20, stock=0,
        name_fr="Un sachet de galettes", name_en="A bag of butter biscuits",
        description_fr="Nos galettes pur beurre, cuites le matin même.",
        description_en="Our all-butter biscuits, baked the same morning.",
    ),
    Gift(
        picture="discount", shelf="comptoir", kind="DISCOUNT", cost=150, value_cents=5_00,
        limit=(2, 30),
        name_fr="5 € de remise", name_en="€5 off",
        description_fr="À déduire de votre prochain achat, cartes cadeaux exceptées.",
        description_en="Taken off your next purchase, gift cards excepted.",
    ),
    Gift(
        picture="box", shelf="maison", kind="PRODUCT", cost=300, value_cents=14_00, stock=1_500,
        name_fr="Coffret dégustation", name_en="Tasting box",
        description_fr="Quatre cafés d'origine, 60 g chacun, moulus à votre goût.",
        description_en="Four single-origin coffees, 60 g each, ground to your taste.",
    ),
    Gift(
        picture="cups", shelf="maison", kind="PRODUCT", cost=450, value_cents=24_00, stock=4,
        from_day=-20,
        name_fr="Deux tasses en grès", name_en="Two stoneware cups",
        description_fr="Tournées et émaillées à la main à Nantes. Chaque paire est unique.",
        description_en="Thrown and glazed by hand in Nantes. No two pairs are alike.",
        where_fr="Maison Verne Graslin, à Nantes", where_en="Maison Verne Graslin, in Nantes",
    ),
    Gift(
        picture="cinema", shelf="moments", kind="VOUCHER", cost=220, value_cents=8_50,
        limit=(2, 90), from_day=-40, until_day=60, is_from_pool=True,
        name_fr="Une place de cinéma", name_en="A cinema ticket",
        description_fr="Pour une séance de votre choix, tous les jours, 3D comprise.",
        description_en="For any showing, any day, 3D included.",
        where_fr="Cinéma Le Louxor du canal, à Paris", where_en="Le Louxor du canal, in Paris",
    ),
    Gift(
        picture="harvest", shelf="moments", kind="VOUCHER", cost=250, value_cents=18_00, stock=40,
        from_day=12, until_day=42,
        name_fr="Dégustation de la nouvelle récolte", name_en="New harvest tasting",
        description_fr="Une heure avec notre torréfacteur, cinq tasses, un sachet à emporter.",
        description_en="An hour with our roaster, five cups, and a bag to take home.",
        where_fr="Maison Verne Canal, à Paris", where_en="Maison Verne Canal, in Paris",
    ),
    Gift(
        picture="workshop", shelf="moments", kind="VOUCHER", cost=600, value_cents=45_00,
        stock=260, tier="gold", limit=(1, 365),
        name_fr="Atelier barista", name_en="Barista workshop",
        description_fr="Deux heures à six, derrière la machine : mouture, mousse et latte art.",
        description_en="Two hours, six people, one machine: grinding, steaming and latte art.",
        where_fr="À Paris et à Lyon, le samedi matin", where_en="In Paris and Lyon, on Saturdays",
    ),
)  # fmt: skip

POOL = "Le Louxor du canal"


def codes(count: int = 240) -> Iterator[str]:
    """Yield the cinema's codes, the same in every demo."""
    for number in range(1, count + 1):
        yield f"LOUXOR-{number:04d}-{number * 7919 % 9973:04d}"
