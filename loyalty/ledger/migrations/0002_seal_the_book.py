"""Entries and movements refuse to be changed, removed or truncated, on both engines."""

from django.db import migrations

SEALED = ("ledger_entry", "ledger_movement")

REFUSE_ON_POSTGRESQL = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% refuses %: the ledger is append-only', TG_TABLE_NAME, TG_OP;
END $$;
"""

SEAL_ON_POSTGRESQL = """
CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""

# SQLite has no TRUNCATE.
SEAL_ON_SQLITE = """
CREATE TRIGGER {table}_refuses_{verb} BEFORE {verb} ON {table}
BEGIN
    SELECT RAISE(ABORT, '{table} refuses {verb}: the ledger is append-only');
END
"""

# REPLACE removes the row in its way without asking the trigger on DELETE.
SEAL_ON_SQLITE_AGAINST_REPLACE = """
CREATE TRIGGER {table}_refuses_REPLACE BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} t WHERE {same})
BEGIN
    SELECT RAISE(ABORT, '{table} refuses REPLACE: the ledger is append-only');
END
"""
SAME_ROW = {
    "ledger_entry": "t.id = NEW.id OR (t.account_id = NEW.account_id AND t.number = NEW.number)"
    " OR (t.account_id = NEW.account_id AND t.key = NEW.key)",
    "ledger_movement": "t.id = NEW.id",
}


def seal(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(REFUSE_ON_POSTGRESQL, params=None)
        for table in SEALED:
            schema_editor.execute(SEAL_ON_POSTGRESQL.format(table=table))
        return
    for table in SEALED:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(SEAL_ON_SQLITE.format(table=table, verb=verb))
        same = SAME_ROW[table]
        schema_editor.execute(SEAL_ON_SQLITE_AGAINST_REPLACE.format(table=table, same=same))


def unseal(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in SEALED:
            schema_editor.execute(f"DROP TRIGGER {table}_refuses_change ON {table}")
            schema_editor.execute(f"DROP TRIGGER {table}_refuses_truncate ON {table}")
        schema_editor.execute("DROP FUNCTION ledger_refuse()")
        return
    for table in SEALED:
        for verb in ("UPDATE", "DELETE", "REPLACE"):
            schema_editor.execute(f"DROP TRIGGER {table}_refuses_{verb}")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(seal, unseal)]
