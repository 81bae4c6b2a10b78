"""The programme as it would be if a rule said something else. Pure."""

from dataclasses import replace

from loyalty.programmes.rulebook import Rulebook, RuleTerms, Version, open_up
from loyalty.programmes.terms import Terms


def with_draft(*, book: Rulebook, rule: RuleTerms, terms: Terms) -> Rulebook:
    """Return the book in which a rule, new to it or not, has always said these terms alone."""
    number = 1 + max((version.number for version in rule.versions), default=0)
    version = open_up(version=Version(pk=0, number=number, terms=terms), tree=book.categories)
    draft = replace(rule, is_live=True, versions=(version,))
    others = [known for known in book.rules if known.code != rule.code]
    rules = sorted([*others, draft], key=lambda one: (-one.priority, one.code))
    return replace(book, rules=tuple(rules))
