from django.apps import AppConfig
from django.db.models.signals import pre_delete


class StateConfig(AppConfig):
    name = "leleka.state"
    label = "state"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from leleka.state import models, tallies  # noqa: PLC0415 - models exist from here on

        pre_delete.connect(tallies.fold_export, sender=models.Export)
