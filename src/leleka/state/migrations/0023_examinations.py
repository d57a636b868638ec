"""What an examination of an account found, and what one that died has to remove."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0022_request_traffic'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='learned',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='account',
            name='learned_at',
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name='Examination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('addresses', models.JSONField(default=list)),
                ('batches', models.JSONField(default=list)),
                ('unanswered', models.IntegerField(default=0)),
                ('asked_by', models.CharField(max_length=200)),
                ('began_at', models.DateTimeField()),
                ('alive_until', models.FloatField(default=0.0)),
                ('owner', models.CharField(blank=True, max_length=32)),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='examination', to='state.account')),
            ],
        ),
    ]
