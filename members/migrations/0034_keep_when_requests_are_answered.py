from django.db import migrations


def keep(apps, schema_editor):
    """Write the one row of settings, as they hold without it."""
    apps.get_model("members", "CaseSettings").objects.get_or_create(pk=1)


class Migration(migrations.Migration):

    dependencies = [
        ("members", "0033_note_days_of_sign_ins"),
    ]

    operations = [
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
