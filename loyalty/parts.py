"""What the installation is made of: applications, and what each request goes through in order."""

from collections.abc import Mapping
from typing import Any

# From the shell down to the kernel, then the libraries.
APPS = (
    "loyalty.apps.ShellConfig",
    "loyalty.webhooks",
    "analytics",
    "rewards",
    "members",
    "loyalty.clients",
    "loyalty.programmes",
    "loyalty.ledger",
    "loyalty.events",
    "loyalty.identity",
    "loyalty.desk.apps.DeskConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "phonenumber_field",
    "rest_framework",
    "rest_framework_api_key",
    "simple_history",
)

MIDDLEWARE = (
    "loyalty.core.requests.RequestIds",
    "loyalty.core.crowding.Crowding",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "loyalty.identity.speaking.LanguageOfReader",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "loyalty.desk.entrance.doorkeeper.Doorkeeper",
    "loyalty.desk.clock.ProgrammeTime",
    # Last: it answers instead of a view that guessed too often.
    "axes.middleware.AxesMiddleware",
)

API: Mapping[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["loyalty.clients.authentication.ClientKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["loyalty.clients.authentication.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["loyalty.core.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "loyalty.clients.schemas.ClientSchema",
    "EXCEPTION_HANDLER": "loyalty.core.problems.handle",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
}
DESCRIPTION: Mapping[str, Any] = {
    "TITLE": "Loyalty: the point-of-sale API",
    "DESCRIPTION": "One call per gesture, quick, safe to repeat, and clear when it says no.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "ENUM_NAME_OVERRIDES": {
        "MemberKindEnum": ["person", "company"],
        "MembershipStateEnum": ["active", "cancelled", "ended"],
        "MemberStateEnum": ["active", "blocked", "closed"],
        "RewardKindEnum": ["voucher", "product", "discount"],
    },
}
