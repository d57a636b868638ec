"""What is promised: when an export is ready; and since when a source's data is what it is, and how much it was."""

from typing import Any

from django.db import migrations, models
from django.db.models import F


def changed_when_read(apps: Any, _editor: object) -> None:
    """Until now a source was only looked at anew where it had changed."""
    apps.get_model("state", "Source").objects.update(changed_at=F("refreshed_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("state", "0016_column_classes"),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="ready_by",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="source",
            name="changed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="source",
            name="rows_before",
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunPython(changed_when_read, migrations.RunPython.noop),
    ]
