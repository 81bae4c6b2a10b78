from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Puts our site in the place of Django's; apps register with it as with any admin."""

    default_site = "loyalty.desk.site.Desk"
