"""The orders of one signed-in user: `python app.py`, with FLET_FORCE_WEB_SERVER and FLET_SERVER_PORT."""

import os
from http.cookiejar import CookieJar, DefaultCookiePolicy

import flet as ft
import httpx

NO_COOKIES = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
"""One client for all users must keep nobody's."""

api = httpx.AsyncClient(base_url=os.environ["ORDERS_API"], cookies=NO_COOKIES)


async def orders(page: ft.Page) -> None:
    """Flet calls this for each visitor, whose session lasts as long as the page is open, and an hour."""
    form = {"username": os.environ["ORDERS_USERNAME"], "password": os.environ["ORDERS_PASSWORD"]}
    token = (await api.post("/auth/login", data=form)).json()["access_token"]
    authorization = {"Authorization": f"Bearer {token}"}
    user = (await api.get("/auth/me", headers=authorization)).json()
    found = (await api.get("/orders", params={"page": 1, "size": 20}, headers=authorization)).json()
    page.session.store.set("token", token)
    page.title = "Orders"
    page.scroll = ft.ScrollMode.AUTO
    page.add(
        ft.Text("Orders", theme_style=ft.TextThemeStyle.HEADLINE_MEDIUM),
        ft.Text(f"{user['name']}: {found['total']} orders"),
        ft.DataTable(
            columns=[ft.DataColumn(label=ft.Text(name)) for name in found["items"][0]],
            rows=[
                ft.DataRow(cells=[ft.DataCell(ft.Text(str(value))) for value in order.values()])
                for order in found["items"]
            ],
        ),
    )


if __name__ == "__main__":
    ft.run(orders, host="127.0.0.1", view=ft.AppView.WEB_BROWSER)
