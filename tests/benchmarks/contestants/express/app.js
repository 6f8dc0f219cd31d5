// Express with express-session in memory, fetch, and EJS templates.
//
// Each user has a token in the session, and nothing else is kept. NODE_ENV is "production", so templates are compiled once.
"use strict";

const path = require("node:path");
const express = require("express");
const session = require("express-session");
const morgan = require("morgan");

const [api, port] = process.argv.slice(2);

const app = express();
app.set("views", path.join(__dirname, "views"));
app.set("view engine", "ejs");
app.disable("x-powered-by");
app.use(morgan("combined"));
app.use(
  session({
    secret: "a key that is long enough for a benchmark",
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: "lax" },
  }),
);

app.post("/login", express.urlencoded({ extended: false }), async (request, response) => {
  const { username, password } = request.body;
  const answer = await fetch(`${api}/auth/login`, {
    method: "POST",
    body: new URLSearchParams({ username, password }),
  });
  if (answer.status !== 200) {
    response.status(401).send("Wrong name or password");
    return;
  }
  request.session.token = (await answer.json()).access_token;
  request.session.user = username;
  response.redirect(303, "/orders");
});

app.get("/orders", async (request, response) => {
  if (!request.session.token) {
    response.redirect(303, "/login");
    return;
  }
  const query = new URLSearchParams(request.query).toString();
  const answer = await fetch(`${api}/orders${query ? "?" + query : ""}`, {
    headers: { Authorization: `Bearer ${request.session.token}` },
  });
  if (answer.status === 401) {
    response.redirect(303, "/login");
    return;
  }
  if (!answer.ok) {
    throw new Error(`The API answered ${answer.status}.`);
  }
  response.render("orders", {
    page: await answer.json(),
    path: request.path,
    query: request.query,
    user: request.session.user,
  });
});

const server = app.listen(Number(port), "127.0.0.1");
server.keepAliveTimeout = 600_000;
