"""Reconciling is a task of the worker, one of an export at a time."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0020_accounts'),
    ]

    operations = [
        migrations.AddField(
            model_name='task',
            name='export',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='state.export'),
        ),
        migrations.AlterField(
            model_name='task',
            name='kind',
            field=models.CharField(choices=[('preview', 'Preview'), ('segment', 'Segment'), ('count', 'Count'), ('members', 'Members'), ('reconcile', 'Reconcile')], max_length=20),
        ),
        migrations.AlterField(
            model_name='task',
            name='status',
            field=models.CharField(choices=[('Queued', 'Queued'), ('Processing', 'Processing'), ('Successful', 'Successful'), ('Failed', 'Failed'), ('Canceled', 'Canceled')], default='Queued', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['Queued', 'Processing'])), fields=('export',), name='one_live_task_per_export'),
        ),
    ]
