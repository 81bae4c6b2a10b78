"""Somebody who goes through our pages by what they read: by hand, or by keyboard alone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys import words
from tests.pages.browsing import DESK, PHONE, Visit, visiting

_MOST_TABS = 60


@dataclass(frozen=True)
class Habit:
    """How somebody reads our pages."""

    language: str
    width: int
    scripts: bool = True
    keyboard: bool = False

    def __str__(self) -> str:
        by = "keyboard" if self.keyboard else "hand"
        return f"{self.language}-{self.width}-{'js' if self.scripts else 'no-js'}-{by}"


# Each language, width and way of going about it once.
HABITS = [
    Habit("fr", PHONE),
    # How a page is read is the browser's affair: one engine is enough for the other.
    pytest.param(Habit("en", DESK, scripts=False, keyboard=True), marks=pytest.mark.sqlite),
]


class Walker:
    """Points and clicks. Words are said in English and found in the reader's language."""

    def __init__(self, visit: Visit, habit: Habit) -> None:
        self.visit, self.habit = visit, habit

    # What they do

    def open(self, path: str) -> None:
        self.page.goto(self.visit.base + path)

    def follow(self, link: str) -> None:
        """Follow a link to another page; what it says further is left unread."""
        self._leave_by(self._named("link", link))

    def press(self, button: str) -> None:
        """Press a button that leads to another page."""
        self._leave_by(self._named("button", button))

    def unfold(self, title: str, *, within: Locator | None = None) -> None:
        """Open what is folded, unless it stands open."""
        place = within or self.page.locator("main")
        folded = place.locator("details").filter(
            has=self.page.locator("> summary", has_text=self.say(title))
        )
        folded = folded.locator("visible=true").first
        if folded.get_attribute("open") is None:
            self._act(folded.locator("> summary"), "Enter")
        expect(folded).to_have_attribute("open", "")

    def toggle(self, link: str) -> None:
        """Press what changes the page in place, where there are scripts."""
        self._act(self._named("link", link), "Enter")

    def write(self, label: str, text: str) -> None:
        self._field(label).fill(text)

    def choose(self, label: str, option: str) -> None:
        self._field(label).select_option(label=self.say(option))

    def tick(self, label: str) -> None:
        self._act(self._field(label), "Space")
        expect(self._field(label)).to_be_checked()

    def download(self, link: str) -> Path:
        with self.page.expect_download() as begun:
            self._act(self._named("link", link), "Enter")
        return begun.value.path()

    # What they see

    def say(self, english: str) -> str:
        return words.say(english, self.habit.language)

    def stands_at(self, heading: str) -> None:
        """Read the title of the page, whole, in the right language."""
        expect(self.page.locator("html")).to_have_attribute("lang", self.habit.language)
        expect(self.page.locator("h1")).to_have_text(_whole(self.say(heading)))

    def reads(self, english: str) -> None:
        """Read a sentence somewhere on the page."""
        sentence = self.page.get_by_text(_within(self.say(english)))
        expect(sentence.locator("visible=true").first).to_be_visible()

    def text_of(self, selector: str) -> str:
        """Return words of the page with every space a plain one."""
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def saw_no_fault(self) -> None:
        """Neither a word on the console nor a request to anybody else, on the whole way."""
        assert (self.visit.complaints, self.visit.strangers) == ([], [])

    # Properties

    @property
    def is_on_a_phone(self) -> bool:
        return self.habit.width == PHONE

    @property
    def page(self) -> Page:
        return self.visit.page

    def _named(self, role: Literal["button", "link"], name: str) -> Locator:
        found = self.page.get_by_role(role, name=_starting(self.say(name)))
        return found.locator("visible=true").first

    def _field(self, label: str) -> Locator:
        said = self.say(label)
        labelled = self.page.locator("label:visible").filter(has_text=_starting(said)).first
        return self.page.locator(f'[id="{labelled.get_attribute("for")}"]')

    def _leave_by(self, control: Locator) -> None:
        with self.page.expect_navigation():
            self._act(control, "Enter")

    def _act(self, control: Locator, _key: str) -> None:
        control.click()


class KeyboardWalker(Walker):
    """Has no pointer: Tab, Enter, Space and what is typed."""

    def write(self, label: str, text: str) -> None:
        self._reach(self._field(label))
        self.page.keyboard.type(text)

    def choose(self, label: str, option: str) -> None:
        self._reach(self._field(label))
        self.page.keyboard.type(self.say(option))
        chosen = self._field(label).locator("option:checked")
        expect(chosen).to_have_text(self.say(option))

    def _act(self, control: Locator, key: str) -> None:
        self._reach(control)
        self.page.keyboard.press(key)

    def _reach(self, control: Locator) -> None:
        """Go from control to control until this one has the focus."""
        control.wait_for()
        for _ in range(_MOST_TABS):
            if control.evaluate("control => control === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {control} within {_MOST_TABS}.")


@contextmanager
def walking(browser: Browser, base: str, habit: Habit) -> Iterator[Walker]:
    """Let somebody with these habits in, who has never been here."""
    with visiting(
        browser, base, language=habit.language, width=habit.width, scripts=habit.scripts
    ) as visit:
        yield (KeyboardWalker if habit.keyboard else Walker)(visit, habit)


def _pattern(words_: str) -> str:
    return r"\s+".join(map(re.escape, words_.split()))


def _whole(said: str) -> re.Pattern[str]:
    """Match words whole, whatever kinds of spaces are between them."""
    return re.compile(rf"^\s*{_pattern(said)}\s*$")


def _starting(said: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{_pattern(said)}(\s|$)", re.IGNORECASE)


def _within(said: str) -> re.Pattern[str]:
    return re.compile(_pattern(said))
