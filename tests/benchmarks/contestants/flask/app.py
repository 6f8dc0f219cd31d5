"""Flask with its own sessions, one `requests.Session` for all, and Jinja templates; served by gunicorn."""

import os
from http.cookiejar import DefaultCookiePolicy

import flask
import requests
from werkzeug.wrappers import Response

API = os.environ["API_URL"]

app = flask.Flask(__name__)
app.secret_key = "a key that is long enough for a benchmark"

api = requests.Session()
# One for all keeps its connections open; without this it would hand one user's cookies to the next.
api.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))


def log_in() -> Response | tuple[str, int]:
    """Take a name and password to the API, and keep its token."""
    form = flask.request.form
    answer = api.post(
        f"{API}/auth/login", data={"username": form["username"], "password": form["password"]}, timeout=10
    )
    if answer.status_code != 200:
        return "Wrong name or password", 401
    flask.session["token"] = answer.json()["access_token"]
    flask.session["user"] = form["username"]
    return flask.redirect("/orders", 303)


def orders() -> Response | str:
    """A page of orders."""
    token = flask.session.get("token")
    if token is None:
        return flask.redirect("/login", 303)
    headers = {"Authorization": f"Bearer {token}"}
    answer = api.get(f"{API}/orders", params=flask.request.args.to_dict(), headers=headers, timeout=10)
    if answer.status_code == 401:
        return flask.redirect("/login", 303)
    answer.raise_for_status()
    return flask.render_template("orders.html", page=answer.json())


app.add_url_rule("/login", view_func=log_in, methods=["POST"])
app.add_url_rule("/orders", view_func=orders)
