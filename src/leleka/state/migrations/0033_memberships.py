"""Who came into segments and who left them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0028_catalogue'),
    ]

    operations = [
        migrations.AddField(
            model_name='segment',
            name='followed_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='segment',
            name='memberships',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='segmentsize',
            name='came',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='segmentsize',
            name='left',
            field=models.BigIntegerField(null=True),
        ),
    ]
