from typing import Any

from django.db import migrations


def count_again(apps: Any, _editor: Any) -> None:
    """The next refresh counts everything anew, months of issue with it."""
    apps.get_model("analytics", "Refresh").objects.update(rebuilt_at=None)


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0014_keep_points_by_month_of_issue'),
    ]

    operations = [
        migrations.RunPython(count_again, migrations.RunPython.noop),
    ]
