"""What the web server runs."""

import os

from django.core.wsgi import get_wsgi_application

from leleka.conf import settings, web_key

web_key.create(settings.read().data_dir)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
application = get_wsgi_application()
