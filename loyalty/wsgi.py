"""Where a web server starts from: `gunicorn loyalty.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyalty.settings")

application = get_wsgi_application()

# After Django is set up: the checks ask the database.
from loyalty import starting  # noqa: E402

starting.refuse_unsafe()
