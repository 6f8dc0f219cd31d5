"""
Django with signed cookies for its sessions, one `requests.Session` for all, and Django's templates; served by gunicorn.

Its middleware is what `startproject` lists, but for what needs a database.
"""

import os
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path

import requests
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

API = os.environ["API_URL"]

settings.configure(
    SECRET_KEY="a key that is long enough for a benchmark",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.sessions"],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
)

api = requests.Session()
# One for all keeps its connections open; without this it would hand one user's cookies to the next.
api.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))


def log_in(request: HttpRequest) -> HttpResponse:
    """Take a name and password to the API, and keep its token."""
    form = request.POST
    answer = api.post(
        f"{API}/auth/login", data={"username": form["username"], "password": form["password"]}, timeout=10
    )
    if answer.status_code != 200:
        return HttpResponse("Wrong name or password", status=401)
    request.session["token"] = answer.json()["access_token"]
    request.session["user"] = form["username"]
    return HttpResponseRedirect("/orders")


def orders(request: HttpRequest) -> HttpResponse:
    """A page of orders."""
    token = request.session.get("token")
    if token is None:
        return HttpResponseRedirect("/login")
    headers = {"Authorization": f"Bearer {token}"}
    answer = api.get(f"{API}/orders", params=request.GET.dict(), headers=headers, timeout=10)
    if answer.status_code == 401:
        return HttpResponseRedirect("/login")
    answer.raise_for_status()
    page = answer.json()
    shown = {**page, "pages": (page["total"] + page["size"] - 1) // page["size"]}
    return render(request, "orders.html", {"page": shown})


# The load signs in without having seen the form, so there's no token in it.
urlpatterns = [path("login", csrf_exempt(log_in)), path("orders", orders)]

app = get_wsgi_application()
