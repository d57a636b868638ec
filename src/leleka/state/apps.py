from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import pre_delete


class StateConfig(AppConfig):
    name = "leleka.state"
    label = "state"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The models' machinery is there only now.
        from leleka.state import models, run_counters  # noqa: PLC0415
        from leleka.state.case_folding import teach  # noqa: PLC0415

        connection_created.connect(teach)
        pre_delete.connect(run_counters.fold_export, sender=models.Export)
