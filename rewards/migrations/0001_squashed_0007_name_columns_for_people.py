"""What all that it replaces comes to, made at once: a first start need not relive history."""

import django.core.validators
import django.db.models.deletion
import loyalty.identity.models.tracing
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ('rewards', '0001_initial'),
        ('rewards', '0002_picture_price_and_limit_rewards'),
        ('rewards', '0003_keep_where_changes_come_from'),
        ('rewards', '0004_find_cancelled_redemptions'),
        ('rewards', '0005_give_rewards_a_code_of_the_merchants_own'),
        ('rewards', '0006_keep_why_a_redemption_was_cancelled'),
        ('rewards', '0007_name_columns_for_people'),
    ]

    dependencies = [
        ('ledger', '0001_squashed_0008_name_when_an_account_falls_asleep'),
        ('members', '0001_squashed_0026_keep_what_returns_give_back'),
        ('programmes', '0001_squashed_0020_choose_what_proves_a_spender'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('name', models.CharField(max_length=32, primary_key=True, serialize=False, verbose_name='name')),
                ('width', models.PositiveIntegerField(verbose_name='width')),
                ('height', models.PositiveIntegerField(verbose_name='height')),
                ('content', models.BinaryField(verbose_name='content')),
                ('made_at', models.DateTimeField(verbose_name='made')),
            ],
            options={
                'verbose_name': 'picture',
                'verbose_name_plural': 'pictures',
            },
        ),
        migrations.CreateModel(
            name='RewardCategory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                ('name_fr', models.CharField(max_length=40, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=40, verbose_name='name in English')),
                ('place', models.PositiveSmallIntegerField(db_index=True, default=0, help_text='The smallest comes first.', verbose_name='place')),
            ],
            options={
                'verbose_name': 'category of rewards',
                'verbose_name_plural': 'categories of rewards',
            },
        ),
        migrations.CreateModel(
            name='VoucherPool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True, verbose_name='name')),
            ],
            options={
                'verbose_name': 'voucher pool',
                'verbose_name_plural': 'voucher pools',
            },
        ),
        migrations.CreateModel(
            name='Reward',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('external_id', models.CharField(blank=True, help_text='What it is called in your own system. A file of rewards finds it by this.', max_length=80, null=True, unique=True, verbose_name='your code')),
                ('kind', models.CharField(choices=[('VOUCHER', 'voucher'), ('PRODUCT', 'product'), ('DISCOUNT', 'discount')], max_length=8, verbose_name='kind')),
                ('name_fr', models.CharField(max_length=80, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=80, verbose_name='name in English')),
                ('description_fr', models.TextField(blank=True, verbose_name='description in French')),
                ('description_en', models.TextField(blank=True, verbose_name='description in English')),
                ('where_fr', models.CharField(blank=True, max_length=160, verbose_name='where it is good, in French')),
                ('where_en', models.CharField(blank=True, max_length=160, verbose_name='where it is good, in English')),
                ('picture_alt_fr', models.CharField(blank=True, max_length=120, verbose_name='what the picture shows, in French')),
                ('picture_alt_en', models.CharField(blank=True, max_length=120, verbose_name='what the picture shows, in English')),
                ('cost', models.PositiveBigIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='cost in points')),
                ('value_cents', models.BigIntegerField(blank=True, null=True, verbose_name='worth (cents)')),
                ('stock', models.PositiveIntegerField(blank=True, null=True, verbose_name='stock')),
                ('limit_count', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='at most per member')),
                ('limit_days', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='within so many days')),
                ('voucher_days', models.PositiveIntegerField(default=90, validators=[django.core.validators.MinValueValidator(1)], verbose_name='voucher valid for days')),
                ('appears_at', models.DateTimeField(blank=True, null=True, verbose_name='shown from')),
                ('disappears_at', models.DateTimeField(blank=True, null=True, verbose_name='shown until')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='offered from')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='offered until')),
                ('is_active', models.BooleanField(default=True, verbose_name='offered')),
                ('minimum_tier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.tier', verbose_name='from tier')),
                ('picture', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rewards', to='rewards.picture', verbose_name='picture')),
                ('wallet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.wallet', verbose_name='wallet')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rewards', to='rewards.rewardcategory', verbose_name='category')),
                ('pool', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rewards', to='rewards.voucherpool', verbose_name='voucher pool')),
            ],
            options={
                'verbose_name': 'reward',
                'verbose_name_plural': 'rewards',
                'indexes': [models.Index(fields=['cost', 'id'], name='rewards_reward_by_cost')],
                'constraints': [models.CheckConstraint(condition=models.Q(('cost__gt', 0)), name='rewards_reward_costs_something'), models.CheckConstraint(condition=models.Q(('stock', None), ('stock__gte', 0), _connector='OR'), name='rewards_reward_stock_is_not_negative'), models.CheckConstraint(condition=models.Q(('starts_at', None), ('ends_at', None), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='rewards_reward_is_offered_a_while'), models.CheckConstraint(condition=models.Q(('appears_at', None), ('disappears_at', None), ('disappears_at__gt', models.F('appears_at')), _connector='OR'), name='rewards_reward_is_shown_a_while', violation_error_message='It disappears before it appears.'), models.CheckConstraint(condition=models.Q(models.Q(('limit_count', None), ('limit_days', None)), models.Q(('limit_count__gt', 0), ('limit_count__isnull', False), ('limit_days', None)), models.Q(('limit_count__gt', 0), ('limit_count__isnull', False), ('limit_days__gt', 0), ('limit_days__isnull', False)), _connector='OR'), name='rewards_reward_limit_counts_something', violation_error_message='Say how many a member may have within those days.')],
            },
        ),
        migrations.CreateModel(
            name='Redemption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True, verbose_name='identifier')),
                ('points', models.PositiveBigIntegerField(verbose_name='points')),
                ('is_from_stock', models.BooleanField(default=False, verbose_name='taken from stock')),
                ('key', models.CharField(editable=False, max_length=64, unique=True)),
                ('redeemed_at', models.DateTimeField(verbose_name='moment')),
                ('actor', models.CharField(blank=True, max_length=60, verbose_name='by')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled')),
                ('cancelled_by', models.CharField(blank=True, max_length=60, verbose_name='cancelled by')),
                ('cancel_reason', models.CharField(blank=True, choices=[('mistake', 'taken by mistake'), ('bad-code', 'the code was refused where it is spent'), ('unavailable', 'what it stands for could not be had'), ('complaint', 'complaint settled')], max_length=12, verbose_name='why it was cancelled')),
                ('cancel_key', models.CharField(blank=True, editable=False, max_length=64)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='members.member', verbose_name='member')),
                ('payment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('voucher', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='redemption', to='members.voucher', verbose_name='voucher')),
                ('reward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='rewards.reward', verbose_name='reward')),
            ],
            options={
                'verbose_name': 'redemption',
                'verbose_name_plural': 'redemptions',
                'indexes': [models.Index(fields=['member', '-redeemed_at'], name='rewards_by_member'), models.Index(condition=models.Q(('cancelled_at__isnull', False)), fields=['cancelled_at'], name='rewards_redemption_cancelled')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('cancel_key', ''), ('cancelled_at', None)), models.Q(('cancelled_at__isnull', False), models.Q(('cancel_key', ''), _negated=True)), _connector='OR'), name='rewards_redemption_is_cancelled_under_a_key')],
            },
        ),
        migrations.CreateModel(
            name='ReadyNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('turn', models.PositiveIntegerField(verbose_name='redeemed before')),
                ('said_at', models.DateTimeField(verbose_name='moment')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member', verbose_name='member')),
                ('reward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rewards.reward', verbose_name='reward')),
            ],
            options={
                'verbose_name': 'reward found ready',
                'verbose_name_plural': 'rewards found ready',
                'constraints': [models.UniqueConstraint(fields=('member', 'reward', 'turn'), name='rewards_ready_is_said_once')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalRewardPrice',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('address', models.GenericIPAddressField(default=loyalty.identity.models.tracing.address_of_request, editable=False, null=True, verbose_name='from where')),
                ('cost', models.PositiveBigIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='cost')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('wallet', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.wallet', verbose_name='wallet')),
                ('reward', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='rewards.reward', verbose_name='reward')),
            ],
            options={
                'verbose_name': 'historical price in another wallet',
                'verbose_name_plural': 'historical prices in other wallets',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='RewardPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cost', models.PositiveBigIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='cost')),
                ('reward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extra_prices', to='rewards.reward', verbose_name='reward')),
                ('wallet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.wallet', verbose_name='wallet')),
            ],
            options={
                'verbose_name': 'price in another wallet',
                'verbose_name_plural': 'prices in other wallets',
                'constraints': [models.UniqueConstraint(fields=('reward', 'wallet'), name='rewards_price_is_one_per_wallet'), models.CheckConstraint(condition=models.Q(('cost__gt', 0)), name='rewards_price_costs_something')],
            },
        ),
        migrations.CreateModel(
            name='PoolCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                ('printed', models.CharField(max_length=40, verbose_name='as printed')),
                ('given_at', models.DateTimeField(blank=True, null=True, verbose_name='given')),
                ('pool', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='codes', to='rewards.voucherpool', verbose_name='voucher pool')),
            ],
            options={
                'verbose_name': 'code of a pool',
                'verbose_name_plural': 'codes of pools',
                'indexes': [models.Index(condition=models.Q(('given_at', None)), fields=['pool', 'id'], name='rewards_pool_code_free')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalReward',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('address', models.GenericIPAddressField(default=loyalty.identity.models.tracing.address_of_request, editable=False, null=True, verbose_name='from where')),
                ('public_id', models.CharField(db_index=True, editable=False, max_length=40)),
                ('external_id', models.CharField(blank=True, db_index=True, help_text='What it is called in your own system. A file of rewards finds it by this.', max_length=80, null=True, verbose_name='your code')),
                ('kind', models.CharField(choices=[('VOUCHER', 'voucher'), ('PRODUCT', 'product'), ('DISCOUNT', 'discount')], max_length=8, verbose_name='kind')),
                ('name_fr', models.CharField(max_length=80, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=80, verbose_name='name in English')),
                ('description_fr', models.TextField(blank=True, verbose_name='description in French')),
                ('description_en', models.TextField(blank=True, verbose_name='description in English')),
                ('where_fr', models.CharField(blank=True, max_length=160, verbose_name='where it is good, in French')),
                ('where_en', models.CharField(blank=True, max_length=160, verbose_name='where it is good, in English')),
                ('picture_alt_fr', models.CharField(blank=True, max_length=120, verbose_name='what the picture shows, in French')),
                ('picture_alt_en', models.CharField(blank=True, max_length=120, verbose_name='what the picture shows, in English')),
                ('cost', models.PositiveBigIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='cost in points')),
                ('value_cents', models.BigIntegerField(blank=True, null=True, verbose_name='worth (cents)')),
                ('stock', models.PositiveIntegerField(blank=True, null=True, verbose_name='stock')),
                ('limit_count', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='at most per member')),
                ('limit_days', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='within so many days')),
                ('voucher_days', models.PositiveIntegerField(default=90, validators=[django.core.validators.MinValueValidator(1)], verbose_name='voucher valid for days')),
                ('appears_at', models.DateTimeField(blank=True, null=True, verbose_name='shown from')),
                ('disappears_at', models.DateTimeField(blank=True, null=True, verbose_name='shown until')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='offered from')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='offered until')),
                ('is_active', models.BooleanField(default=True, verbose_name='offered')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('minimum_tier', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='programmes.tier', verbose_name='from tier')),
                ('wallet', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='ledger.wallet', verbose_name='wallet')),
                ('picture', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='rewards.picture', verbose_name='picture')),
                ('category', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='rewards.rewardcategory', verbose_name='category')),
                ('pool', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='rewards.voucherpool', verbose_name='voucher pool')),
            ],
            options={
                'verbose_name': 'historical reward',
                'verbose_name_plural': 'historical rewards',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='RedemptionPayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('points', models.PositiveBigIntegerField(verbose_name='points')),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry', verbose_name='entry')),
                ('redemption', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extra_payments', to='rewards.redemption', verbose_name='redemption')),
            ],
            options={
                'verbose_name': 'payment from another wallet',
                'verbose_name_plural': 'payments from other wallets',
                'constraints': [models.CheckConstraint(condition=models.Q(('points__gt', 0)), name='rewards_extra_payment_pays_something')],
            },
        ),
    ]
