from collections import Counter

from django.db import migrations
from django.db.models import Count, Sum


def count(apps, schema_editor):
    """Sum up, rule by rule, what lots say was earned by it, less what returns took of them."""
    lot, movement = apps.get_model("ledger", "Lot"), apps.get_model("ledger", "Movement")
    rule_of = dict(apps.get_model("programmes", "RuleVersion").objects.values_list("pk", "rule_id"))
    earned = lot.objects.filter(came_account=None, rule_version__isnull=False).order_by()
    points, awards = Counter(), Counter()
    for version, given, times in earned.values_list("rule_version").annotate(
        given=Sum("original"), times=Count("origin", distinct=True)
    ):
        points[rule_of.get(version)] += given
        awards[rule_of.get(version)] += times
    taken = movement.objects.filter(entry__kind="CLAWBACK", lot__rule_version__isnull=False)
    for version, back in taken.order_by().values_list("lot__rule_version").annotate(back=Sum("points")):
        points[rule_of.get(version)] -= back
    cost = apps.get_model("programmes", "RuleCost")
    cost.objects.bulk_create(
        cost(rule_id=rule, part=0, points=given, awards=awards[rule])
        for rule, given in points.items()
        if rule is not None
    )


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0015_keep_what_rules_cost"),
        ("ledger", "0006_name_columns_for_people"),
    ]

    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
