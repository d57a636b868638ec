"""Django's settings, all derived from the environment."""

from leleka.conf import databases, settings

LELEKA = settings.read()

DATABASES = {
    "default": databases.default(settings.database_url(), LELEKA.data_dir, LELEKA.database_patience_seconds)
}
INSTALLED_APPS = ["leleka.state"]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = "unused: there are no pages and no sessions"  # noqa: S105 - nothing is signed with it
LOGGING_CONFIG = None
