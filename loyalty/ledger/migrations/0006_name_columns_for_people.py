import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0005_close_a_hold_once'),
    ]

    operations = [
        migrations.AlterField(
            model_name='account',
            name='entry_seq',
            field=models.BigIntegerField(default=0, verbose_name='last entry'),
        ),
        migrations.AlterField(
            model_name='account',
            name='holder',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='ledger.holder', verbose_name='holder'),
        ),
        migrations.AlterField(
            model_name='account',
            name='inactive_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='asleep since'),
        ),
        migrations.AlterField(
            model_name='account',
            name='last_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='last entry on'),
        ),
        migrations.AlterField(
            model_name='account',
            name='last_hash',
            field=models.CharField(blank=True, max_length=64, verbose_name='seal of the last entry'),
        ),
        migrations.AlterField(
            model_name='account',
            name='lot_seq',
            field=models.BigIntegerField(default=0, verbose_name='last lot'),
        ),
        migrations.AlterField(
            model_name='account',
            name='next_event_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='next due date'),
        ),
        migrations.AlterField(
            model_name='account',
            name='wallet',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.wallet', verbose_name='wallet'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.account', verbose_name='account'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='debt_after',
            field=models.BigIntegerField(verbose_name='owed afterwards'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='forgiven',
            field=models.BigIntegerField(null=True, verbose_name='debt forgiven'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='hash',
            field=models.CharField(max_length=64, verbose_name='seal'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='held_after',
            field=models.BigIntegerField(verbose_name='reserved afterwards'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='key',
            field=models.CharField(max_length=64, null=True, verbose_name='key'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='number',
            field=models.BigIntegerField(verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='on_behalf_of',
            field=models.CharField(blank=True, max_length=60, verbose_name='on behalf of'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='parent',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='ledger.entry', verbose_name='follows from'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='pending_after',
            field=models.BigIntegerField(verbose_name='pending afterwards'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='previous_hash',
            field=models.CharField(blank=True, max_length=64, verbose_name='seal of the entry before'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='request_hash',
            field=models.CharField(blank=True, max_length=64, verbose_name='seal of the request'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='transfer',
            field=models.CharField(max_length=40, null=True, verbose_name='transfer'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='waived',
            field=models.BigIntegerField(null=True, verbose_name='points not taken back'),
        ),
        migrations.AlterField(
            model_name='hold',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='ledger.account', verbose_name='account'),
        ),
        migrations.AlterField(
            model_name='hold',
            name='captured',
            field=models.BigIntegerField(default=0, verbose_name='points used'),
        ),
        migrations.AlterField(
            model_name='hold',
            name='closing',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='closed_holds', to='ledger.entry', verbose_name='closed by'),
        ),
        migrations.AlterField(
            model_name='hold',
            name='expires_at',
            field=models.DateTimeField(verbose_name='expires'),
        ),
        migrations.AlterField(
            model_name='hold',
            name='opening',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opened_holds', to='ledger.entry', verbose_name='opened by'),
        ),
        migrations.AlterField(
            model_name='hold',
            name='points',
            field=models.BigIntegerField(verbose_name='points'),
        ),
        migrations.AlterField(
            model_name='hold',
            name='public_id',
            field=models.CharField(max_length=40, unique=True, verbose_name='identifier'),
        ),
        migrations.AlterField(
            model_name='hold',
            name='state',
            field=models.CharField(choices=[('OPEN', 'open'), ('CAPTURED', 'captured'), ('VOIDED', 'voided'), ('LAPSED', 'lapsed')], default='OPEN', max_length=8, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='holder',
            name='opened_at',
            field=models.DateTimeField(verbose_name='opened'),
        ),
        migrations.AlterField(
            model_name='lot',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='ledger.account', verbose_name='account'),
        ),
        migrations.AlterField(
            model_name='lot',
            name='came_account',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account', verbose_name='came from account'),
        ),
        migrations.AlterField(
            model_name='lot',
            name='came_number',
            field=models.BigIntegerField(null=True, verbose_name='came from lot'),
        ),
        migrations.AlterField(
            model_name='lot',
            name='number',
            field=models.BigIntegerField(verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='lot',
            name='origin',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='ledger.entry', verbose_name='earned by entry'),
        ),
        migrations.AlterField(
            model_name='lot',
            name='rule_version',
            field=models.BigIntegerField(null=True, verbose_name='rule version'),
        ),
        migrations.AlterField(
            model_name='movement',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account', verbose_name='account'),
        ),
        migrations.AlterField(
            model_name='movement',
            name='destination',
            field=models.CharField(choices=[('issued', 'issued'), ('pending', 'pending'), ('available', 'available'), ('held', 'reserved'), ('redeemed', 'redeemed'), ('expired', 'expired'), ('removed', 'removed'), ('debt', 'points owed')], max_length=9, verbose_name='put into'),
        ),
        migrations.AlterField(
            model_name='movement',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='ledger.entry', verbose_name='entry'),
        ),
        migrations.AlterField(
            model_name='movement',
            name='lot',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='ledger.lot', verbose_name='lot'),
        ),
        migrations.AlterField(
            model_name='movement',
            name='points',
            field=models.BigIntegerField(verbose_name='points'),
        ),
        migrations.AlterField(
            model_name='movement',
            name='source',
            field=models.CharField(choices=[('issued', 'issued'), ('pending', 'pending'), ('available', 'available'), ('held', 'reserved'), ('redeemed', 'redeemed'), ('expired', 'expired'), ('removed', 'removed'), ('debt', 'points owed')], max_length=9, verbose_name='taken from'),
        ),
    ]
