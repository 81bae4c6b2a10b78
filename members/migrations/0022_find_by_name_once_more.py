"""What the table that SQLite made anew for a constraint has lost: its indexes by name."""

from django.db import migrations

ON_SQLITE = (
    "CREATE INDEX IF NOT EXISTS members_member_name_begins"
    " ON members_member (last_name COLLATE NOCASE)",
    "CREATE INDEX IF NOT EXISTS members_member_first_name_begins"
    " ON members_member (first_name COLLATE NOCASE)",
)


def index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in ON_SQLITE:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("members", "0021_give_tiers_and_review_them")]

    operations = [migrations.RunPython(index, migrations.RunPython.noop)]
