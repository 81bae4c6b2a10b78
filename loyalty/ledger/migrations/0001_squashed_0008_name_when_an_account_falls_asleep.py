"""What all that it replaces comes to, made at once: a first start need not relive history."""

from importlib import import_module

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

seal_the_book = import_module("loyalty.ledger.migrations.0002_seal_the_book")
leave_room_on_account_pages = import_module("loyalty.ledger.migrations.0003_leave_room_on_account_pages")
close_a_hold_once = import_module("loyalty.ledger.migrations.0005_close_a_hold_once")


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ('ledger', '0001_initial'),
        ('ledger', '0002_seal_the_book'),
        ('ledger', '0003_leave_room_on_account_pages'),
        ('ledger', '0004_link_what_moves_between_accounts'),
        ('ledger', '0005_close_a_hold_once'),
        ('ledger', '0006_name_columns_for_people'),
        ('ledger', '0007_let_points_wait_for_an_event'),
        ('ledger', '0008_name_when_an_account_falls_asleep'),
    ]

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Holder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
            ],
            options={
                'verbose_name': 'holder',
                'verbose_name_plural': 'holders',
            },
        ),
        migrations.CreateModel(
            name='Wallet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
            ],
            options={
                'verbose_name': 'wallet',
                'verbose_name_plural': 'wallets',
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issued', models.BigIntegerField(default=0, verbose_name='issued')),
                ('pending', models.BigIntegerField(default=0, verbose_name='pending')),
                ('available', models.BigIntegerField(default=0, verbose_name='available')),
                ('held', models.BigIntegerField(default=0, verbose_name='reserved')),
                ('redeemed', models.BigIntegerField(default=0, verbose_name='redeemed')),
                ('expired', models.BigIntegerField(default=0, verbose_name='expired')),
                ('removed', models.BigIntegerField(default=0, verbose_name='removed')),
                ('debt', models.BigIntegerField(default=0, verbose_name='points owed')),
                ('entry_seq', models.BigIntegerField(default=0, verbose_name='last entry')),
                ('lot_seq', models.BigIntegerField(default=0, verbose_name='last lot')),
                ('next_event_at', models.DateTimeField(blank=True, null=True, verbose_name='next due date')),
                ('inactive_at', models.DateTimeField(blank=True, null=True, verbose_name='ends without activity on')),
                ('last_at', models.DateTimeField(blank=True, null=True, verbose_name='last entry on')),
                ('last_hash', models.CharField(blank=True, max_length=64, verbose_name='seal of the last entry')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='account closed')),
                ('merged_into', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account', verbose_name='merged into')),
                ('holder', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='ledger.holder', verbose_name='holder')),
                ('wallet', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.wallet', verbose_name='wallet')),
            ],
            options={
                'verbose_name': 'account',
                'verbose_name_plural': 'accounts',
                'indexes': [models.Index(condition=models.Q(('next_event_at__isnull', False)), fields=['next_event_at', 'id'], name='ledger_account_due')],
                'constraints': [models.UniqueConstraint(fields=('holder', 'wallet'), name='ledger_account_one_per_holder_and_wallet'), models.CheckConstraint(condition=models.Q(('available__gte', 0), ('debt__gte', 0), ('expired__gte', 0), ('held__gte', 0), ('issued__gte', 0), ('pending__gte', 0), ('redeemed__gte', 0), ('removed__gte', 0)), name='ledger_account_no_bucket_is_negative'), models.CheckConstraint(condition=models.Q(('issued', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('pending'), '+', models.F('available')), '+', models.F('held')), '+', models.F('redeemed')), '+', models.F('expired')), '+', models.F('removed')), '-', models.F('debt')))), name='ledger_account_conserves_points'), models.CheckConstraint(condition=models.Q(('available', 0), ('debt', 0), _connector='OR'), name='ledger_account_repays_before_it_offers')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField(verbose_name='number')),
                ('kind', models.CharField(choices=[('EARN', 'earned'), ('ACTIVATE', 'made available'), ('REDEEM', 'redeemed'), ('REFUND', 'given back'), ('EXPIRE', 'expired'), ('ADJUST', 'adjusted'), ('REPAY', 'owed points repaid'), ('HOLD', 'reserved'), ('CAPTURE', 'reservation used'), ('VOID', 'reservation released'), ('LAPSE', 'reservation lapsed'), ('CLAWBACK', 'taken back'), ('CANCEL', 'pending points cancelled'), ('TRANSFER_OUT', 'transferred out'), ('TRANSFER_IN', 'transferred in'), ('CLOSE', 'account closed')], max_length=12, verbose_name='kind')),
                ('points', models.BigIntegerField(verbose_name='points')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='reference')),
                ('key', models.CharField(max_length=64, null=True, verbose_name='key')),
                ('request_hash', models.CharField(blank=True, max_length=64, verbose_name='seal of the request')),
                ('actor', models.CharField(blank=True, max_length=60, verbose_name='actor')),
                ('on_behalf_of', models.CharField(blank=True, max_length=60, verbose_name='on behalf of')),
                ('reason', models.CharField(blank=True, max_length=40, verbose_name='reason')),
                ('occurred_at', models.DateTimeField(verbose_name='took effect')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('pending_after', models.BigIntegerField(verbose_name='pending afterwards')),
                ('available_after', models.BigIntegerField(verbose_name='balance after')),
                ('held_after', models.BigIntegerField(verbose_name='reserved afterwards')),
                ('debt_after', models.BigIntegerField(verbose_name='owed afterwards')),
                ('previous_hash', models.CharField(blank=True, max_length=64, verbose_name='seal of the entry before')),
                ('hash', models.CharField(max_length=64, verbose_name='seal')),
                ('transfer', models.CharField(max_length=40, null=True, verbose_name='transfer')),
                ('forgiven', models.BigIntegerField(null=True, verbose_name='debt forgiven')),
                ('waived', models.BigIntegerField(null=True, verbose_name='points not taken back')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ledger.account', verbose_name='account')),
                ('parent', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='ledger.entry', verbose_name='follows from')),
            ],
            options={
                'verbose_name': 'entry',
                'verbose_name_plural': 'entries',
                'indexes': [models.Index(fields=['occurred_at'], name='ledger_entry_by_effect'), models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent'], name='ledger_entry_by_parent'), models.Index(condition=models.Q(('transfer__isnull', False)), fields=['transfer'], name='ledger_entry_by_transfer')],
                'constraints': [models.UniqueConstraint(fields=('account', 'number'), name='ledger_entry_numbers_are_unique'), models.UniqueConstraint(fields=('account', 'key'), name='ledger_entry_key_acts_once'), models.UniqueConstraint(condition=models.Q(('kind', 'EARN'), models.Q(('reference', ''), _negated=True)), fields=('account', 'reference'), name='ledger_entry_earns_once_per_reference')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(max_length=40, unique=True, verbose_name='identifier')),
                ('points', models.BigIntegerField(verbose_name='points')),
                ('captured', models.BigIntegerField(default=0, verbose_name='points used')),
                ('state', models.CharField(choices=[('OPEN', 'open'), ('CAPTURED', 'captured'), ('VOIDED', 'voided'), ('LAPSED', 'lapsed')], default='OPEN', max_length=8, verbose_name='state')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='ledger.account', verbose_name='account')),
                ('closing', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='closed_holds', to='ledger.entry', verbose_name='closed by')),
                ('opening', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opened_holds', to='ledger.entry', verbose_name='opened by')),
            ],
            options={
                'verbose_name': 'hold',
                'verbose_name_plural': 'holds',
                'indexes': [models.Index(condition=models.Q(('closing__isnull', True)), fields=['account'], name='ledger_hold_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closing', None), ('state', 'OPEN')), models.Q(models.Q(('state', 'OPEN'), _negated=True), ('closing__isnull', False)), _connector='OR'), name='ledger_hold_closes_once'), models.CheckConstraint(condition=models.Q(('captured__gte', 0), ('captured__lte', models.F('points')), ('points__gt', 0)), name='ledger_hold_captures_no_more_than_it_holds'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'CAPTURED'), ('captured__gt', 0)), models.Q(models.Q(('state', 'CAPTURED'), _negated=True), ('captured', 0)), _connector='OR'), name='ledger_hold_spends_only_when_captured'), models.UniqueConstraint(fields=('opening',), name='ledger_hold_one_per_opening'), models.UniqueConstraint(fields=('closing',), name='ledger_hold_one_per_closing')],
            },
        ),
        migrations.CreateModel(
            name='Lot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField(verbose_name='number')),
                ('rule_version', models.BigIntegerField(null=True, verbose_name='rule version')),
                ('earned_at', models.DateTimeField(verbose_name='earned')),
                ('original', models.BigIntegerField(verbose_name='points earned')),
                ('remaining', models.BigIntegerField(verbose_name='points left')),
                ('is_open', models.GeneratedField(db_persist=True, expression=models.Q(('remaining__gt', 0)), output_field=models.BooleanField())),
                ('state', models.CharField(choices=[('PENDING', 'pending'), ('ACTIVE', 'active')], max_length=7, verbose_name='state')),
                ('available_at', models.DateTimeField(verbose_name='available from')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('came_number', models.BigIntegerField(null=True, verbose_name='came from lot')),
                ('waits_for', models.CharField(max_length=40, null=True, verbose_name='waits for the event')),
                ('cancels_at', models.DateTimeField(null=True, verbose_name='cancelled without it')),
                ('life', models.CharField(max_length=200, null=True, verbose_name='lives after it')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='ledger.account', verbose_name='account')),
                ('came_account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account', verbose_name='came from account')),
                ('origin', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='ledger.entry', verbose_name='earned by entry')),
            ],
            options={
                'verbose_name': 'lot',
                'verbose_name_plural': 'lots',
                'indexes': [models.Index(condition=models.Q(('remaining__gt', 0)), fields=['account', 'expires_at', 'number'], name='ledger_lot_open'), models.Index(condition=models.Q(('came_number__isnull', False)), fields=['came_account', 'came_number'], name='ledger_lot_by_origin')],
                'constraints': [models.UniqueConstraint(fields=('account', 'number'), name='ledger_lot_numbers_are_unique'), models.CheckConstraint(condition=models.Q(('remaining__gte', 0), ('remaining__lte', models.F('original'))), name='ledger_lot_never_holds_more_than_it_earned'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('available_at'))), name='ledger_lot_lives_a_while'), models.CheckConstraint(condition=models.Q(models.Q(('cancels_at', None), ('life', None), ('waits_for', None)), models.Q(('cancels_at__isnull', False), ('life__isnull', False), ('waits_for__isnull', False)), _connector='OR'), name='ledger_lot_waits_until_some_moment')],
            },
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('issued', 'issued'), ('pending', 'pending'), ('available', 'available'), ('held', 'reserved'), ('redeemed', 'redeemed'), ('expired', 'expired'), ('removed', 'removed'), ('debt', 'points owed')], max_length=9, verbose_name='taken from')),
                ('destination', models.CharField(choices=[('issued', 'issued'), ('pending', 'pending'), ('available', 'available'), ('held', 'reserved'), ('redeemed', 'redeemed'), ('expired', 'expired'), ('removed', 'removed'), ('debt', 'points owed')], max_length=9, verbose_name='put into')),
                ('points', models.BigIntegerField(verbose_name='points')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account', verbose_name='account')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='ledger.entry', verbose_name='entry')),
                ('lot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='ledger.lot', verbose_name='lot')),
            ],
            options={
                'verbose_name': 'movement',
                'verbose_name_plural': 'movements',
                'constraints': [models.CheckConstraint(condition=models.Q(('points__gt', 0)), name='ledger_movement_moves_something'), models.CheckConstraint(condition=models.Q(('source', models.F('destination')), _negated=True), name='ledger_movement_goes_elsewhere'), models.CheckConstraint(condition=models.Q(('source__in', ['issued', 'debt', 'pending', 'available', 'held', 'redeemed']), ('destination__in', ['pending', 'available', 'held', 'redeemed', 'expired', 'removed', 'debt'])), name='ledger_movement_buckets_are_known')],
            },
        ),
        migrations.RunPython(seal_the_book.seal, seal_the_book.unseal),
        migrations.RunPython(leave_room_on_account_pages.leave_room, leave_room_on_account_pages.fill_pages),
        migrations.RunPython(close_a_hold_once.seal, close_a_hold_once.unseal),
    ]
