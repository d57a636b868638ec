"""Django's settings, all derived from the environment."""

from leleka.conf import databases, session_key, settings

LELEKA = settings.read()

DATABASES = {
    "default": databases.default(settings.database_url(), LELEKA.data_dir, LELEKA.database_patience_seconds)
}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "leleka.conf",
    "leleka.state",
    "leleka.web",
]
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = session_key.read(LELEKA.data_dir)
LOGGING_CONFIG = None
PASSWORD_HASHERS = ["leleka.services.people.passwords.Hasher"]

# Pages. An address outside loopback needs https: ``serve`` refuses to start without.
ROOT_URLCONF = "leleka.conf.urls"
ALLOWED_HOSTS = list(LELEKA.web.hosts)
MIDDLEWARE = [
    "leleka.web.client_address.ClientAddress",
    "leleka.web.middleware.Headers",
    "leleka.web.request_log.Measured",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "leleka.conf.server.availability.Standing",
    "leleka.api.middleware.Gate",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "leleka.web.middleware.Person",
    "django.middleware.common.CommonMiddleware",
    "leleka.web.middleware.SameSite",
    "django.middleware.csrf.CsrfViewMiddleware",
    "leleka.web.middleware.Problems",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["leleka.web.template_context.page"]},
    }
]
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 86_400
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("uk", "Українська")]
LOCALE_PATHS = [settings.LOCALE]
FORMAT_MODULE_PATH = "leleka.conf.formats"
APPEND_SLASH = False
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "leleka.web.pages.errors.csrf"
CSRF_TRUSTED_ORIGINS = [LELEKA.web.public_url] if LELEKA.web.public_url else []
SESSION_ENGINE = "leleka.state.sessions"
SESSION_COOKIE_NAME = "__Host-leleka" if LELEKA.web.is_https else "leleka"
SESSION_COOKIE_SECURE = LELEKA.web.is_https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "leleka-language"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if LELEKA.web.is_https else None
DATA_UPLOAD_MAX_MEMORY_SIZE = settings.LARGEST_BODY
DATA_UPLOAD_MAX_NUMBER_FIELDS = (
    2_100  # type and class of the most columns of a source, and what else is in their form
)
