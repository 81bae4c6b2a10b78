"""A million members as a chain has them, made by the database itself in a minute or two.

Names fall off as names do: a few that everybody bears, and a long tail. The real tables take them;
their indexes are dropped before and made again afterwards. Nobody moved points by
an entry here: accounts and lots agree with each other, and no ledger is verified.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from benchmarks.scene import SEED


def _words(text: str) -> list[str]:
    return text.split()


FIRST_NAMES = _words(
    "Marie Jean Nathalie Philippe Isabelle Michel Sylvie Nicolas Catherine Christophe Martine "
    "Patrick Christine Stéphane Sandrine Frédéric Valérie Pierre Véronique Laurent Sophie "
    "Sébastien Stéphanie Alain Céline Thierry Chantal Éric Julie Olivier Anne David Monique "
    "Daniel Aurélie Julien Camille Pascal Émilie Alexandre Laura Bruno Hélène Thomas Manon "
    "Gérard Claire Dominique Pauline Jacques Léa Didier Élodie Vincent Mathilde Antoine Lucie "
    "Guillaume Chloé Anthony Emma Jérôme Inès Maxime Jade Romain Louise Kevin Alice Benoît "
    "Zoé Hugo Lina Louis Sarah Lucas Ada Arthur Rose Gabriel Jeanne Raphaël Ambre Jules Mila "
    "Adam Juliette Léo Agathe Paul Anna Nathan Iris Ethan Noémie Marc Margot Mathieu Lou"
)
LAST_NAMES = _words(
    "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel "
    "Lefebvre Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine "
    "Rousseau Vincent Muller Lefevre Faure Andre Mercier Blanc Guerin Boyer Garnier Chevalier "
    "Francois Legrand Gauthier Garcia Perrin Robin Clement Morin Nicolas Henry Roussel "
    "Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noel Meyer Dufour "
    "Meunier Brun Blanchard Giraud Joly Riviere Lucas Brunet Gaillard Barbier Arnaud Martinez "
    "Gerard Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard Roger Fabre Aubert "
    "Lemoine Renaud"
)
SYLLABLES = _words(
    "ba be bo bra bre ca cha che co cou da de du fa fo fra ga gi gau gre ha jo la le li lou "
    "ma mi mon na no pa pe pla poi qui ra re ri ro sa se si tal te tho val ve vi"
)
ENDINGS = _words("ard aud ault eau el elle en er et ier in is ois on ot oux y ac ec ic")
HOSTS = _words("gmail.com gmail.com gmail.com orange.fr orange.fr free.fr hotmail.fr example.org")
COMMON_SHARE = 0.25

# How a share falls off along a list: the first of a hundred names is borne by one in twenty.
_ONE_OF = "(%({0})s::text[])[1 + floor(power(random(), 1.5) * cardinality(%({0})s::text[]))::int]"
_ANY_OF = "(%({0})s::text[])[1 + floor(random() * cardinality(%({0})s::text[]))::int]"

HOLDERS = "INSERT INTO ledger_holder (id, opened_at) SELECT n, now() - interval '2 years' FROM {n}"
PEOPLE = f"""
INSERT INTO members_member (id, public_id, external_id, kind, first_name, last_name, email, phone,
    birth_month, birth_day, language, source, state, enrolled_at, closed_at, holder_id, store_id,
    tier_id)
SELECT n, 'mem_' || lpad(to_hex(n), 10, '0') || left(md5(n::text), 16),
    CASE WHEN n %% 5 < 3 THEN 'crm-' || n END, 'PERSON', first, last,
    CASE WHEN n %% 10 < 8 THEN translate(lower(first || '.' || last), 'éèëïîç', 'eeeiic')
        || n %% 9973 || '.' || n || '@' || {_ANY_OF.format("hosts")} END,
    CASE WHEN n %% 10 > 2 THEN '+336' || lpad((n::bigint * 7919 %% 100000000)::text, 8, '0') END,
    1 + n %% 12, 1 + n %% 28, 'fr', '', CASE WHEN n %% 50 = 0 THEN 'CLOSED' ELSE 'ACTIVE' END,
    now() - interval '2 years' + n * interval '1 minute' / 2,
    CASE WHEN n %% 50 = 0 THEN now() END, n, %(store)s + n %% %(stores)s, %(tier)s
FROM (SELECT n, {_ONE_OF.format("firsts")} AS first,
    CASE WHEN random() < %(common)s THEN {_ONE_OF.format("lasts")}
        ELSE initcap({_ANY_OF.format("syllables")} || {_ANY_OF.format("syllables")}
            || {_ANY_OF.format("endings")}) END AS last
    FROM {{n}}) people
