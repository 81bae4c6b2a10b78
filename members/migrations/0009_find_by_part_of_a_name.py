"""Indexes that answer how a first name begins and, where trigrams can be had, any part of a name.

The expressions are those of `loyalty.core.engines.name_holds` and of Django's `istartswith`.
A database that does not let us create the extension keeps to how names begin.
"""

from django.db import migrations

ON_POSTGRESQL = """
CREATE INDEX members_member_first_name_begins ON members_member
    (UPPER(first_name::text) text_pattern_ops);
DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN NULL;
END $$;
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
        CREATE INDEX members_member_name_part ON members_member
            USING gin (UPPER(first_name || ' ' || last_name) gin_trgm_ops);
    END IF;
END $$;
"""
ON_SQLITE = (
    "CREATE INDEX members_member_first_name_begins ON members_member"
    " (first_name COLLATE NOCASE)"
)


def index(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(ON_POSTGRESQL if is_postgresql else ON_SQLITE)


def drop(apps, schema_editor):
    """The extension stays: somebody else may use it by now."""
    schema_editor.execute("DROP INDEX members_member_first_name_begins")
    schema_editor.execute("DROP INDEX IF EXISTS members_member_name_part")


class Migration(migrations.Migration):
    dependencies = [("members", "0008_keep_imported_files_and_exports")]

    operations = [migrations.RunPython(index, drop)]
