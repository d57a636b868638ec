"""Segments that are active or not, with schedules and tags."""

import leleka.state.models.segments
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0037_customers'),
    ]

    operations = [
        migrations.CreateModel(
            name='SegmentTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True)),
            ],
        ),
        migrations.AddField(
            model_name='segment',
            name='active',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='segment',
            name='state_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='segment',
            name='activate_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='segment',
            name='deactivate_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='segment',
            name='schedule',
            field=models.JSONField(default=leleka.state.models.segments.follows_the_system),
        ),
        migrations.AddField(
            model_name='segment',
            name='tags',
            field=models.ManyToManyField(related_name='segments', to='state.segmenttag'),
        ),
    ]
