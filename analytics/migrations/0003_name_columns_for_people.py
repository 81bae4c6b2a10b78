from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0002_let_measures_be_seen'),
    ]

    operations = [
        migrations.AlterField(
            model_name='daytocount',
            name='day',
            field=models.DateField(verbose_name='day'),
        ),
        migrations.AlterField(
            model_name='daytocount',
            name='topic',
            field=models.CharField(choices=[('purchases', 'purchases'), ('points', 'points')], max_length=20, verbose_name='topic'),
        ),
    ]
