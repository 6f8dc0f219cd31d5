"""The orders of one signed-in user: `FLUXLIT_APP=app:app streamlit run app.py`."""

import os
from typing import Any

from fluxlit import FluxLit
from fluxlit.auth.streamlit import bearer_headers_from_session
from fluxlit.client import ApiClient
from fluxlit.streamlit.main import run_streamlit_entrypoint

TOKEN = "token"

app = FluxLit(title="Orders")


def orders(st: Any, client: ApiClient) -> None:
    """FluxLit makes a client for each Streamlit session, and calls this with it whenever Streamlit runs the file."""
    if TOKEN not in st.session_state:
        form = {"username": os.environ["ORDERS_USERNAME"], "password": os.environ["ORDERS_PASSWORD"]}
        st.session_state[TOKEN] = client.post("/auth/login", data=form).json()["access_token"]
    authorization = bearer_headers_from_session(st, session_key=TOKEN)
    user = client.get("/auth/me", headers=authorization).json()
    page = client.get("/orders", params={"page": 1, "size": 20}, headers=authorization).json()
    st.title("Orders")
    st.caption(f"{user['name']}: {page['total']} orders")
    st.table(page["items"])


app.page("/")(orders)

if __name__ == "__main__":
    run_streamlit_entrypoint()