"""
CARDS = """
INSERT INTO members_card (id, number, state, issued_at, member_id)
SELECT n, '2' || lpad(((n::numeric * 1429066343923 + 83492791) %% 1e15)::bigint::text, 15, '0'),
    'ACTIVE', now() - interval '1 year', n FROM {n}
"""
ACCOUNTS = """
INSERT INTO ledger_account (holder_id, wallet_id, issued, pending, available, held, redeemed,
    expired, removed, debt, entry_seq, lot_seq, next_event_at, last_at, last_hash)
SELECT n, w.id, 10 + n %% 490, 0, 10 + n %% 490, 0, 0, 0, 0, 0, 1, 1, now() + interval '300 days',
    now() - interval '1 day', '' FROM {n} CROSS JOIN ledger_wallet w
"""
LOTS = """
INSERT INTO ledger_lot (number, earned_at, original, remaining, state, available_at, expires_at,
    account_id, origin_id)
SELECT 1, now() - interval '1 day', available, available, 'ACTIVE', now() - interval '1 day',
    next_event_at, id, id FROM ledger_account
"""
# A day after another, as tills send them; some are nobody's.
PURCHASES = """
INSERT INTO members_purchase (id, public_id, client, till, channel, receipt, key, occurred_at,
    business_on, recorded_at, total_cents, returned_cents, tax_cents, points, award, facts,
    payments, is_historic, member_id, store_id, tier_id)
SELECT p, 'pur_' || lpad(to_hex(p), 10, '0') || left(md5(p::text), 16), 'cli_bench',
    'T' || p %% 3, 'store', 'R' || p, 'b9-' || p, at, at::date, at, cents, 0, 0, cents / 100,
    jsonb_build_object('total', cents / 100, 'given', jsonb_build_array(jsonb_build_object(
        'rule', 'base', 'version', 1, 'points', cents / 100, 'says', repeat('x', 120)))),
    jsonb_build_object('tier', 'base', 'visits', p %% 50, 'rules', '[1, 2, 3]'::jsonb), '[]',
    false, CASE WHEN p %% 10 > 0 THEN 1 + floor(random() * {members})::bigint END,
    %(store)s + p %% %(stores)s, %(tier)s
FROM (SELECT p, now() - interval '730 days' + p * (interval '730 days' / {purchases}) AS at,
    100 + floor(random() * 9900)::bigint AS cents FROM generate_series(1, {purchases}) p) sales
"""
TABLES = ("ledger_holder", "members_member", "members_card", "ledger_account", "ledger_lot")


def gather(*, members: int, purchases: int, stores: int = 100, has_points: bool = True) -> None:
    """Fill an empty shop, set up already, with so many members and purchases.

    Without points, holders and their accounts are for somebody else to make.
    """
    from loyalty.programmes.models import Store, Tier

    made = [Store(code=f"S{number}", name=f"Store {number}") for number in range(stores)]
    first = Store.objects.bulk_create(made)[0].pk
    tier = Tier.objects.order_by("rank").values_list("pk", flat=True)[0]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SELECT setseed(%s)", [1 / SEED])
        values = {
            "store": first,
            "stores": stores,
            "tier": tier,
            "common": COMMON_SHARE,
            "firsts": FIRST_NAMES,
            "lasts": LAST_NAMES,
            "hosts": HOSTS,
            "syllables": SYLLABLES,
            "endings": ENDINGS,
        }
        numbers = f"generate_series(1, {members}) n"
        with without_indexes(*TABLES, "members_purchase"):
            points = (HOLDERS, ACCOUNTS, LOTS) if has_points else ()
            for statement in (PEOPLE, CARDS, PURCHASES, *points):
                said = statement.format(n=numbers, members=members, purchases=purchases)
                cursor.execute(said, values)
        for table in (*TABLES, "members_purchase"):
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), 10 * greatest(1, %s))",
                [table, members + purchases],
            )


@contextmanager
def without_indexes(*tables: str) -> Iterator[None]:
    """Drop every index but the primary keys, and make them again as they were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),"
            " format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,"
            " pg_get_constraintdef(oid)) FROM pg_constraint"
            " WHERE contype = 'u' AND conrelid = ANY(%s::regclass[])",
            [list(tables)],
        )
        kept = cursor.fetchall()
        cursor.execute(
            "SELECT format('DROP INDEX %%I', i.indexname), i.indexdef FROM pg_indexes i"
            " LEFT JOIN pg_constraint c ON c.conname = i.indexname"
            " WHERE i.tablename = ANY(%s) AND c.conname IS NULL",
            [list(tables)],
        )
        kept += cursor.fetchall()
        for drop, _make in kept:
            cursor.execute(drop)
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _drop, make in kept:
            cursor.execute(make)
