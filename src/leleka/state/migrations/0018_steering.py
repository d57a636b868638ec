"""When a sudden growth is asked about, who asked by id rather than by name, and whether an export user's consent ended."""

import re
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import leleka.state.models.exports

# As people are called who sign in; schedules and the operator have none.
ADDRESS = re.compile(r" <([^<>\s]+)>$")


def name_askers(apps: Any, schema_editor: Any) -> None:
    """Say by id who asked for what is still to begin, or to be tried again: until now their name told."""
    people = dict(apps.get_model("state", "User").objects.values_list("email", "pk"))
    for model in ("Run", "Refresh"):
        rows = apps.get_model("state", model).objects.filter(asked_by__contains=" <")
        live = models.Q(finished_at__isnull=True)
        if model == "Run":
            live |= models.Q(retry_at__isnull=False)
        for row in rows.filter(live).only("pk", "asked_by"):
            found = ADDRESS.search(row.asked_by)
            if found and found[1] in people:
                rows.filter(pk=row.pk).update(asker=people[found[1]])


class Migration(migrations.Migration):
    dependencies = [
        ("state", "0017_what_is_promised"),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="growth",
            field=models.JSONField(default=leleka.state.models.exports.growth_asked_about),
        ),
        migrations.AddField(
            model_name="connection",
            name="export_user_lapsed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="run",
            name="asker",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="state.user"
            ),
        ),
        migrations.AddField(
            model_name="refresh",
            name="asker",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="state.user"
            ),
        ),
        migrations.RunPython(name_askers, migrations.RunPython.noop),
    ]
