"""The orders of one signed-in user: `python app.py PORT`."""

import os
import secrets
import sys
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
from nicegui import app, ui

NO_COOKIES = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
"""One client for all users must keep nobody's."""

api = httpx.AsyncClient(base_url=os.environ["ORDERS_API"], cookies=NO_COOKIES)


async def orders() -> None:
    """NiceGUI builds the page anew for each visit; what it keeps of a user is found by a cookie."""
    if "token" not in app.storage.user:
        form = {"username": os.environ["ORDERS_USERNAME"], "password": os.environ["ORDERS_PASSWORD"]}
        app.storage.user["token"] = (await api.post("/auth/login", data=form)).json()["access_token"]
    authorization = {"Authorization": f"Bearer {app.storage.user['token']}"}
    user = (await api.get("/auth/me", headers=authorization)).json()
    page = (await api.get("/orders", params={"page": 1, "size": 20}, headers=authorization)).json()
    ui.label("Orders").classes("text-h4")
    ui.label(f"{user['name']}: {page['total']} orders")
    ui.table(rows=page["items"], row_key="id")


if __name__ in {"__main__", "__mp_main__"}:
    ui.page("/")(orders)
    ui.run(
        host="127.0.0.1",
        port=int(sys.argv[1]),
        reload=False,
        show=False,
        show_welcome_message=False,
        storage_secret=secrets.token_hex(),
    )
