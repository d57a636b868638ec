"""Sources know when their files elsewhere were written, and when they were read whole."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("state", "0038_segment_states"),)

    operations = (
        migrations.AddField(
            model_name="source", name="modified_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(model_name="source", name="whole_at", field=models.DateTimeField(null=True)),
    )
