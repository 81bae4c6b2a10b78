from importlib import import_module

from django.db import migrations, models
from django.db.models.functions import Upper

AddIndexBesideSales = import_module(
    "members.migrations.0037_find_sales_of_nobody_by_their_receipt"
).AddIndexBesideSales


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("members", "0037_find_sales_of_nobody_by_their_receipt"),
    ]

    operations = [
        AddIndexBesideSales(
            model_name="purchase",
            index=models.Index(
                Upper("receipt"),
                models.F("business_on"),
                condition=models.Q(
                    ("member__isnull", False), models.Q(("receipt", ""), _negated=True)
                ),
                name="members_purchase_of_somebody",
            ),
        ),
    ]
