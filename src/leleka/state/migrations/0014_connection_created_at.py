"""The default of a connection's time of creation comes from the clock port; nothing changes in the database."""

from django.db import migrations, models

import leleka.core.clock


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0013_run_deaths'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='connection',
                    name='created_at',
                    field=models.DateTimeField(default=leleka.core.clock.utc_now),
                ),
            ],
        ),
    ]
