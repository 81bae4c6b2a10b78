from django.apps import AppConfig


class ShellConfig(AppConfig):
    """Commands, pages that show several apps at once, and static files."""

    name = "loyalty"
    label = "shell"
    verbose_name = "Loyalty"

    def ready(self) -> None:
        from loyalty import checks  # noqa: F401
        from loyalty.mailing import codes, reactions  # noqa: F401
