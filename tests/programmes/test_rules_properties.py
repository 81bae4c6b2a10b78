"""What holds for any award, whatever the rules and the basket."""

from collections import Counter
from decimal import ROUND_CEILING, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.programmes.occasions import Basket, Line, MemberFacts
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import evaluate
from loyalty.programmes.terms import read, write
from tests.programmes.build import basket, book, rate, sale
from tests.programmes.build import said as build_said

CATEGORIES = ["drinks", "coffee", "espresso", "food", "gift-card"]
BRANDS = ["Illy", "Kusmi"]
PARENTS = {"coffee": "drinks", "espresso": "coffee"}
some = st.lists(st.sampled_from(CATEGORIES), unique=True, max_size=2)
decimals = st.decimals("0.1", "20", places=2).map(str)

whens = st.fixed_dictionaries(
    {},
    optional={
        "categories": some,
        "excluded_categories": some,
        "weekdays": st.lists(st.integers(1, 7), unique=True),
        "tiers": st.just(["gold"]),
        "minimum_basket_cents": st.integers(1, 20_000),
        "birthday_within_days": st.integers(0, 180),
        "brands": st.lists(st.sampled_from(BRANDS), unique=True, max_size=2),
        "excluded_tags": st.just(["sale"]),
        "tills": st.just(["T1"]),
        "kind": st.sampled_from(["person", "company"]),
        "segments": st.just(["vip"]),
        "consents": st.just(["email"]),
        "in_household": st.just(True),
        "plans": st.just(["club"]),
        "nth_visit": st.integers(1, 3),
    },
)
thens = st.one_of(
    st.fixed_dictionaries(
        {"give": st.just("rate"), "points": decimals, "per_cents": st.integers(1, 5_000)},
        optional={"carries": st.just(True)},
    ),
    st.fixed_dictionaries(
        {
            "give": st.just("multiplier"),
            "factor": st.decimals("1.01", "6", places=2).map(str),
        }
    ),
    st.fixed_dictionaries({"give": st.just("fixed"), "points": st.integers(1, 500)}),
)
vouchers = st.just({"give": "voucher", "name_fr": "Café", "name_en": "Coffee", "days": 30})
wallets = st.fixed_dictionaries({"wallet": st.sampled_from(["", "points", "stamps"])})
groups = st.sampled_from(["", "a", "b"])
modes = st.sampled_from(["sum", "best", "first"])


@st.composite
def terms(draw: st.DrawFn, mode: str) -> dict:
    then = draw(st.one_of(vouchers, st.builds(dict.__or__, thens, wallets)))
    return build_said(then, group=draw(groups), mode=mode, **draw(whens))


@st.composite
def books(draw: st.DrawFn) -> Rulebook:
    count, mode = draw(st.integers(0, 6)), draw(modes)
    return book(
        rounding=draw(st.sampled_from(["FLOOR", "HALF_UP", "CEILING"])),
        multipliers=draw(st.sampled_from(["BEST", "ADD"])),
        counts_tax=draw(st.booleans()),
        unearning_means=draw(st.sampled_from([(), ("gift-card",)])),
        parents=PARENTS,
        excluded=("gift-card",),
        **{f"rule_{number}": draw(terms(mode)) for number in range(count)},
    )


