"""Tasks may ask an account how somebody stands with a list."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("state", "0038_segment_states"), ("state", "0040_data_sources"))
    operations = (
        migrations.AlterField(
            "task",
            "kind",
            models.CharField(
                choices=[
                    ("preview", "Preview"),
                    ("segment", "Segment"),
                    ("count", "Count"),
                    ("members", "Members"),
                    ("reconcile", "Reconcile"),
                    ("examine", "Examine"),
                    ("relate", "Relate"),
                    ("membership", "Membership"),
                ],
                max_length=20,
            ),
        ),
    )
