// Serves oauth2-mock-server, with what tests ask of it besides.
const { OAuth2Server } = await import(`${process.env.MODULES}/oauth2-mock-server/dist/index.mjs`);

const server = new OAuth2Server();
const seen = [];
let refuses = false;

await server.issuer.keys.generate("RS256");
server.service.on("beforeTokenSigning", (token) => {
  token.payload.name = "John Doe";
  token.payload.jti = crypto.randomUUID();
});
server.service.on("beforeResponse", (response, request) => {
  seen.push({ path: "/token", grant: request.body.grant_type, verifier: "code_verifier" in request.body });
  if (refuses && request.body.grant_type === "refresh_token") {
    response.body = { error: "invalid_grant" };
    response.statusCode = 400;
  }
});
server.service.on("beforePostLogoutRedirect", (_, request) => {
  seen.push({ path: "/endsession", hint: String(request.query.id_token_hint).split(".").length });
});
server.service.on("beforeRevoke", () => {
  seen.push({ path: "/revoke" });
});
server.service.addRoute("POST", "/refuse", (_, response) => {
  refuses = true;
  response.end();
});
server.service.addRoute("GET", "/seen", (_, response) => {
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(seen));
});
await server.start(Number(process.argv[2]), "127.0.0.1");
server.issuer.url = `http://localhost:${process.argv[2]}`;
