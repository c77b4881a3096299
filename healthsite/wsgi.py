"""The web server's entry."""

from __future__ import annotations

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthsite.settings")
application = get_wsgi_application()
# Read every page's module now, before the server forks: else each process does it while its first visitor waits.
import_module(settings.ROOT_URLCONF)
