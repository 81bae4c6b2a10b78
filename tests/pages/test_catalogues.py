"""Both catalogues say every word of the tree; French is French, and spaced as French is."""

import re
from io import BytesIO

import pytest
from babel.messages import mofile
from babel.messages.catalog import Catalog, Message

from tests import catalogues

# Strings that are the same in both languages, and why.
SAME = {
    "%(count)d code": "the same word in both languages",
    "Actions": "the same word in both languages",
    "Conditions": "the same word in both languages",
    "Journal (CSV)": "the same word in both languages",
    "Segments": "the same word in both languages",
    "Source": "the same word in both languages",
    "action": "the same word in both languages",
    "actions": "the same word in both languages",
    "champions": "the same word in both languages",
    "communication": "the same word in both languages",
    "conditions": "the same word in both languages",
    "corrective": "the same word in both languages",
    "distribution": "the same word in both languages",
    "source": "the same word in both languages",
    "Administration": "the same word in both languages",
    "Budget": "the same word in both languages",
    "Simulations": "the same word in both languages",
    "Message": "the same word in both languages",
    "question": "the same word in both languages",
    "Question": "the same word in both languages",
    "NPS": "the name of the thing",
    "effort (CES)": "the same word in both languages",
    "satisfaction (CSAT)": "the same word in both languages",
    "cause": "the same word in both languages",
    "simulation": "the same word in both languages",
    "simulations": "the same word in both languages",
    "Code": "the same word in both languages",
    "E-mail": "the usual word in French too",
    "Exports": "the same word in both languages",
    "Format": "the same word in both languages",
    "Imports": "the same word in both languages",
    "Menu": "the same word in both languages",
    "Messages": "the same word in both languages",
    "Notes": "the same word in both languages",
    "Programme": "the same word in both languages",
    "date": "the same word in both languages",
    "format": "the same word in both languages",
    "notes": "the same word in both languages",
    "options": "the same word in both languages",
    "place": "the same word in both languages",
    "%(count)s point": "the same word in both languages",
    "%(count)s points": "the same word in both languages",
    "%(points)s point": "the same word in both languages",
    "Date": "the same word in both languages",
    "Dates": "the same word in both languages",
    "Total": "the same word in both languages",
    "Points": "the same word in both languages",
    "Lots": "the same word in both languages",
    "Note": "the same word in both languages",
    "Pages": "the same word in both languages",
    "Points × %(factor)s": "a formula around the same word",
    "SMS": "the name of the thing",
    "Segment": "the same word in both languages",
    "segment": "the same word in both languages",
    "segments": "the same word in both languages",
    "Stock": "the same word in both languages",
    "client": "the same word in both languages",
    "clients": "the same word in both languages",
    "code": "the same word in both languages",
    "e-mail": "the usual word in French too",
    "import": "the same word in both languages",
    "imports": "the same word in both languages",
    "lot": "the same word in both languages",
    "lots": "the same word in both languages",
    "marketing": "the trade's word in French too",
    "message": "the same word in both languages",
    "Webhooks": "the name of the thing",
    "webhook": "the name of the thing",
    "webhooks": "the name of the thing",
    "messages": "the same word in both languages",
    "point": "the same word in both languages",
    "note": "the same word in both languages",
    "points": "the same word in both languages",
    "points × %(factor)s": "a formula around the same word",
    "stock": "the same word in both languages",
    "total": "the same word in both languages",
    "version": "the same word in both languages",
}
_TIGHT = re.compile(r" (?:[:;?!€»]|%(?![(ds]))|« ")
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|(?<![\d\s])%[sd]")


@pytest.fixture(scope="module")
def said() -> Catalog:
    return catalogues.extract()


def names(messages: list[Message]) -> list[str]:
    return sorted(catalogues.ids(message)[0] for message in messages)


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
class TestEachCatalogue:
    def test_has_every_word_of_the_tree_and_no_other(self, language: str, said: Catalog):
        written = catalogues.read(language)

        here = {(catalogues.ids(one)[0], one.context) for one in catalogues.messages(written)}
        there = {(catalogues.ids(one)[0], one.context) for one in catalogues.messages(said)}

        assert sorted(there - here, key=str) == []
        assert sorted(here - there, key=str) == []

    def test_leaves_nothing_empty_or_fuzzy(self, language: str):
        written = list(catalogues.messages(catalogues.read(language)))

        assert names([one for one in written if not all(catalogues.strings(one))]) == []
        assert names([one for one in written if one.fuzzy]) == []

    def test_keeps_every_placeholder(self, language: str):
        wrong = [
            message
            for message in catalogues.messages(catalogues.read(language))
            for text in catalogues.strings(message)
            if set(_PLACEHOLDER.findall(text))
            != set(_PLACEHOLDER.findall(catalogues.ids(message)[-1]))
        ]

        assert names(wrong) == []

    def test_compiles(self, language: str):
        written = catalogues.read(language)

        assert [list(errors) for _message, errors in written.check()] == []
        mofile.write_mo(compiled := BytesIO(), written)
        assert compiled.tell() > 10_000


class TestFrench:
    def test_is_not_english_unless_for_a_reason(self):
        same = {
            catalogues.ids(message)[0]
            for message in catalogues.messages(catalogues.read("fr"))
            if catalogues.strings(message) == catalogues.ids(message)
        }

        assert same == set(SAME)

    def test_has_no_breaking_space_before_high_punctuation(self):
        wrong = [
            message
            for message in catalogues.messages(catalogues.read("fr"))
            if any(_TIGHT.search(text) for text in catalogues.strings(message))
        ]

        assert names(wrong) == []

    def test_has_no_straight_apostrophe(self):
        wrong = [
            message
            for message in catalogues.messages(catalogues.read("fr"))
            if any("'" in text for text in catalogues.strings(message))
        ]

        assert names(wrong) == []

    def test_says_vous(self):
        spoken = [
            message
            for message in catalogues.messages(catalogues.read("fr"))
            if any(
                re.search(r"\b(tu|ton|tes|toi)\b", text) for text in catalogues.strings(message)
            )
        ]

        assert names(spoken) == []


def test_the_catalogues_name_a_command_that_exists():
    makefile = (catalogues.ROOT / "Makefile").read_text(encoding="utf-8")

    for language in catalogues.LANGUAGES:
        first = catalogues.path_of(language).read_text(encoding="utf-8").splitlines()[0]
        assert first == "# What the product says. `make messages` brings it up to date."
    assert "\nmessages: $(VENV)/dev.stamp\n\t@$(BIN)/python -m tests.catalogues\n" in makefile
    assert '@echo "make messages  ' in makefile
