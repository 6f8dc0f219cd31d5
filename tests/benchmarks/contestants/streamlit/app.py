"""The orders of one signed-in user: `streamlit run app.py`."""

import os

import requests
import streamlit as st

API = os.environ["ORDERS_API"]


def main() -> None:
    """Streamlit runs the file for each visitor, and again for all that they do."""
    if "token" not in st.session_state:
        form = {"username": os.environ["ORDERS_USERNAME"], "password": os.environ["ORDERS_PASSWORD"]}
        st.session_state.token = requests.post(f"{API}/auth/login", data=form, timeout=30).json()["access_token"]
    authorization = {"Authorization": f"Bearer {st.session_state.token}"}
    user = requests.get(f"{API}/auth/me", headers=authorization, timeout=30).json()
    page = requests.get(f"{API}/orders", params={"page": 1, "size": 20}, headers=authorization, timeout=30).json()
    st.title("Orders")
    st.caption(f"{user['name']}: {page['total']} orders")
    # The lighter of its two tables: HTML, where st.dataframe draws on a canvas.
    st.table(page["items"])


main()
