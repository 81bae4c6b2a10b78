from loyalty.programmes.drafting import with_draft
from loyalty.programmes.rulebook import CategoryTree, RuleTerms
from loyalty.programmes.rules import evaluate
from loyalty.programmes.terms import read
from tests.programmes.build import basket, book, fixed, rate, said, sale

TEN = sale(basket(("espresso", 1_000)))


def given(rules) -> dict[str, int]:
    return {line.rule: line.points for line in evaluate(occasion=TEN, book=rules).lines}


class TestWithDraft:
    def test_replaces_what_a_rule_says_and_leaves_the_others(self):
        rules = book(base=said(rate()), gift=said(fixed(5)))

        drafted = with_draft(book=rules, rule=rules.rules[1], terms=read(said(fixed(9))))

        assert given(drafted) == {"base": 10, "gift": 9}
        assert given(rules) == {"base": 10, "gift": 5}

    def test_adds_a_rule_that_is_not_in_force_yet_by_its_priority(self):
        rules = book(base=said(rate(), group="a", mode="first"))
        week = RuleTerms(code="week", name_fr="Semaine", name_en="Week", priority=5)

        drafted = with_draft(
            book=rules, rule=week, terms=read(said(rate("2"), group="a", mode="first"))
        )

        assert given(drafted) == {"week": 20}

    def test_opens_up_its_categories(self):
        rules = book(parents={"espresso": "coffee"}, base=said(rate()))
        week = RuleTerms(code="week", name_fr="", name_en="")

        drafted = with_draft(
            book=rules, rule=week, terms=read(said(fixed(5), categories=["coffee"]))
        )

        assert given(drafted) == {"base": 10, "week": 5}
        assert drafted.categories == CategoryTree(parents={"espresso": "coffee"})
