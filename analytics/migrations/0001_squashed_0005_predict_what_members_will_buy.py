"""What all that it replaces comes to, made at once: a first start need not relive history."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ('analytics', '0001_initial'),
        ('analytics', '0002_let_measures_be_seen'),
        ('analytics', '0003_name_columns_for_people'),
        ('analytics', '0004_take_returns_off_revenue'),
        ('analytics', '0005_predict_what_members_will_buy'),
    ]

    dependencies = [
        ('ledger', '0001_squashed_0008_name_when_an_account_falls_asleep'),
        ('members', '0001_squashed_0026_keep_what_returns_give_back'),
        ('programmes', '0001_squashed_0020_choose_what_proves_a_spender'),
    ]

    operations = [
        migrations.CreateModel(
            name='DayToCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(choices=[('purchases', 'purchases'), ('points', 'points')], max_length=20, verbose_name='topic')),
                ('day', models.DateField(verbose_name='day')),
            ],
            options={
                'verbose_name': 'day to count',
                'verbose_name_plural': 'days to count',
                'constraints': [models.UniqueConstraint(fields=('topic', 'day'), name='analytics_day_to_count_waits_once')],
            },
        ),
        migrations.CreateModel(
            name='Fit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of', models.DateField(unique=True, verbose_name='up to the day')),
                ('fitted_at', models.DateTimeField(verbose_name='fitted')),
                ('members', models.BigIntegerField(verbose_name='members who ever bought')),
                ('repeaters', models.BigIntegerField(verbose_name='members who came back')),
                ('r', models.FloatField(verbose_name='r, of how often members buy')),
                ('alpha', models.FloatField(verbose_name='alpha, of how often members buy')),
                ('a', models.FloatField(verbose_name='a, of when members leave')),
                ('b', models.FloatField(verbose_name='b, of when members leave')),
                ('log_likelihood', models.FloatField(verbose_name='log-likelihood')),
                ('p', models.FloatField(null=True, verbose_name='p, of what a day is worth')),
                ('q', models.FloatField(null=True, verbose_name='q, of what days are worth among members')),
                ('v', models.FloatField(null=True, verbose_name='v, of what days are worth among members')),
                ('value_log_likelihood', models.FloatField(null=True, verbose_name='log-likelihood of the value')),
                ('told', models.BigIntegerField(verbose_name='members with an outlook')),
                ('alive', models.FloatField(verbose_name='of them, expected to be customers still')),
                ('expected_days', models.FloatField(verbose_name='days of buying expected in 12 months')),
                ('expected_cents', models.BigIntegerField(null=True, verbose_name='expected in 12 months (cents)')),
                ('trial', models.JSONField(default=list, verbose_name='calibration and holdout')),
            ],
            options={
                'verbose_name': 'fit of predicted value',
                'verbose_name_plural': 'fits of predicted value',
                'constraints': [models.CheckConstraint(condition=models.Q(('repeaters__gte', 0), ('repeaters__lte', models.F('members'))), name='analytics_fit_has_no_more_repeaters_than_members')],
            },
        ),
        migrations.CreateModel(
            name='MeasureSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lost_after_days', models.PositiveSmallIntegerField(default=180, help_text='A member is lost when the last receipt is older than this.', verbose_name='lost after (days)')),
                ('rfm_scoring', models.CharField(choices=[('NTILE', 'five groups of equal size'), ('THRESHOLD', 'by thresholds')], default='NTILE', max_length=9, verbose_name='RFM scores')),
            ],
            options={
                'verbose_name': 'settings of measures',
                'verbose_name_plural': 'settings of measures',
                'permissions': [('view_measures', 'Can see measures')],
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='analytics_settings_are_the_only_ones'), models.CheckConstraint(condition=models.Q(('lost_after_days__gte', 1)), name='analytics_lost_takes_a_day_or_more')],
            },
        ),
        migrations.CreateModel(
            name='MemberFact',
            fields=[
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='members.member', verbose_name='member')),
                ('first_at', models.DateTimeField(verbose_name='first receipt')),
                ('last_at', models.DateTimeField(verbose_name='last receipt')),
                ('first_on', models.DateField(verbose_name='first day')),
                ('last_on', models.DateField(verbose_name='last day')),
                ('first_month', models.DateField(verbose_name='cohort')),
                ('receipts', models.BigIntegerField(verbose_name='receipts')),
                ('revenue_cents', models.BigIntegerField(verbose_name='revenue (cents)')),
                ('first_day_cents', models.BigIntegerField(default=0, verbose_name='bought on the first day (cents)')),
                ('returned_cents', models.BigIntegerField(default=0, verbose_name='returned (cents)')),
                ('days', models.IntegerField(verbose_name='distinct days')),
            ],
            options={
                'verbose_name': "member's purchases",
                'verbose_name_plural': "members' purchases",
                'indexes': [models.Index(fields=['first_on'], name='analytics_member_by_first_day'), models.Index(fields=['last_on'], name='analytics_member_by_last_day')],
            },
        ),
        migrations.CreateModel(
            name='Refresh',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('refreshed_at', models.DateTimeField(null=True, verbose_name='refreshed')),
                ('rebuilt_at', models.DateTimeField(null=True, verbose_name='counted from nothing')),
            ],
            options={
                'verbose_name': 'freshness of the facts',
                'verbose_name_plural': 'freshness of the facts',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='analytics_refresh_is_the_only_one')],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(choices=[('purchases', 'purchases'), ('points', 'points')], max_length=20, verbose_name='of')),
                ('month', models.DateField(verbose_name='month')),
                ('revised_at', models.DateTimeField(verbose_name='revised')),
            ],
            options={
                'verbose_name': 'revised month',
                'verbose_name_plural': 'revised months',
                'constraints': [models.UniqueConstraint(fields=('topic', 'month'), name='analytics_revision_is_one_per_month')],
            },
        ),
        migrations.CreateModel(
            name='MemberMonth',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('channel', models.CharField(max_length=20, verbose_name='channel')),
                ('receipts', models.BigIntegerField(verbose_name='receipts')),
                ('revenue_cents', models.BigIntegerField(verbose_name='revenue (cents)')),
                ('returned_cents', models.BigIntegerField(default=0, verbose_name='returned (cents)')),
                ('first_on', models.DateField(null=True, verbose_name='first day')),
                ('last_on', models.DateField(null=True, verbose_name='last day')),
                ('days', models.IntegerField(verbose_name='days, as bits')),
                ('member', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='members.member', verbose_name='member')),
                ('store', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.store', verbose_name='store')),
            ],
            options={
                'verbose_name': "member's month",
                'verbose_name_plural': "members' months",
                'indexes': [models.Index(fields=['month', 'member'], name='analytics_month_by_month')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('store__isnull', False)), fields=('member', 'month', 'store', 'channel'), name='analytics_month_is_counted_once'), models.UniqueConstraint(condition=models.Q(('store', None)), fields=('member', 'month', 'channel'), name='analytics_storeless_month_is_counted_once')],
            },
        ),
        migrations.CreateModel(
            name='Outlook',
            fields=[
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='members.member', verbose_name='member')),
                ('alive', models.FloatField(verbose_name='probability of still being a customer')),
                ('expected_days', models.FloatField(verbose_name='days of buying expected')),
                ('expected_cents', models.BigIntegerField(null=True, verbose_name='expected revenue (cents)')),
                ('fit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='analytics.fit', verbose_name='fit')),
            ],
            options={
                'verbose_name': "member's outlook",
                'verbose_name_plural': "members' outlooks",
                'indexes': [models.Index(fields=['alive'], name='analytics_outlook_by_alive')],
                'constraints': [models.CheckConstraint(condition=models.Q(('alive__gte', 0), ('alive__lte', 1)), name='analytics_alive_is_a_probability')],
            },
        ),
        migrations.CreateModel(
            name='PointsDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='business day')),
                ('kind', models.CharField(choices=[('EARN', 'earned'), ('ACTIVATE', 'made available'), ('REDEEM', 'redeemed'), ('REFUND', 'given back'), ('EXPIRE', 'expired'), ('ADJUST', 'adjusted'), ('REPAY', 'owed points repaid'), ('HOLD', 'reserved'), ('CAPTURE', 'reservation used'), ('VOID', 'reservation released'), ('LAPSE', 'reservation lapsed'), ('CLAWBACK', 'taken back'), ('CANCEL', 'pending points cancelled'), ('TRANSFER_OUT', 'transferred out'), ('TRANSFER_IN', 'transferred in'), ('CLOSE', 'account closed')], max_length=12, verbose_name='kind')),
                ('source', models.CharField(choices=[('issued', 'issued'), ('pending', 'pending'), ('available', 'available'), ('held', 'reserved'), ('redeemed', 'redeemed'), ('expired', 'expired'), ('removed', 'removed'), ('debt', 'points owed')], max_length=9, verbose_name='from')),
                ('destination', models.CharField(choices=[('issued', 'issued'), ('pending', 'pending'), ('available', 'available'), ('held', 'reserved'), ('redeemed', 'redeemed'), ('expired', 'expired'), ('removed', 'removed'), ('debt', 'points owed')], max_length=9, verbose_name='to')),
                ('points', models.BigIntegerField(verbose_name='points')),
                ('wallet', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.wallet', verbose_name='wallet')),
            ],
            options={
                'verbose_name': "day's points",
                'verbose_name_plural': "days' points",
                'indexes': [models.Index(fields=['day'], name='analytics_points_by_day')],
                'constraints': [models.UniqueConstraint(fields=('wallet', 'day', 'kind', 'source', 'destination'), name='analytics_points_day_is_counted_once')],
            },
        ),
        migrations.CreateModel(
            name='StoreDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=20, verbose_name='channel')),
                ('day', models.DateField(verbose_name='business day')),
                ('receipts', models.BigIntegerField(verbose_name='receipts')),
                ('revenue_cents', models.BigIntegerField(verbose_name='revenue (cents)')),
                ('returned_cents', models.BigIntegerField(default=0, verbose_name='returned (cents)')),
                ('member_receipts', models.BigIntegerField(verbose_name='receipts of members')),
                ('member_revenue_cents', models.BigIntegerField(verbose_name='revenue of members (cents)')),
                ('store', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.store', verbose_name='store')),
            ],
            options={
                'verbose_name': "store's day",
                'verbose_name_plural': "stores' days",
                'indexes': [models.Index(fields=['day'], name='analytics_store_day_by_day')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('store__isnull', False)), fields=('day', 'store', 'channel'), name='analytics_store_day_is_counted_once'), models.UniqueConstraint(condition=models.Q(('store', None)), fields=('day', 'channel'), name='analytics_storeless_day_is_counted_once')],
            },
        ),
    ]
