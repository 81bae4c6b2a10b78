import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0003_keep_adjustments")]

    operations = [
        migrations.AddField(
            model_name="member",
            name="spending_locked_until",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="no spending until"
            ),
        ),
        migrations.AddField(
            model_name="member",
            name="erasure_due_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="erased on"
            ),
        ),
        migrations.AddField(
            model_name="historicalmember",
            name="spending_locked_until",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="no spending until"
            ),
        ),
        migrations.AddField(
            model_name="historicalmember",
            name="erasure_due_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="erased on"
            ),
        ),
        migrations.CreateModel(
            name="ErasureRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("ASKED", "asked for"), ("UNDONE", "undone"), ("DONE", "done")],
                        default="ASKED",
                        max_length=6,
                        verbose_name="state",
                    ),
                ),
                ("requested_at", models.DateTimeField(verbose_name="asked")),
                ("requested_by", models.CharField(max_length=60, verbose_name="asked by")),
                ("due_at", models.DateTimeField(verbose_name="due")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "ended_by",
                    models.CharField(blank=True, max_length=60, verbose_name="ended by"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasures",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "ASKED")),
                        fields=["due_at", "id"],
                        name="members_erasure_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ASKED")),
                        fields=("member",),
                        name="members_erasure_is_asked_for_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("state", "ASKED")),
                            models.Q(
                                models.Q(("state", "ASKED"), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="members_erasure_ended_has_its_moment",
                    ),
                ],
            },
        ),
    ]
