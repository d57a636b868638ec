"""What else is to be known of a run, and how many contacts a batch made."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0023_examinations'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='notes',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='batchrow',
            name='created',
            field=models.PositiveIntegerField(null=True),
        ),
    ]
