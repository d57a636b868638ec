"""Sources know when their files elsewhere were written."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("state", "0038_segment_states"),)

    operations = (
        migrations.AddField(
            model_name="source", name="modified_at", field=models.DateTimeField(null=True)
        ),
    )
