"""Everything that differs between machines, read from the environment once.

Each default is safe for production. `LOYALTY_DEMO=1` is what `make run` and tests use.
"""

import secrets
from datetime import timedelta
from pathlib import Path

import dj_database_url
import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from environs import Env

from loyalty import beats, keepsakes, logs, parts

django_stubs_ext.monkeypatch()

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
env.read_env(str(BASE_DIR / ".env"), recurse=False)

# What kind of installation this is

DEMO = env.bool("LOYALTY_DEMO", False)
DEBUG = env.bool("DEBUG", False)
# This machine is always answered: its health check asks, whatever the public names are.
ALLOWED_HOSTS: list[str] = [*env.list("ALLOWED_HOSTS", []), "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)
SECRET_KEY = env.str("SECRET_KEY", "")
# Keys of before: what they signed and sealed still opens.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
if DEMO and not SECRET_KEY:
    SECRET_KEY = keepsakes.keep(
        path=VAR_DIR / "secret_key", make=lambda: secrets.token_urlsafe(50)
    )

# What it is made of

INSTALLED_APPS = [*parts.APPS]
MIDDLEWARE = [*parts.MIDDLEWARE]

ROOT_URLCONF = "loyalty.urls"
WSGI_APPLICATION = "loyalty.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "identity.User"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# Widgets come from our templates where we have one
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# The database: SQLite in var/ unless DATABASE_URL names PostgreSQL

database_url = env.str("DATABASE_URL", "") or f"sqlite:///{VAR_DIR.absolute() / 'loyalty.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(database_url)}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")

if IS_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        # Writers queue from their first statement; a later upgrade of a read lock would fail.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    # It has no covering indexes, and a small shop needs none.
    SILENCED_SYSTEM_CHECKS = ["models.W040"]
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
    DATABASES["default"].setdefault("OPTIONS", {})
    if env.bool("DATABASE_POOL", False):
        # Web processes only: Celery closes pools after each task.
        DATABASES["default"]["CONN_MAX_AGE"] = 0
        # Left to itself it waits twice as long each time, and half a minute before it says no.
        DATABASES["default"]["OPTIONS"]["pool"] = {
            "min_size": 1, "max_size": 8, "timeout": 5.0, "reconnect_timeout": 1.0
        }  # fmt: skip

if replica := env.str("ANALYTICS_DATABASE_URL", ""):
    DATABASES["analytics"] = {
        **dj_database_url.parse(replica),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"MIRROR": "default"},
    }
DATABASE_ROUTERS = ["loyalty.core.replicas.Router"]

# The queue: Redis, or inside the one process of `make run`

REDIS_URL = env.str("REDIS_URL", "")
REDIS_PREFIX = env.str("QUEUE_PREFIX", "loyalty:")
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 3600, "global_keyprefix": REDIS_PREFIX} if REDIS_URL else {}
)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
NIGHT_TICK_SECONDS = env.float("NIGHT_TICK_SECONDS", 600.0)
RELAY_TICK_SECONDS = env.float("RELAY_TICK_SECONDS", 10.0)
MAIL_TICK_SECONDS = env.float("MAIL_TICK_SECONDS", 10.0)
WEBHOOK_TICK_SECONDS = env.float("WEBHOOK_TICK_SECONDS", 5.0)
CELERY_BEAT_SCHEDULE = beats.schedule(
    night=NIGHT_TICK_SECONDS,
    relay=RELAY_TICK_SECONDS,
    mail=MAIL_TICK_SECONDS,
    webhooks=WEBHOOK_TICK_SECONDS,
)

# Languages and time: instants in UTC; business days in the programme's zone

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "loyalty.core.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
PHONENUMBER_DEFAULT_REGION = env.str("PHONE_REGION", "FR")

# Static files, served by the application itself

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if DEMO:
    STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "media/"

# Security

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "admin:login"
MEMBER_LOGIN_URL = "portal:login"
DESK_PATH = "desk/"
IS_HTTPS = env.bool("HTTPS", not DEMO)
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
# Every host below this one must speak HTTPS too: a merchant whose shop does not says 0.
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS and env.bool("HSTS_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
# How many proxies of ours stand in a row, each of which adds whom it saw to X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 1 if BEHIND_PROXY else 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
KNOWN_COOKIE_NAME = "__Host-known" if IS_HTTPS else "known"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000

# Who guesses: five wrong passwords for an address from one place, then a quarter of an hour

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "loyalty.desk.entrance.doorkeeper.answer_locked"
# Who goes on guessing waits no longer for it: the owner of the address would wait too.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "loyalty.desk.entrance.doorkeeper.typed_address"
AXES_CLIENT_IP_CALLABLE = "loyalty.core.requests.get_ip"
# The log says who signed in, by id; a second list would hold their addresses.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# The second factor of staff: TOTP, passkeys and recovery codes are django-allauth's

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MFA_ADAPTER = "loyalty.identity.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A code of the half minute before or after, for clocks that disagree a little.
MFA_TOTP_TOLERANCE = 1
# On this machine alone a browser gives keys without HTTPS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS

# E-mail: EMAIL_URL, such as submission://name:password@mail.example.org; the demo keeps its own

# Where the links in e-mails lead. The demo's own address has the port it is served at.
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000" if DEMO else "").rstrip("/")
EMAIL_URL = env.str("EMAIL_URL", "")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "fidelite@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10
if EMAIL_URL:
    sending = env.dj_email_url("EMAIL_URL")
    EMAIL_BACKEND = sending["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = sending["EMAIL_HOST"], sending["EMAIL_PORT"]
    EMAIL_HOST_USER = sending["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = sending["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = sending["EMAIL_USE_TLS"], sending["EMAIL_USE_SSL"]
elif DEMO:
    EMAIL_BACKEND = "loyalty.demo.mailbox.Backend"
MAILBOX = VAR_DIR / "mail"

# Webhooks leave for public addresses under a name, by HTTPS. Whoever writes a receiver on their
# own machine may let the demo call it there.
WEBHOOKS_MAY_STAY_HERE = DEMO and env.bool("WEBHOOKS_MAY_STAY_HERE", False)

# How many people staff may take away in lists within 24 hours without anybody else.
EXPORT_MEMBERS_ALONE = env.int("EXPORT_MEMBERS_ALONE", 500)

# The API

REST_FRAMEWORK = parts.API
SPECTACULAR_SETTINGS = parts.DESCRIPTION
# How often a client may call; how often it, and its whole store, may ask within ten minutes for
# somebody who does not exist. 0: as often as it likes.
API_CALLS_A_MINUTE = env.int("API_CALLS_A_MINUTE", 6_000)
API_MISSES_OF_CLIENT = env.int("API_MISSES_OF_CLIENT", 60)
API_MISSES_OF_STORE = env.int("API_MISSES_OF_STORE", 300)

# A call that waited so long for a thread is refused (503): its till may have given up. 0: never.
OVERLOADED_AFTER_SECONDS = env.float("OVERLOADED_AFTER_SECONDS", 5.0)

# How many figures of measures a night computes ahead; pages compute what is missing.
FIGURES_A_NIGHT = env.int("FIGURES_A_NIGHT", 4_000)

# Logs

LOG_LEVEL = env.str("LOG_LEVEL", "WARNING" if DEMO else "INFO")
LOGGING = logs.configure(level=LOG_LEVEL, is_readable=DEMO)
# core.requests has cleaned it: one id in the answer, in the problem and in the log.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
