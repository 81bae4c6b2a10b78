"""Accounts end in another or for good, lots remember the lot before, two entries share a transfer.

Every column may be absent, so that no engine rewrites a table, and the book stays sealed.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_leave_room_on_account_pages")]

    operations = [
        migrations.AddField(
            model_name='account',
            name='closed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='account closed'),
        ),
        migrations.AddField(
            model_name='account',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account', verbose_name='merged into'),
        ),
        migrations.AddField(
            model_name='entry',
            name='forgiven',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='entry',
            name='transfer',
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddField(
            model_name='entry',
            name='waived',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='lot',
            name='came_account',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account'),
        ),
        migrations.AddField(
            model_name='lot',
            name='came_number',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('transfer__isnull', False)), fields=['transfer'], name='ledger_entry_by_transfer'),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(condition=models.Q(('came_number__isnull', False)), fields=['came_account', 'came_number'], name='ledger_lot_by_origin'),
        ),
    ]
