#!/usr/bin/env bash
# run-oauth2-mock.sh PORT: a real OpenID provider (npm's oauth2-mock-server) that checks PKCE and lets everybody in by itself,
# as johndoe. Its tokens are JWTs. POST /refuse makes it refuse every renewal from then on; GET /seen lists what it was asked.
# $COMMON is the folder of common.sh, which installs it on first use and keeps it under $BACKENDS.
. "$COMMON/common.sh"
PORT=${1:?usage: run-oauth2-mock.sh PORT}
HERE=$(cd "$(dirname "$0")" && pwd)
node_dir oauth2-mock-server oauth2-mock-server
export MODULES
exec node "$HERE/oauth2-mock.mjs" "$PORT"
