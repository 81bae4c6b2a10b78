from typing import Any

from django.db import migrations


def count_again(apps: Any, _editor: Any) -> None:
    """The next refresh counts everything anew, categories with it."""
    apps.get_model("analytics", "Refresh").objects.update(rebuilt_at=None)


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0006_count_what_members_buy_by_category'),
    ]

    operations = [
        migrations.RunPython(count_again, migrations.RunPython.noop),
    ]
