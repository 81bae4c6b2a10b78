"""One index for how a last name begins, alone or with a first name: two would be joined in memory.

The expressions are those of Django's `istartswith`. SQLite, whose shops are small, keeps its own.
"""

from django.db import migrations

REPLACE = """
DROP INDEX members_member_name_begins;
CREATE INDEX members_member_name_begins ON members_member
    (UPPER(last_name::text) text_pattern_ops, UPPER(first_name::text) text_pattern_ops);
"""
PUT_BACK = """
DROP INDEX members_member_name_begins;
CREATE INDEX members_member_name_begins ON members_member
    (UPPER(last_name::text) text_pattern_ops);
"""


def replace(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(REPLACE)


def put_back(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(PUT_BACK)


class Migration(migrations.Migration):
    dependencies = [("members", "0010_keep_who_started_a_file")]

    operations = [migrations.RunPython(replace, put_back)]
