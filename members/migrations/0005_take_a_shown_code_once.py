from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("members", "0004_lock_spending_and_keep_erasure_requests"),
    ]

    operations = [
        migrations.AddField(
            model_name="card",
            name="code_taken_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
