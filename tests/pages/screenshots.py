"""Takes the pictures of docs/images: `python -m tests.pages.screenshots [names of pages]`.

It starts the demo with few members in a folder of its own, signs in as a member and as the
administrator, and goes through the gallery in French: members' pages as on a phone, staff's as on
a desk. `--base` takes them of a demo that runs already; its words are then read from `--words`.
"""

import argparse
import io
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import chromium
from tests.pages import gallery
from tests.pages.browsing import DESK, PHONE
from tests.pages.gallery import Reader

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
MEMBERS = 200
_SHORTEST, _TALLEST, _COLOURS, _PATIENCE = 640, 1_400, 128, 300
_FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--lang=fr-FR"]
_MEMBER = re.compile(r"^ *Member +(\S+@\S+)", re.MULTILINE)
_STAFF = re.compile(r"^ *Administrator +(\S+@\S+)", re.MULTILINE)
_PASSWORD = re.compile(r"^ *Password +(\S+)", re.MULTILINE)
# Pictures far down wait until they are scrolled to: those in sight are waited for.
_DRAWN = """Promise.all([...document.images]
    .filter(one => !one.complete && one.getBoundingClientRect().top < innerHeight)
    .map(one => new Promise(done => { one.onload = one.onerror = done })))"""
_DIGITS = re.compile(r"\b\d{6}\b")


@dataclass(frozen=True)
class Demo:
    """A demo that serves, and who may sign in."""

    base: str
    member: str
    staff: str
    password: str


@contextmanager
def running() -> Iterator[Demo]:
    """Start a demo of few members, and stop it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="loyalty-pictures-") as folder:
        words = Path(folder) / "words"
        with words.open("w") as told:
            served = subprocess.Popen(
                [sys.executable, "manage.py", "demo", f"--members={MEMBERS}", f"--port={port}"],
                env={**os.environ, "LOYALTY_DEMO": "1", "VAR_DIR": folder, "DATABASE_URL": ""},
                cwd=ROOT, stdout=told,
            )  # fmt: skip
        try:
            yield _wait(words, f"http://127.0.0.1:{port}")
        finally:
            served.send_signal(signal.SIGINT)
            served.wait(timeout=60)


def _wait(words: Path, base: str) -> Demo:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if _PASSWORD.search(words.read_text()):
            return read(words, base)
        time.sleep(1)
    raise SystemExit("The demo did not start.")


def read(words: Path, base: str) -> Demo:
    """Read from what a demo printed who may sign in."""
    told = words.read_text()
    member, staff, password = (
        found.group(1) if (found := pattern.search(told)) else ""
        for pattern in (_MEMBER, _STAFF, _PASSWORD)
    )
    return Demo(base, member, staff, password)


def _open(browser: Browser, *, width: int) -> BrowserContext:
    return browser.new_context(
        locale="fr-FR",
        timezone_id="Europe/Paris",
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
    )


def _enter_as_member(page: Page, demo: Demo) -> None:
    before = _codes(page.context, demo)
    page.goto(f"{demo.base}/login/")
    page.locator("main input[type=email]").first.fill(demo.member)
    page.locator("main form button").first.click()
    page.wait_for_url("**/login/code/**")
    page.locator("input[name=code]").fill(_wait_for_code(page.context, demo, before))
    page.locator("main form button").first.click()
    page.wait_for_url("**/me/**")


def _codes(context: BrowserContext, demo: Demo) -> list[str]:
    """Return the codes in the demo's mailbox, newest first."""
    mail = context.new_page()
    mail.goto(f"{demo.base}/demo/mail/")
    found = _DIGITS.findall(mail.locator("main").inner_text())
    mail.close()
    return found


def _wait_for_code(context: BrowserContext, demo: Demo, before: list[str]) -> str:
    for _ in range(_PATIENCE):
        if (codes := _codes(context, demo)) and codes != before:
            return codes[0]
        time.sleep(0.5)
    raise SystemExit("No code came.")


