from typing import Any

from django.core.management.base import BaseCommand

from loyalty import grants


class Command(BaseCommand):
    help = "Create the staff's roles and set what each may do. Run it after each migration."

    def handle(self, *args: Any, **options: Any) -> None:
        grants.sync()
        self.stdout.write("The roles are set.")
