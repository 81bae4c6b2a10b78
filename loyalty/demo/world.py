"""What there is in the demo: shops, products, rewards, and names people have. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

PROGRAMME = "Maison Verne"
TIERS = (("silver", 300_00), ("gold", 900_00))
MULTIPLIERS = {"silver": "1.25", "gold": "1.50"}


@dataclass(frozen=True)
class Shop:
    code: str
    name: str
    city: str
    share: int


SHOPS = (
    Shop("paris", "Maison Verne Canal", "Paris", 50),
    Shop("lyon", "Maison Verne Croix-Rousse", "Lyon", 30),
    Shop("nantes", "Maison Verne Graslin", "Nantes", 20),
)


@dataclass(frozen=True)
class Family:
    """A category of products; the last of them never earns points."""

    code: str
    name: str
    is_excluded: bool = False


FAMILIES = (
    Family("cafe", "Café"),
    Family("the", "Thé"),
    Family("epicerie", "Épicerie fine"),
    Family("arts-de-la-table", "Arts de la table"),
    Family("cartes-cadeaux", "Cartes cadeaux", is_excluded=True),
)


@dataclass(frozen=True)
class Product:
    """Something on the shelf; `share` says how often it is chosen."""

    sku: str
    name: str
    family: str
    price_cents: int
    share: int


PRODUCTS = (
    Product("CAF-250", "Café en grains 250 g", "cafe", 7_90, 24),
    Product("CAF-1KG", "Café en grains 1 kg", "cafe", 26_50, 8),
    Product("CAF-DEC", "Café décaféiné 250 g", "cafe", 8_40, 5),
    Product("THE-VER", "Thé vert sencha 100 g", "the", 9_20, 12),
    Product("THE-NOI", "Earl Grey 100 g", "the", 8_60, 12),
    Product("INF-VER", "Infusion verveine 50 g", "the", 6_30, 8),
    Product("CHO-NOI", "Chocolat noir 70 %", "epicerie", 4_80, 16),
    Product("MIE-ACA", "Miel d'acacia 500 g", "epicerie", 11_50, 6),
    Product("CON-ABR", "Confiture d'abricots", "epicerie", 5_90, 8),
    Product("BIS-BEU", "Galettes pur beurre", "epicerie", 4_20, 10),
    Product("THE-IER", "Théière en fonte", "arts-de-la-table", 54_00, 1),
    Product("TAS-GRE", "Deux tasses en grès", "arts-de-la-table", 24_00, 3),
    Product("CAR-030", "Carte cadeau 30 €", "cartes-cadeaux", 30_00, 1),
)


@dataclass(frozen=True)
class Bonus:
    """A rule that gives a number of points for something that is no purchase."""

    code: str
    name_fr: str
    name_en: str
    event: str
    points: int


BONUSES = (
    Bonus("welcome", "Bienvenue", "Welcome", "enrolment", 20),
    Bonus("birthday", "Anniversaire", "Birthday", "birthday", 50),
    Bonus("referral", "Un filleul arrivé", "A friend who joined", "referral-confirmed", 100),
    Bonus("referred", "Arrivée par parrainage", "Joined through a friend", "referred", 50),
)


@dataclass(frozen=True, kw_only=True)
class Punched:
    """A stamp card: a stamp for each purchase with a product of a family."""

    code: str
    name_fr: str
    name_en: str
    rule: str
    rule_fr: str
    rule_en: str
    family: str
    full_at: int
    voucher_fr: str
    voucher_en: str
    value_cents: int
    good_for_days: int


COFFEE_CARD = Punched(
    code="stamps", name_fr="Carte café", name_en="Coffee card",
    rule="coffee-stamp", rule_fr="Un tampon pour un achat de café",
    rule_en="A stamp for a purchase of coffee", family="cafe", full_at=10,
    voucher_fr="Un café en grains 250 g offert", voucher_en="A free 250 g of coffee beans",
    value_cents=7_90, good_for_days=90,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Club:
    """A paid membership: what it costs for a year, and what it gives."""

    code: str
    name_fr: str
    name_en: str
    price_cents: int
    tier: str
    voucher_fr: str
    voucher_en: str
    value_cents: int
    rule: str
    rule_fr: str
    rule_en: str


CLUB = Club(
    code="club", name_fr="Le Club Verne", name_en="The Verne Club", price_cents=24_00,
    tier="silver", voucher_fr="Un café offert", voucher_en="A coffee on the house",
    value_cents=2_80, rule="club-plus", rule_fr="1 point de plus par 10 € pour le Club",
    rule_en="1 point more per €10 for the Club",
)  # fmt: skip
# The members who joined it, by their numbers, each a day before the one before.
SUBSCRIBERS = (1, 3, 5, 8, 13)


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """A rule that ran for some days, and how many of its members came once more because of it.

    Days are counted from today. `tempted` is a share of those who were members then.
    """

    code: str
    name_fr: str
    name_en: str
    rule: str
    rule_fr: str
    rule_en: str
    then: Mapping[str, object]
    when: Mapping[str, object]
    from_day: int
    days: int
    tempted: float
    target: int
    budget_points: int
    holdout_percent: int


CAMPAIGNS = (
    Campaign(
        code="semaines-du-cafe", name_fr="Les semaines du café", name_en="Coffee weeks",
        rule="cafe-double", rule_fr="Points doublés sur le café",
        rule_en="Double points on coffee",
        then={"give": "multiplier", "factor": "2"}, when={"categories": ["cafe"]},
        from_day=-150, days=28, tempted=0.8, target=300, budget_points=60_000, holdout_percent=20,
    ),
    Campaign(
        code="rentree-du-the", name_fr="Dégustation de thé", name_en="Tea tasting",
        rule="the-plus-15", rule_fr="15 points de plus avec un thé",
        rule_en="15 points more with a tea",
        then={"give": "fixed", "points": 15}, when={"categories": ["the"]},
        from_day=-75, days=21, tempted=0.0, target=250, budget_points=20_000, holdout_percent=20,
    ),
)  # fmt: skip
# Code, names, and the family they came for.
GROUP = ("coffee-lovers", "Amateurs de café joignables", "Coffee lovers to write to", "cafe")
# For the member who signs in: five times the points on coffee, this week.
OFFER = ("cafe-x5", "5 × sur le café cette semaine, pour vous", "5 × on coffee this week, for you")


FIRST_NAMES = (
    "Camille", "Louise", "Jules", "Inès", "Hugo", "Léa", "Adam", "Chloé", "Nathan", "Manon",
    "Gabriel", "Sarah", "Raphaël", "Emma", "Louis", "Jade", "Arthur", "Zoé", "Noé", "Anaïs",
    "Malo", "Yasmine", "Victor", "Clémence", "Bastien", "Aïcha", "Théo", "Margaux", "Ousmane",
    "Élise",
)  # fmt: skip
LAST_NAMES = (
    "Martin", "Bernard", "Thomas", "Petit", "Robert", "Richard", "Durand", "Dubois", "Moreau",
    "Laurent", "Simon", "Michel", "Lefèvre", "Leroy", "Roux", "David", "Bertrand", "Morel",
    "Fournier", "Girard", "Bonnet", "Dupont", "Lambert", "Fontaine", "Rousseau", "Vincent",
    "Muller", "Lefebvre", "Faure", "André", "Mercier", "Blanc", "Guérin", "Boyer", "Garnier",
    "Chevalier", "François",
)  # fmt: skip
