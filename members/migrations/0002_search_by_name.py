"""An index that answers how a last name begins, whatever its capitals, on both engines."""

from django.db import migrations

# Django asks PostgreSQL for UPPER(last_name::text) LIKE 'DUP%', and SQLite for LIKE 'dup%'.
ON_POSTGRESQL = (
    "CREATE INDEX members_member_name_begins ON members_member"
    " (UPPER(last_name::text) text_pattern_ops)"
)
ON_SQLITE = "CREATE INDEX members_member_name_begins ON members_member (last_name COLLATE NOCASE)"


def index(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(ON_POSTGRESQL if is_postgresql else ON_SQLITE)


def drop(apps, schema_editor):
    schema_editor.execute("DROP INDEX members_member_name_begins")


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [migrations.RunPython(index, drop)]