@st.composite
def baskets(draw: st.DrawFn) -> Basket:
    amounts = draw(st.lists(st.integers(-2_000, 30_000), max_size=6))
    lines = tuple(
        Line(
            position=place,
            amount_cents=cents,
            category=draw(st.sampled_from(CATEGORIES)),
            brand=draw(st.sampled_from(["", *BRANDS])),
            tags=draw(st.sampled_from([(), ("sale",)])),
            tax_cents=draw(st.integers(0, max(0, cents))),
        )
        for place, cents in enumerate(amounts, start=1)
    )
    total = max(0, sum(amounts) - draw(st.integers(0, 500)))
    return Basket(
        total_cents=total,
        lines=lines,
        till=draw(st.sampled_from(["", "T1"])),
        tax_cents=draw(st.integers(0, total)),
        payments=draw(st.sampled_from([(), (("gift-card", total // 2),)])),
    )


members = st.builds(
    MemberFacts,
    tier=st.sampled_from([None, "bronze", "silver", "gold"]),
    multiplier=st.none(),
    birthday=st.sampled_from([None, (2, 29), (11, 21)]),
    kind=st.sampled_from(["person", "company"]),
    segments=st.sampled_from([(), ("vip",)]),
    in_household=st.booleans(),
    plans=st.sampled_from([(), ("club",)]),
    consents=st.sampled_from([(), ("email",)]),
    visits=st.sampled_from([None, 0, 1, 2]),
    carried=st.dictionaries(
        st.sampled_from([f"rule-{number}" for number in range(6)]), st.integers(-9_000, 9_000)
    ),
)


@settings(max_examples=100, deadline=None)
@given(rules=books(), bought=baskets(), member=members)
def test_an_award_is_never_negative_and_adds_up(rules, bought, member):
    award = evaluate(occasion=sale(bought, member=member), book=rules)

    assert all((line.points > 0) != (line.gift is not None) for line in award.lines)
    for wallet in ("points", "stamps"):
        granted = sum(grant.points for grant in award.grants if grant.wallet == wallet)
        assert granted == award.points_in(wallet)
    assert award.points == award.points_in("points")


@settings(max_examples=100, deadline=None)
@given(rules=books(), bought=baskets(), member=members)
def test_each_rule_is_told_once_as_given_or_refused(rules, bought, member):
    award = evaluate(occasion=sale(bought, member=member), book=rules)

    told = Counter([line.rule for line in award.lines] + [no.rule for no in award.refused])
    tiers = {f"tier-{member.tier}"} & set(told)
    assert told == Counter([*(rule.code for rule in rules.rules), *tiers])


@settings(max_examples=80, deadline=None)
@given(rules=books(), bought=baskets(), member=members)
def test_a_preview_is_the_award(rules, bought, member):
    occasion = sale(bought, member=member)

    assert evaluate(occasion=occasion, book=rules) == evaluate(occasion=occasion, book=rules)


@settings(max_examples=80, deadline=None)
@given(
    amounts=st.lists(st.integers(0, 30_000), max_size=8),
    per_cents=st.integers(1, 5_000),
    group=groups,
    mode=modes,
)
def test_what_is_carried_over_loses_no_cent_and_gives_none_twice(amounts, per_cents, group, mode):
    step = rate("1", per_cents, carries=True)
    rules, carried, points = book(base=build_said(step, group=group, mode=mode)), {}, 0

    for cents in amounts:
        occasion = sale(basket(total=cents), member=MemberFacts(carried=carried))
        award = evaluate(occasion=occasion, book=rules)
        carried = carried | {one.rule: one.after_cents for one in award.carried}
        points += award.points

    assert points * per_cents + carried.get("base", 0) == sum(amounts)


@settings(max_examples=80, deadline=None)
@given(rules=books(), bought=baskets(), member=members)
def test_excluded_lines_never_earn(rules, bought, member):
    award = evaluate(occasion=sale(bought, member=member), book=rules)

    excluded = {line.position for line in bought.lines if line.category == "gift-card"}
    assert not any(excluded & set(line.positions) for line in award.lines)


@settings(max_examples=100, deadline=None)
@given(
    cents=st.integers(0, 10_000_000),
    points=decimals,
    per_cents=st.integers(1, 5_000),
    rounding=st.sampled_from(["FLOOR", "HALF_UP", "CEILING"]),
)
def test_rounding_gives_no_more_than_the_exact_amount_rounded_up(
    cents, points, per_cents, rounding
):
    rules = book(rounding=rounding, base=build_said(rate(points, per_cents)))

    award = evaluate(occasion=sale(basket(total=cents)), book=rules)

    exact = Decimal(points) * cents / per_cents
    assert 0 <= award.points <= exact.to_integral_value(ROUND_CEILING)


@settings(max_examples=80, deadline=None)
@given(mode=modes, data=st.data())
def test_terms_survive_being_written(mode, data):
    said = read(data.draw(terms(mode)))

    assert read(write(said)) == said
