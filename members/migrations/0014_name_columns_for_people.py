import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0013_carry_amounts_below_one_step'),
    ]

    operations = [
        migrations.AlterField(
            model_name='adjustmentnote',
            name='adjustment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='members.adjustment', verbose_name='adjustment'),
        ),
        migrations.AlterField(
            model_name='card',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cards', to='members.member', verbose_name='member'),
        ),
        migrations.AlterField(
            model_name='consent',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='members.member', verbose_name='member'),
        ),
        migrations.AlterField(
            model_name='importrow',
            name='content',
            field=models.JSONField(verbose_name='content'),
        ),
        migrations.AlterField(
            model_name='importrow',
            name='line',
            field=models.BigIntegerField(verbose_name='line'),
        ),
        migrations.AlterField(
            model_name='importrow',
            name='member_reference',
            field=models.CharField(max_length=80, verbose_name='member'),
        ),
        migrations.AlterField(
            model_name='importrow',
            name='occurred_at',
            field=models.DateTimeField(verbose_name='date and time'),
        ),
        migrations.AlterField(
            model_name='importrow',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='members.importrun', verbose_name='import'),
        ),
        migrations.AlterField(
            model_name='purchaseline',
            name='position',
            field=models.PositiveSmallIntegerField(verbose_name='position'),
        ),
        migrations.AlterField(
            model_name='purchaseline',
            name='purchase',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='members.purchase', verbose_name='purchase'),
        ),
        migrations.AlterField(
            model_name='tierchange',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tier_changes', to='members.member', verbose_name='member'),
        ),
        migrations.AlterField(
            model_name='voucher',
            name='member',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='vouchers', to='members.member', verbose_name='member'),
        ),
    ]
