"""What the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

from leleka.conf import settings, web_key
from leleka.services import logs

_configuration = settings.read()
logs.begin(_configuration.log_level or "info")
web_key.create(_configuration.data_dir)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
application = get_wsgi_application()
