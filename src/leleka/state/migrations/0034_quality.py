"""Expectations of sources, and how their newest readings were judged."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0033_memberships'),
    ]

    operations = [
        migrations.CreateModel(
            name='SourceQuality',
            fields=[
                ('source', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='quality', serialize=False, to='state.source')),
                ('expectations', models.JSONField(default=list)),
                ('judged_at', models.DateTimeField(null=True)),
                ('judged', models.CharField(blank=True, max_length=300)),
                ('judged_rows', models.BigIntegerField(null=True)),
                ('results', models.JSONField(default=list)),
                ('held', models.JSONField(default=dict)),
                ('accepted', models.CharField(blank=True, max_length=300)),
                ('accepted_by', models.CharField(blank=True, max_length=200)),
                ('accepted_at', models.DateTimeField(null=True)),
            ],
        ),
    ]
