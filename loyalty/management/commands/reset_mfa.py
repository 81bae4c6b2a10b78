from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from loyalty.identity import second_factors
from loyalty.identity.models import User
from loyalty.management.commanding import WRONG, HouseCommand


class Command(HouseCommand):
    help = "Forget the second factor of somebody who lost it. They set one up at the next sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address that they sign in with")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower(), is_staff=True).first()
        if user is None:
            raise CommandError("Nobody at the desk signs in with this address.", returncode=WRONG)
        second_factors.reset(user=user, actor="command:reset_mfa")
        self.stdout.write("Their second factor is forgotten; they set one up at the next sign-in.")
