"""What customers are found by."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0036_lists'),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomerSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('columns', models.JSONField(null=True)),
                ('salt', models.CharField(max_length=64)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='TableIndex',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=300)),
                ('basis', models.CharField(max_length=128)),
                ('of', models.CharField(max_length=300)),
                ('columns', models.JSONField(default=list)),
                ('snapshot', models.CharField(max_length=300)),
                ('made_at', models.DateTimeField()),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='indexes', to='state.source')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'what'), name='one_index_of_each_kind')],
            },
        ),
    ]
