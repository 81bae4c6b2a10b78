from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from tqdm import tqdm

from loyalty import grants
from loyalty.demo import credentials, seeding, serving
from loyalty.management.commanding import HouseCommand
from loyalty.programmes.models import Programme

_LAST_PORT = 65_535
_WORDS = """
  Members      {home}
  Staff        {home}desk/
  API          {home}api/v1/docs/

  Member       {member}   card {card}   (signs in by a code: {home}demo/mail/)
  Cashier      {cashier}   (at the desk)
  Administrator {administrator}   (at the desk)
  Others       {others}
  Password     {password}   (of all at the desk)
  Till key     {till_key}

Ctrl-C stops web, worker and schedule."""


class Command(HouseCommand):
    help = "Prepare the demo if the database is empty, and serve it with its worker and schedule."
    # Those that matter run when serving starts; a second start takes seconds.
    requires_system_checks = ()
    makes_tables = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=_port, default=8000)
        parser.add_argument("--seed", type=int, default=1, help="another number, other lives")
        parser.add_argument("--members", type=int, default=2_000)
        parser.add_argument("--seed-only", action="store_true", help="prepare and do not serve")
        parser.add_argument("--no-seed", action="store_true", help="serve whatever is there")

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        if not options["seed_only"]:
            self.check_free(port)
        self.migrate()
        if not options["no_seed"]:
            self.seed(number=options["seed"], members=options["members"])
        if not options["seed_only"]:
            serving.serve(port=port, ready=lambda: self.welcome(port))
            self.stdout.write("Stopped.")

    def check_free(self, port: int) -> None:
        try:
            serving.check_free(port=port)
        except serving.PortTaken as error:
            raise CommandError(f"Port {port} is taken. Another one: PORT=8080 make run") from error

    def migrate(self) -> None:
        """Migrate only where something is new: looking is quick, migrating is not."""
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("Preparing the database…")
            call_command("migrate", verbosity=0)

    def seed(self, *, number: int, members: int) -> None:
        if Programme.objects.exists():
            if credentials.has_demo():
                # Its staff reach what is new since it was made.
                grants.sync()
            return
        self.say("Two years of purchases are being recorded, once…")
        with tqdm(total=1, unit="event", disable=None, leave=False) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            at = timezone.now()
            seeding.seed(number=number, members=members, at=at, progress=show)

    def welcome(self, port: int) -> None:
        home = f"http://{serving.HOST}:{port}/"
        if not credentials.has_demo():
            self.say(f"Serving {home} with the programme of this database. Ctrl-C stops it.")
            return
        known = credentials.get(at=timezone.now())
        self.say(
            _WORDS.format(
                home=home,
                cashier=credentials.CASHIER,
                administrator=credentials.ADMINISTRATOR,
                others=", ".join(credentials.OTHERS),
                **vars(known),
            )
        )

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def _port(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_PORT))
    if not (is_number and 1 <= int(text) <= _LAST_PORT):
        raise ArgumentTypeError(f"{text} is not a port: write a number from 1 to {_LAST_PORT}.")
    return int(text)
