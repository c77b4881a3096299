"""Settings of the site, read from the environment; the embedded default needs none of them."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from healthsite.supervising import bundled_redis

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"  # everything generated: database, Redis, key, logs, collected files
LOCAL_DIR.mkdir(mode=0o700, exist_ok=True)
NODE_MODULES = BASE_DIR / "node_modules"

env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
TESTING = "pytest" in sys.modules
SERVING = Path(sys.argv[0]).name != "manage.py" or "runserver" in sys.argv


def secret_key() -> str:
    """The key of the environment, else the one that `make run` keeps; only commands that serve nobody go without."""
    kept = LOCAL_DIR / "secret-key"
    if given := env.str("SECRET_KEY", default=""):
        return given
    if kept.is_file():
        return kept.read_text()
    if SERVING and not (TESTING or DEBUG):
        raise ImproperlyConfigured("SECRET_KEY is not set: set it in the environment, or start with `make run`.")
    return get_random_secret_key()


SECRET_KEY = secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "healthsite.apps.HealthsiteConfig",
    "playbooks.apps.PlaybooksConfig",
    "scoring.apps.ScoringConfig",
    "accounts.apps.AccountsConfig",
    "healthsite.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "csp",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "healthsite.middleware.private_pages",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "healthsite.urls"
WSGI_APPLICATION = "healthsite.wsgi.application"
# The editor sends a scorecard as one form, which has more than Django's 1,000 fields from about 60 measures on. Its
# lists are bounded themselves (healthsite/pages/scorecards/copies.py, MOST).
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "healthsite.pages.visitors.data_as_of",
            ],
        },
    }
]

# -- data --------------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{LOCAL_DIR / 'site.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a writer waits for its turn in place of failing when a read turns into a write.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        # 64 MB of cache; and what is written goes from the log into the file every 40 MB: a night touches the same
        # pages as the one before it, which then go there once for many nights.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; "
            "PRAGMA wal_autocheckpoint=10000;"
        ),
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Rows read in chunks come in one answer: a cursor in the server would take three questions for each small table.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- people ------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_USERNAME_FORM_FIELD = "username"  # the login form's; by the model's own name of it nobody is ever locked out
AXES_USERNAME_CALLABLE = "healthsite.pages.visitors.login_name"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # the owner can still log in from elsewhere
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# -- time, language, money ---------------------------------------------------------------------------------------------

TIME_ZONE = env.str("TIME_ZONE", default="UTC")  # business dates are this zone's; moments are stored in UTC
USE_TZ = True
LANGUAGE_CODE = "en"
USE_I18N = False
REPORTING_CURRENCY = "EUR"

# -- background work ---------------------------------------------------------------------------------------------------

# A test publishes into memory, wherever its environment points: never into somebody's running queue.
REDIS_URL = "memory://" if TESTING else env.str("REDIS_URL", default=bundled_redis.url(LOCAL_DIR))
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_TIMEOUT = 2  # seconds; a page that publishes waits no longer for a broker that is away
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # its reply queues are never emptied when the asker is gone
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_TIME_LIMIT = 300
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,  # three times the longest task
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
}
NIGHT_STARTS_AT_HOUR = 2  # local hour after which the day before is scored
SHARD_SIZE = env.int("SHARD_SIZE", default=5000)  # customers; larger blocks fall out of the processor's cache

SHARD_LEASE_SECONDS = env.int("SHARD_LEASE_SECONDS", default=300)  # a worker silent for longer has lost its shard

# -- mail --------------------------------------------------------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = f"Healthsite <no-reply@{urlsplit(SITE_URL).hostname}>"

# -- what the browser gets ---------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = LOCAL_DIR / "static"
WHITENOISE_AUTOREFRESH = TESTING or DEBUG  # else it wants the collected files and reads their folder at every start
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *([("chart.js", NODE_MODULES / "chart.js" / "dist")] if (NODE_MODULES / "chart.js" / "dist").is_dir() else []),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE, SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_SSL = SITE_URL.startswith("https://")  # the embedded default is plain HTTP on loopback
SECURE_SSL_REDIRECT = SECURE_SSL
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_SSL
SECURE_HSTS_PRELOAD = SECURE_SSL
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL
SESSION_COOKIE_NAME = "__Host-sid" if SECURE_SSL else "sid"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_SSL else "csrf"
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if SECURE_SSL:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
