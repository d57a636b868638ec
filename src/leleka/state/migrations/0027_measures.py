"""Derived columns of the profiles."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0025_source_connections'),
    ]

    operations = [
        migrations.CreateModel(
            name='Measure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True)),
                ('definition', models.JSONField()),
                ('type', models.CharField(max_length=20)),
                ('snapshot', models.CharField(blank=True, max_length=300)),
                ('basis', models.CharField(blank=True, max_length=128)),
                ('filled', models.BigIntegerField(null=True)),
                ('shape', models.JSONField(default=dict)),
                ('problems', models.JSONField(default=list)),
                ('calculated_at', models.DateTimeField(null=True)),
                ('managed_by_file', models.CharField(blank=True, max_length=1000)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
        ),
    ]
