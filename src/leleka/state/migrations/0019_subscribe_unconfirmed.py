from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('state', '0018_steering'),
    ]

    operations = [
        migrations.AddField(
            model_name='export',
            name='subscribe_unconfirmed',
            field=models.BooleanField(default=False),
        ),
    ]
