"""One row with an account's traffic takes the place of a row for each request slot."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("state", "0021_reconciliations")]

    operations = [
        migrations.CreateModel(
            name="RequestTraffic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("departures", models.JSONField(default=list)),
                ("last", models.PositiveBigIntegerField(default=0)),
                ("refused_at", models.FloatField(default=0.0)),
                ("version", models.PositiveBigIntegerField(default=0)),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="traffic",
                        to="state.account",
                    ),
                ),
            ],
        ),
        migrations.DeleteModel(name="RequestPlace"),
    ]
