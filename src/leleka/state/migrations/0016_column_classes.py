"""What the columns of a source may show to whom: declared in a file, chosen by people, guessed from the contents."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("state", "0015_connection_settings"),
    ]

    operations = [
        migrations.AddField(model_name="source", name=name, field=models.JSONField(default=dict))
        for name in ("classes", "chosen_classes", "guessed_classes")
    ]
