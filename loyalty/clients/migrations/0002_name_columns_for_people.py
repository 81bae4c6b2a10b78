import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='answer',
            name='answered_at',
            field=models.DateTimeField(verbose_name='answered'),
        ),
        migrations.AlterField(
            model_name='answer',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='clients.client', verbose_name='client'),
        ),
        migrations.AlterField(
            model_name='answer',
            name='key',
            field=models.CharField(max_length=255, verbose_name='key'),
        ),
        migrations.AlterField(
            model_name='answer',
            name='operation',
            field=models.CharField(max_length=60, verbose_name='call'),
        ),
        migrations.AlterField(
            model_name='answer',
            name='status',
            field=models.PositiveSmallIntegerField(null=True, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='answer',
            name='subject',
            field=models.CharField(blank=True, max_length=40, verbose_name='about'),
        ),
        migrations.AlterField(
            model_name='client',
            name='public_id',
            field=models.CharField(editable=False, max_length=40, unique=True, verbose_name='identifier'),
        ),
        migrations.AlterField(
            model_name='clientkey',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='clients.client', verbose_name='client'),
        ),
    ]
