#!/bin/sh
# Run once by the image of Postgres: the owner of the tables, and the server's role without rights to the ledger.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -v owner="$OWNER_PASSWORD" -v app="$APP_PASSWORD" <<'SQL'
CREATE ROLE undertone_owner LOGIN PASSWORD :'owner';
CREATE ROLE undertone LOGIN PASSWORD :'app';
CREATE DATABASE undertone OWNER undertone_owner;
SQL
