import django.core.validators
import django.db.models.deletion
import loyalty.programmes.models.programme
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('ledger', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                ('name_fr', models.CharField(max_length=80, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=80, verbose_name='name in English')),
                ('state', models.CharField(choices=[('DRAFT', 'draft'), ('LIVE', 'live'), ('PAUSED', 'paused'), ('ENDED', 'ended')], default='DRAFT', max_length=6, verbose_name='state')),
                ('priority', models.SmallIntegerField(default=0, help_text='The highest is looked at first.', verbose_name='priority')),
            ],
            options={
                'verbose_name': 'earning rule',
                'verbose_name_plural': 'earning rules',
            },
        ),
        migrations.CreateModel(
            name='Store',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                ('name', models.CharField(db_index=True, max_length=80, verbose_name='name')),
                ('city', models.CharField(blank=True, max_length=80, verbose_name='city')),
                ('is_training', models.BooleanField(default=False, verbose_name='for training')),
                ('is_active', models.BooleanField(default=True, verbose_name='open')),
            ],
            options={
                'verbose_name': 'store',
                'verbose_name_plural': 'stores',
            },
        ),
        migrations.CreateModel(
            name='TierLadder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                ('name_fr', models.CharField(max_length=60, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=60, verbose_name='name in English')),
                ('window_months', models.PositiveSmallIntegerField(default=12, validators=[django.core.validators.MinValueValidator(1)], verbose_name='months counted')),
                ('validity_months', models.PositiveSmallIntegerField(default=12, validators=[django.core.validators.MinValueValidator(1)], verbose_name='months a tier is kept')),
            ],
            options={
                'verbose_name': 'tier ladder',
                'verbose_name_plural': 'tier ladders',
            },
        ),
        migrations.CreateModel(
            name='HistoricalProgramme',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('currency', models.CharField(default='EUR', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$')], verbose_name='currency')),
                ('time_zone', models.CharField(default='Europe/Paris', max_length=60, verbose_name='time zone')),
                ('value_of_point', models.DecimalField(decimal_places=4, default='0.0100', help_text="In the programme's currency. It values what the programme owes.", max_digits=10, verbose_name='value of a point')),
                ('rounding', models.CharField(choices=[('FLOOR', 'down'), ('HALF_UP', 'to the nearest, halves up'), ('CEILING', 'up')], default='FLOOR', max_length=8, verbose_name='rounding')),
                ('multipliers', models.CharField(choices=[('BEST', 'only the best applies'), ('ADD', 'they add up')], default='BEST', max_length=4, verbose_name='several multipliers')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('spending_wallet', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.wallet', verbose_name='wallet of the points')),
            ],
            options={
                'verbose_name': 'historical loyalty programme',
                'verbose_name_plural': 'historical loyalty programme',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalRule',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('name_fr', models.CharField(max_length=80, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=80, verbose_name='name in English')),
                ('state', models.CharField(choices=[('DRAFT', 'draft'), ('LIVE', 'live'), ('PAUSED', 'paused'), ('ENDED', 'ended')], default='DRAFT', max_length=6, verbose_name='state')),
                ('priority', models.SmallIntegerField(default=0, help_text='The highest is looked at first.', verbose_name='priority')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical earning rule',
                'verbose_name_plural': 'historical earning rules',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalTierLadder',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, verbose_name='code')),
                ('name_fr', models.CharField(max_length=60, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=60, verbose_name='name in English')),
                ('window_months', models.PositiveSmallIntegerField(default=12, validators=[django.core.validators.MinValueValidator(1)], verbose_name='months counted')),
                ('validity_months', models.PositiveSmallIntegerField(default=12, validators=[django.core.validators.MinValueValidator(1)], verbose_name='months a tier is kept')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical tier ladder',
                'verbose_name_plural': 'historical tier ladders',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalWalletPolicy',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name_fr', models.CharField(max_length=40, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=40, verbose_name='name in English')),
                ('expiry_kind', models.CharField(choices=[('NEVER', 'never'), ('DAYS', 'after a number of days'), ('MONTHS', 'after a number of months')], default='NEVER', max_length=6, verbose_name='points expire')),
                ('expiry_count', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(36500)], verbose_name='after')),
                ('expiry_round_up', models.CharField(choices=[('DAY', 'the day itself'), ('MONTH', 'the end of the month'), ('QUARTER', 'the end of the quarter'), ('YEAR', 'the end of the year')], default='DAY', max_length=7, verbose_name='rounded up to')),
                ('pending_days', models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(3650)], verbose_name='available after days')),
                ('refund_grace_days', models.PositiveIntegerField(default=30, verbose_name='grace in days for points given back after they expired')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('wallet', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.wallet')),
            ],
            options={
                'verbose_name': 'historical wallet policy',
                'verbose_name_plural': 'historical wallet policies',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalTier',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, verbose_name='code')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='rank')),
                ('name_fr', models.CharField(max_length=40, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=40, verbose_name='name in English')),
                ('threshold_cents', models.BigIntegerField(validators=[django.core.validators.MinValueValidator(0)], verbose_name='from a spend of (cents)')),
                ('multiplier', models.DecimalField(decimal_places=2, default='1.00', max_digits=5, validators=[django.core.validators.MinValueValidator(1)], verbose_name='points multiplied by')),
                ('benefits_fr', models.TextField(blank=True, verbose_name='benefits in French')),
                ('benefits_en', models.TextField(blank=True, verbose_name='benefits in English')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ladder', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='programmes.tierladder')),
            ],
            options={
                'verbose_name': 'historical tier',
                'verbose_name_plural': 'historical tiers',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Category',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                ('name', models.CharField(db_index=True, max_length=80, verbose_name='name')),
                ('is_excluded', models.BooleanField(default=False, help_text='Nor do the categories inside it.', verbose_name='never earns points')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='programmes.category', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'category',
                'verbose_name_plural': 'categories',
                'constraints': [models.CheckConstraint(condition=models.Q(('parent', models.F('pk')), _negated=True), name='programmes_category_is_not_its_own_parent', violation_error_message='A category is not inside itself.')],
            },
        ),
        migrations.CreateModel(
            name='Programme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('currency', models.CharField(default='EUR', max_length=3, validators=[django.core.validators.RegexValidator('^[A-Z]{3}$')], verbose_name='currency')),
                ('time_zone', models.CharField(default='Europe/Paris', max_length=60, verbose_name='time zone')),
                ('value_of_point', models.DecimalField(decimal_places=4, default='0.0100', help_text="In the programme's currency. It values what the programme owes.", max_digits=10, verbose_name='value of a point')),
                ('rounding', models.CharField(choices=[('FLOOR', 'down'), ('HALF_UP', 'to the nearest, halves up'), ('CEILING', 'up')], default='FLOOR', max_length=8, verbose_name='rounding')),
                ('multipliers', models.CharField(choices=[('BEST', 'only the best applies'), ('ADD', 'they add up')], default='BEST', max_length=4, verbose_name='several multipliers')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('revision', models.CharField(default=loyalty.programmes.models.programme.new_revision, editable=False, max_length=40)),
                ('spending_wallet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.wallet', verbose_name='wallet of the points')),
            ],
            options={
                'verbose_name': 'loyalty programme',
                'verbose_name_plural': 'loyalty programme',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='programmes_programme_is_the_only_one'), models.CheckConstraint(condition=models.Q(('value_of_point__gte', 0)), name='programmes_value_of_a_point_is_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='RuleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('terms', models.JSONField(verbose_name='terms')),
                ('takes_effect_at', models.DateTimeField(blank=True, null=True, verbose_name='takes effect')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='ends')),
                ('stopped_at', models.DateTimeField(blank=True, null=True, verbose_name='stopped')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('created_by', models.CharField(blank=True, max_length=60, verbose_name='created by')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='programmes.rule')),
            ],
            options={
                'verbose_name': 'rule version',
                'verbose_name_plural': 'rule versions',
                'constraints': [models.UniqueConstraint(fields=('rule', 'number'), name='programmes_rule_versions_are_numbered'), models.CheckConstraint(condition=models.Q(('takes_effect_at', None), ('ends_at', None), ('ends_at__gte', models.F('takes_effect_at')), _connector='OR'), name='programmes_rule_version_ends_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='Tier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='rank')),
                ('name_fr', models.CharField(max_length=40, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=40, verbose_name='name in English')),
                ('threshold_cents', models.BigIntegerField(validators=[django.core.validators.MinValueValidator(0)], verbose_name='from a spend of (cents)')),
                ('multiplier', models.DecimalField(decimal_places=2, default='1.00', max_digits=5, validators=[django.core.validators.MinValueValidator(1)], verbose_name='points multiplied by')),
                ('benefits_fr', models.TextField(blank=True, verbose_name='benefits in French')),
                ('benefits_en', models.TextField(blank=True, verbose_name='benefits in English')),
                ('ladder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tiers', to='programmes.tierladder')),
            ],
            options={
                'verbose_name': 'tier',
                'verbose_name_plural': 'tiers',
                'constraints': [models.UniqueConstraint(fields=('ladder', 'rank'), name='programmes_tier_rank_is_one'), models.UniqueConstraint(fields=('ladder', 'threshold_cents'), name='programmes_tier_threshold_is_one'), models.CheckConstraint(condition=models.Q(('threshold_cents__gte', 0)), name='programmes_tier_threshold_is_not_negative'), models.CheckConstraint(condition=models.Q(('multiplier__gte', 1)), name='programmes_tier_never_takes_points_away')],
            },
        ),
        migrations.CreateModel(
            name='WalletPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_fr', models.CharField(max_length=40, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=40, verbose_name='name in English')),
                ('expiry_kind', models.CharField(choices=[('NEVER', 'never'), ('DAYS', 'after a number of days'), ('MONTHS', 'after a number of months')], default='NEVER', max_length=6, verbose_name='points expire')),
                ('expiry_count', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(36500)], verbose_name='after')),
                ('expiry_round_up', models.CharField(choices=[('DAY', 'the day itself'), ('MONTH', 'the end of the month'), ('QUARTER', 'the end of the quarter'), ('YEAR', 'the end of the year')], default='DAY', max_length=7, verbose_name='rounded up to')),
                ('pending_days', models.PositiveIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(3650)], verbose_name='available after days')),
                ('refund_grace_days', models.PositiveIntegerField(default=30, verbose_name='grace in days for points given back after they expired')),
                ('wallet', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='policy', to='ledger.wallet')),
            ],
            options={
                'verbose_name': 'wallet policy',
                'verbose_name_plural': 'wallet policies',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('expiry_count', None), ('expiry_kind', 'NEVER')), models.Q(models.Q(('expiry_kind', 'NEVER'), _negated=True), ('expiry_count__gt', 0), ('expiry_count__isnull', False)), _connector='OR'), name='programmes_expiry_counts_what_it_needs', violation_error_message='Points that never expire have no count; the others need one.')],
            },
        ),
    ]
