"""Settings of a connection that have no column of their own: those of other kinds than the first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("state", "0014_connection_created_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="settings",
            field=models.JSONField(default=dict),
        ),
    ]
