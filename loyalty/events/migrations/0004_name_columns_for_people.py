from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0003_keep_messages'),
    ]

    operations = [
        migrations.AlterField(
            model_name='change',
            name='day',
            field=models.DateField(verbose_name='day'),
        ),
        migrations.AlterField(
            model_name='change',
            name='subject',
            field=models.BigIntegerField(null=True, verbose_name='about'),
        ),
        migrations.AlterField(
            model_name='change',
            name='topic',
            field=models.CharField(max_length=20, verbose_name='topic'),
        ),
        migrations.AlterField(
            model_name='jobrun',
            name='leased_until',
            field=models.DateTimeField(blank=True, null=True, verbose_name='held until'),
        ),
        migrations.AlterField(
            model_name='message',
            name='facts',
            field=models.JSONField(blank=True, default=dict, verbose_name='content'),
        ),
        migrations.AlterField(
            model_name='message',
            name='key',
            field=models.CharField(max_length=120, unique=True, verbose_name='key'),
        ),
        migrations.AlterField(
            model_name='outboxevent',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='attempts'),
        ),
        migrations.AlterField(
            model_name='outboxevent',
            name='delivered_to',
            field=models.JSONField(blank=True, default=list, verbose_name='delivered to'),
        ),
        migrations.AlterField(
            model_name='outboxevent',
            name='due_at',
            field=models.DateTimeField(verbose_name='due'),
        ),
        migrations.AlterField(
            model_name='outboxevent',
            name='is_historic',
            field=models.BooleanField(default=False, verbose_name='from the past'),
        ),
        migrations.AlterField(
            model_name='outboxevent',
            name='last_error',
            field=models.CharField(blank=True, max_length=200, verbose_name='last error'),
        ),
        migrations.AlterField(
            model_name='outboxevent',
            name='name',
            field=models.CharField(max_length=60, verbose_name='event'),
        ),
        migrations.AlterField(
            model_name='outboxevent',
            name='occurred_at',
            field=models.DateTimeField(verbose_name='date and time'),
        ),
        migrations.AlterField(
            model_name='outboxevent',
            name='payload',
            field=models.JSONField(default=dict, verbose_name='content'),
        ),
        migrations.AlterField(
            model_name='outboxevent',
            name='public_id',
            field=models.CharField(max_length=40, unique=True, verbose_name='identifier'),
        ),
        migrations.AlterField(
            model_name='outboxevent',
            name='relayed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='delivered'),
        ),
    ]
