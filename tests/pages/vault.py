"""A real FastAPI app whose operations want different credentials: a token, keys in a header and in the query, basic."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import (
    APIKeyHeader,
    APIKeyQuery,
    HTTPAuthorizationCredentials,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    OAuth2PasswordBearer,
    OAuth2PasswordRequestForm,
)
from pydantic import BaseModel

ADA = ("ada", "sesame-open")
ADMIN_KEY = "admin-key-very-secret"
REPORT_KEY = "report-key-very-secret"
VAULT = ("vault", "vault-pass-42")
ROBOT = "robot-token-very-secret"
ADMIN_HEADER = "X-Admin-Key"

user = OAuth2PasswordBearer(tokenUrl="auth/token", scheme_name="user")
visitor = OAuth2PasswordBearer(tokenUrl="auth/token", scheme_name="user", auto_error=False)
admin = APIKeyHeader(name=ADMIN_HEADER, scheme_name="admin", auto_error=False)
report = APIKeyQuery(name="report_key", scheme_name="report", auto_error=False)
vault = HTTPBasic(scheme_name="vault")
robot = HTTPBearer(scheme_name="robot", auto_error=False, description="From the robots' settings.")


class Audit(BaseModel):
    """What is written down."""

    text: str


class Vault:
    """The app, with what it knows and what it was sent."""

    def __init__(self, *, refusal: int = 401) -> None:
        self.refusal = refusal
        self.wrong_key: int | None = None
        self.tokens = {"token-1": "ada"}
        self.admin_key = ADMIN_KEY
        self.issued = 1
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.audits = ["opened"]
        self.on_audits: Callable[[], None] = lambda: None
        self.app = FastAPI(title="Vault")
        self.app.middleware("http")(self._note)
        self._sign_in()
        self._operations()
        self._others()

    def sent_to(self, path: str) -> dict[str, str]:
        """The credentials that the newest call to a path carried."""
        return [sent for each, sent in self.seen if each == path][-1]

    async def _note(self, request: Request, go_on: Any) -> Any:
        known = {"authorization": request.headers.get("authorization"), "admin": request.headers.get(ADMIN_HEADER)}
        known["report"] = request.query_params.get("report_key")
        self.seen.append((request.url.path, {name: value for name, value in known.items() if value}))
        return await go_on(request)

    def _refuse(self, said: str) -> HTTPException:
        return HTTPException(self.refusal, said)

    def user(self, token: Annotated[str, Depends(user)]) -> str:
        """Whose token this is."""
        if token not in self.tokens:
            raise self._refuse("Could not validate credentials")
        return self.tokens[token]

    def admin(self, key: Annotated[str | None, Depends(admin)]) -> None:
        """Let whoever has the key pass."""
        if key and key != self.admin_key and self.wrong_key:
            raise HTTPException(self.wrong_key, "Wrong admin key")
        if key != self.admin_key:
            raise self._refuse("Not authenticated")

    def _sign_in(self) -> None:
        app = self.app

        @app.post("/auth/token")
        def token(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, str]:
            if (form.username, form.password) != ADA:
                raise HTTPException(401, "Incorrect username or password")
            self.issued += 1
            self.tokens[f"token-{self.issued}"] = form.username
            return {"access_token": f"token-{self.issued}", "token_type": "bearer"}

        @app.get("/auth/me")
        def me(name: Annotated[str, Depends(self.user)]) -> dict[str, str]:
            return {"id": "1", "name": name}

    def _operations(self) -> None:
        app = self.app

        @app.get("/notes")
        def notes(_: Annotated[str, Depends(self.user)]) -> list[dict[str, str]]:
            return [{"id": "1", "text": "Buy tea"}]

        @app.get("/closed")
        def closed(_: Annotated[str, Depends(self.user)]) -> list[dict[str, str]]:
            raise HTTPException(403, "Insufficient permissions")

        @app.get("/audits", dependencies=[Depends(self.admin)])
        def audits() -> list[dict[str, str]]:
            self.on_audits()
            return [{"id": str(number), "text": text} for number, text in enumerate(self.audits)]

        @app.post("/audits", dependencies=[Depends(self.admin)])
        def add(audit: Audit) -> dict[str, str]:
            self.audits.append(audit.text)
            return {"id": str(len(self.audits)), "text": audit.text}

    def _others(self) -> None:
        app = self.app

        @app.get("/reports")
        def reports(key: Annotated[str | None, Depends(report)]) -> list[dict[str, str]]:
            if key != REPORT_KEY:
                raise self._refuse("Invalid API key")
            return [{"id": "1", "text": "Quarterly"}]

        @app.get("/vaults")
        def vaults(who: Annotated[HTTPBasicCredentials, Depends(vault)]) -> list[dict[str, str]]:
            if (who.username, who.password) != VAULT:
                raise self._refuse("No such vault")
            return [{"id": "1", "text": "Gold"}]

        @app.get("/robots")
        def robots(who: Annotated[HTTPAuthorizationCredentials | None, Depends(robot)]) -> list[dict[str, str]]:
            if who is None or who.credentials != ROBOT:
                raise self._refuse("Not a robot")
            return [{"id": "1", "text": "Marvin"}]

        @app.get("/secrets", dependencies=[Depends(self.admin)])
        def secrets(_: Annotated[str, Depends(self.user)]) -> list[dict[str, str]]:
            return [{"id": "1", "text": "The combination"}]

        @app.get("/greetings", openapi_extra={"security": [{}, {"user": []}]})
        def greetings(token: Annotated[str | None, Depends(visitor)]) -> list[dict[str, str]]:
            return [{"id": "1", "text": f"Hello, {self.tokens.get(token or '', 'stranger')}"}]
