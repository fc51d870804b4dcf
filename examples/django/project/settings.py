"""Settings of the example: one app, one SQLite file whose place the environment gives.

DJANGO_DATABASE_NAME is the name of the database, a file in the directory DJANGO_DATABASE_DIR.
"""
import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "only-for-the-example")
DEBUG = False
ALLOWED_HOSTS = []
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "library",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.path.join(
            os.environ.get("DJANGO_DATABASE_DIR", str(BASE_DIR)),
            os.environ.get("DJANGO_DATABASE_NAME", "db") + ".sqlite3",
        ),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True
ROOT_URLCONF = "project.urls"
