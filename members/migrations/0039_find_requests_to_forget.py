from importlib import import_module

from django.db import migrations, models

AddIndexBesideSales = import_module(
    "members.migrations.0037_find_sales_of_nobody_by_their_receipt"
).AddIndexBesideSales


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("members", "0038_find_sales_of_somebody_by_their_receipt"),
    ]

    operations = [
        AddIndexBesideSales(
            model_name="case",
            index=models.Index(
                fields=["resolved_at"],
                condition=models.Q(
                    ("resolved_at__isnull", False), models.Q(("subject", ""), _negated=True)
                ),
                name="members_case_to_forget",
            ),
        ),
    ]
