"""What else is to be known of a run, as codes and values of messages."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0021_reconciliations'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='notes',
            field=models.JSONField(default=list),
        ),
    ]
