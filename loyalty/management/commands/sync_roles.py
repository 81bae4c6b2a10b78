from typing import Any

from loyalty import grants
from loyalty.management.commanding import HouseCommand


class Command(HouseCommand):
    help = "Create the staff's roles and set what each may do. Run it after each migration."

    def handle(self, *args: Any, **options: Any) -> None:
        grants.sync()
        self.stdout.write("The roles are set.")
