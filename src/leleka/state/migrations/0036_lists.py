"""Lists of profiles that somebody gave."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0035_segment_drafts'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProfileList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True)),
                ('column', models.CharField(blank=True, max_length=300)),
                ('snapshot', models.CharField(blank=True, max_length=300)),
                ('digest', models.CharField(blank=True, max_length=128)),
                ('size', models.BigIntegerField(default=0)),
                ('unknown', models.BigIntegerField(default=0)),
                ('unusable', models.BigIntegerField(default=0)),
                ('given_by', models.CharField(blank=True, max_length=200)),
                ('given_at', models.DateTimeField(null=True)),
                ('managed_by_file', models.CharField(blank=True, max_length=1000)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
        ),
    ]
