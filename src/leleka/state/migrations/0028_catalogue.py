"""Files that people upload, what each reading of a source changed, and versions of sources and relationships."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0027_measures'),
    ]

    operations = [
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('size', models.BigIntegerField()),
                ('uploaded_by', models.CharField(max_length=200)),
                ('uploaded_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='relationshiprow',
            name='version',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='source',
            name='version',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name='task',
            name='kind',
            field=models.CharField(choices=[('preview', 'Preview'), ('segment', 'Segment'), ('count', 'Count'), ('members', 'Members'), ('reconcile', 'Reconcile'), ('examine', 'Examine'), ('relate', 'Relate')], max_length=20),
        ),
        migrations.CreateModel(
            name='SourceReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_at', models.DateTimeField()),
                ('rows', models.BigIntegerField()),
                ('added', models.BigIntegerField(null=True)),
                ('removed', models.BigIntegerField(null=True)),
                ('changed', models.BigIntegerField(null=True)),
                ('columns_added', models.JSONField(default=list)),
                ('columns_removed', models.JSONField(default=list)),
                ('columns_retyped', models.JSONField(default=list)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='state.source')),
            ],
            options={
                'indexes': [models.Index(fields=['source', '-id'], name='readings_of_one_source')],
            },
        ),
    ]
