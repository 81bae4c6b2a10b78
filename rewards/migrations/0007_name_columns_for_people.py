import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0014_name_columns_for_people'),
        ('rewards', '0006_keep_why_a_redemption_was_cancelled'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historicalrewardprice',
            name='reward',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='rewards.reward', verbose_name='reward'),
        ),
        migrations.AlterField(
            model_name='redemption',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='members.member', verbose_name='member'),
        ),
        migrations.AlterField(
            model_name='redemption',
            name='public_id',
            field=models.CharField(editable=False, max_length=40, unique=True, verbose_name='identifier'),
        ),
        migrations.AlterField(
            model_name='redemption',
            name='reward',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='rewards.reward', verbose_name='reward'),
        ),
        migrations.AlterField(
            model_name='rewardprice',
            name='reward',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extra_prices', to='rewards.reward', verbose_name='reward'),
        ),
    ]
