from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class AddIndexBesideSales(AddIndexConcurrently):
    """An index that PostgreSQL builds while tills go on selling; SQLite has one writer anyway.

    Begun and killed, it may be run again: what it left half built is dropped first.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            return migrations.AddIndex.database_forwards(
                self, app_label, schema_editor, from_state, to_state
            )
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.index.name}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            return migrations.AddIndex.database_backwards(
                self, app_label, schema_editor, from_state, to_state
            )
        super().database_backwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("members", "0036_find_claims_of_a_receipt_however_it_is_typed"),
    ]

    operations = [
        AddIndexBesideSales(
            model_name="purchase",
            index=models.Index(
                Upper("receipt"),
                models.F("business_on"),
                condition=models.Q(("member", None), models.Q(("receipt", ""), _negated=True)),
                name="members_purchase_of_nobody",
            ),
        ),
    ]