def _enter_as_staff(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.base}/desk/login/")
    page.locator("input[name=username]").fill(demo.staff)
    page.locator("input[name=password]").fill(demo.password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url("**/desk/")


def _places(member: Page, staff: Page, demo: Demo) -> dict[str, str]:
    """Return what stands for the rows that the gallery names, as links lead to them.

    The member takes one reward, so that there is a voucher.
    """
    reward = _linked(member, f"{demo.base}/me/rewards/", r"/me/rewards/([^/?]+)/")
    member.goto(f"{demo.base}/me/rewards/{reward}/?ask=1")
    member.locator("main form[method=post] button").first.click()
    member.wait_for_url("**/me/vouchers/*/")
    return {
        "reward": reward,
        "voucher": _linked(member, f"{demo.base}/me/vouchers/", r"/me/vouchers/(\d+)/"),
        "member": _linked(
            staff,
            f"{demo.base}/desk/members/member/?q={demo.member}",
            r"/desk/members/member/(\d+)/change/",
        ),
        "other": _linked(
            staff, f"{demo.base}/desk/members/member/", r"/desk/members/member/(\d+)/change/"
        ),
        "case": _linked(member, f"{demo.base}/me/help/", r"/me/help/(cas_[^/]+)/"),
        "pool": _linked(
            staff, f"{demo.base}/desk/rewards/voucherpool/", r"/voucherpool/(\d+)/change/"
        ),
        "review": _looked_at(staff, demo),
    }


def _looked_at(staff: Page, demo: Demo) -> str:
    """Have the desk look at who would move, and return what the look is called."""
    staff.goto(f"{demo.base}/desk/tiers/")
    staff.locator("main form[method=post] button").first.click()
    staff.wait_for_url("**/desk/tiers/*/")
    return staff.url.rstrip("/").rpartition("/")[2]


def _linked(page: Page, where: str, pattern: str) -> str:
    page.goto(where)
    if page.url != where and (found := re.search(pattern, page.url)):
        return found.group(1)
    for link in page.locator("main a[href]").all():
        if found := re.search(pattern, link.evaluate("link => link.href")):
            return found.group(1)
    return "0"


def _take(page: Page, where: str, to: Path, *, width: int, press: str = "") -> None:
    """Keep a page as a small PNG, cut where it goes on for too long."""
    page.set_viewport_size({"width": width, "height": _SHORTEST})
    page.goto(where)
    if press:
        page.locator(press).click()
    page.wait_for_load_state("networkidle")
    tall = page.evaluate("document.documentElement.scrollHeight")
    # As tall a window, so that what sticks to its foot is at the foot of the picture.
    page.set_viewport_size({"width": width, "height": min(tall, _TALLEST)})
    page.evaluate(_DRAWN)
    # A picture is kept for longer than any password should be.
    page.locator(".demo-keys__secret").evaluate_all(
        "secrets => secrets.forEach(one => { one.textContent = '••••••••' })"
    )
    taken = Image.open(io.BytesIO(page.screenshot()))
    taken.convert("RGB").quantize(_COLOURS).save(to, optimize=True)


def _wide(one: gallery.Page) -> bool:
    return one.reader is Reader.STAFF or one.path.startswith(("/desk/", "/api/"))


def take(demo: Demo, *, to: Path, names: list[str]) -> None:
    """Take the pictures of these pages, or of all."""
    to.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(),
            args=_FLAGS,
            # What the browser draws itself, such as a day to pick, follows the machine.
            env={**os.environ, "LANG": "fr_FR.UTF-8", "LANGUAGE": "fr"},
        )
        pages = {
            (reader, width): _open(browser, width=width).new_page()
            for reader in Reader
            for width in (PHONE, DESK)
        }
        _enter_as_member(pages[Reader.MEMBER, PHONE], demo)
        _enter_as_staff(pages[Reader.STAFF, DESK], demo)
        places = _places(pages[Reader.MEMBER, PHONE], pages[Reader.STAFF, DESK], demo)
        for one in gallery.PAGES:
            if names and one.name not in names:
                continue
            width = DESK if _wide(one) else PHONE
            where = demo.base + one.path.format(**places)
            page = pages[one.reader, width]
            _take(page, where, to / f"{one.name}.png", width=width, press=one.press)
            sys.stdout.write(f"{one.name}\n")
        browser.close()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="pages of the gallery; all unless some are named")
    parser.add_argument("--to", type=Path, default=IMAGES)
    parser.add_argument("--base", help="a demo that runs already")
    parser.add_argument("--words", type=Path, help="a file with what that demo printed")
    asked = parser.parse_args(arguments)
    if asked.base and asked.words:
        take(read(asked.words, asked.base), to=asked.to, names=asked.names)
        return
    with running() as demo:
        take(demo, to=asked.to, names=asked.names)


if __name__ == "__main__":
    main(sys.argv[1:])
