
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('ledger', '0001_initial'),
        ('members', '0001_initial'),
        ('programmes', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalReward',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('public_id', models.CharField(db_index=True, editable=False, max_length=40)),
                ('kind', models.CharField(choices=[('VOUCHER', 'voucher'), ('PRODUCT', 'product'), ('DISCOUNT', 'discount')], max_length=8, verbose_name='kind')),
                ('name_fr', models.CharField(max_length=80, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=80, verbose_name='name in English')),
                ('description_fr', models.TextField(blank=True, verbose_name='description in French')),
                ('description_en', models.TextField(blank=True, verbose_name='description in English')),
                ('cost', models.PositiveBigIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='cost in points')),
                ('value_cents', models.BigIntegerField(blank=True, null=True, verbose_name='worth (cents)')),
                ('stock', models.PositiveIntegerField(blank=True, null=True, verbose_name='stock')),
                ('voucher_days', models.PositiveIntegerField(default=90, validators=[django.core.validators.MinValueValidator(1)], verbose_name='voucher valid for days')),
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
            name='Reward',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('kind', models.CharField(choices=[('VOUCHER', 'voucher'), ('PRODUCT', 'product'), ('DISCOUNT', 'discount')], max_length=8, verbose_name='kind')),
                ('name_fr', models.CharField(max_length=80, verbose_name='name in French')),
                ('name_en', models.CharField(max_length=80, verbose_name='name in English')),
                ('description_fr', models.TextField(blank=True, verbose_name='description in French')),
                ('description_en', models.TextField(blank=True, verbose_name='description in English')),
                ('cost', models.PositiveBigIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='cost in points')),
                ('value_cents', models.BigIntegerField(blank=True, null=True, verbose_name='worth (cents)')),
                ('stock', models.PositiveIntegerField(blank=True, null=True, verbose_name='stock')),
                ('voucher_days', models.PositiveIntegerField(default=90, validators=[django.core.validators.MinValueValidator(1)], verbose_name='voucher valid for days')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='offered from')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='offered until')),
                ('is_active', models.BooleanField(default=True, verbose_name='offered')),
                ('minimum_tier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programmes.tier', verbose_name='from tier')),
                ('wallet', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.wallet', verbose_name='wallet')),
            ],
            options={
                'verbose_name': 'reward',
                'verbose_name_plural': 'rewards',
            },
        ),
        migrations.CreateModel(
            name='Redemption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(editable=False, max_length=40, unique=True)),
                ('points', models.PositiveBigIntegerField(verbose_name='points')),
                ('is_from_stock', models.BooleanField(default=False, verbose_name='taken from stock')),
                ('key', models.CharField(editable=False, max_length=64, unique=True)),
                ('redeemed_at', models.DateTimeField(verbose_name='moment')),
                ('actor', models.CharField(blank=True, max_length=60, verbose_name='by')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled')),
                ('cancelled_by', models.CharField(blank=True, max_length=60, verbose_name='cancelled by')),
                ('cancel_key', models.CharField(blank=True, editable=False, max_length=64)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='members.member')),
                ('payment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('reward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='rewards.reward')),
                ('voucher', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='redemption', to='members.voucher', verbose_name='voucher')),
            ],
            options={
                'verbose_name': 'redemption',
                'verbose_name_plural': 'redemptions',
            },
        ),
        migrations.AddIndex(
            model_name='reward',
            index=models.Index(fields=['cost', 'id'], name='rewards_reward_by_cost'),
        ),
        migrations.AddConstraint(
            model_name='reward',
            constraint=models.CheckConstraint(condition=models.Q(('cost__gt', 0)), name='rewards_reward_costs_something'),
        ),
        migrations.AddConstraint(
            model_name='reward',
            constraint=models.CheckConstraint(condition=models.Q(('stock', None), ('stock__gte', 0), _connector='OR'), name='rewards_reward_stock_is_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='reward',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at', None), ('ends_at', None), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='rewards_reward_is_offered_a_while'),
        ),
        migrations.AddIndex(
            model_name='redemption',
            index=models.Index(fields=['member', '-redeemed_at'], name='rewards_by_member'),
        ),
        migrations.AddConstraint(
            model_name='redemption',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancel_key', ''), ('cancelled_at', None)), models.Q(('cancelled_at__isnull', False), models.Q(('cancel_key', ''), _negated=True)), _connector='OR'), name='rewards_redemption_is_cancelled_under_a_key'),
        ),
    ]
