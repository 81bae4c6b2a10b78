"""A hold is opened by one entry and closed by one, and is never changed afterwards."""

from django.db import migrations, models

ON_POSTGRESQL = """
CREATE TRIGGER ledger_hold_refuses_change BEFORE UPDATE ON ledger_hold
    FOR EACH ROW WHEN (OLD.closing_id IS NOT NULL) EXECUTE FUNCTION ledger_refuse();
"""
ON_SQLITE = """
CREATE TRIGGER ledger_hold_refuses_UPDATE BEFORE UPDATE ON ledger_hold
WHEN OLD.closing_id IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'ledger_hold refuses UPDATE: the ledger is append-only');
END
"""


def seal(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    schema_editor.execute(ON_POSTGRESQL if is_postgresql else ON_SQLITE, params=None)


def unseal(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER ledger_hold_refuses_change ON ledger_hold")
        return
    schema_editor.execute("DROP TRIGGER ledger_hold_refuses_UPDATE")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_link_what_moves_between_accounts")]

    operations = [
        migrations.AddIndex(
            model_name='hold',
            index=models.Index(condition=models.Q(('closing__isnull', True)), fields=['account'], name='ledger_hold_open'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'CAPTURED'), ('captured__gt', 0)), models.Q(models.Q(('state', 'CAPTURED'), _negated=True), ('captured', 0)), _connector='OR'), name='ledger_hold_spends_only_when_captured'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(fields=('opening',), name='ledger_hold_one_per_opening'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(fields=('closing',), name='ledger_hold_one_per_closing'),
        ),
        migrations.RunPython(seal, unseal),
    ]
