"""Addresses of databases on a server: read strictly, shown without whatever may be a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import NoReturn

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from rules.diagnostic import Diagnostic, Span, Text, refuse, say

SECRETS = frozenset(
    {"password", "passwd", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"}
)
WHOLE_NUMBERS = frozenset(
    {"port", "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"}
    | {"tcp_user_timeout"}
)
PORT_MAX = 65535
_PLACE = Span("database")
_SCHEMA = re.compile(r"search_path=([^\s]*)")


def parse(text: str, place: Span = _PLACE, *, kept: bool = False) -> URL:
    """Of PostgreSQL, by its driver psycopg. Raises Refused (DX722) for anything else.

    A password may stand before the host for a program; in one that is `kept` in a file there is none at all.
    """
    address = _made(text)
    if address is None:
        _refuse(say("no address of a database"), place)
    if address.get_backend_name() not in ("postgresql", "postgres"):
        _refuse(say("{backend}", backend=address.get_backend_name()), place)
    if find_spec("psycopg") is None:
        hint = say("`pip install '.[postgresql]'` brings it")
        _refuse(say("no psycopg, the driver for PostgreSQL"), place, hint)
    if (kept and address.password) or not SECRETS.isdisjoint(address.query):
        hint = say("a password belongs into ~/.pgpass or PGPASSWORD")
        refuse(Diagnostic("DX722", place, say("a password"), say("an address without one"), hint))
    for found in _faults(address):
        _refuse(found, place)
    return address.set(drivername="postgresql+psycopg")


def _made(text: str) -> URL | None:
    try:
        address = make_url(text)
    except (ArgumentError, ValueError):
        # What is said of it would repeat it, and a password may stand where a port should be.
        return None
    parts = (text, address.username, address.password, address.host, address.database, *address.query)
    return address if all(part is None or part.isprintable() for part in parts) else None


def _faults(address: URL) -> Iterator[Text]:
    """The name of what is wrong, never its value."""
    from psycopg.pq import Conninfo  # noqa: PLC0415 - only who keeps records on a server has it

    # "D" marks what is for those who look for faults of the server, or secret.
    known = {one.keyword.decode() for one in Conninfo.get_defaults() if one.dispchar != b"D"}
    if address.port is not None and not 1 <= address.port <= PORT_MAX:
        yield say("no number of a port")
    for name, value in address.query.items():
        if name not in known:
            yield say("a parameter that PostgreSQL does not know: {name}", name=name)
        elif not isinstance(value, str):
            yield say("{name} twice", name=name)
        elif not value.isprintable():
            yield say("no address of a database")
        elif name in WHOLE_NUMBERS and not _is_whole(name, value):
            yield say("{name}, which is no whole number", name=name)


def _is_whole(name: str, value: str) -> bool:
    """Of several hosts, each may have its port."""
    numbers = value.split(",") if name == "port" else [value]
    return all(re.fullmatch(r"[0-9]{1,9}", one) for one in numbers) and (
        name != "port" or all(1 <= int(one) <= PORT_MAX for one in numbers)
    )


def shown(address: URL) -> str:
    """User, host, port, database and schema; nothing else of an address is repeated to anybody."""
    query = {name: value for name, value in address.query.items() if isinstance(value, str)}
    user = f"{address.username}@" if address.username else ""
    host, port = address.host or "", str(address.port or "")
    schema = _SCHEMA.search(query.get("options", ""))
    more = {
        "host": "" if host else query.get("host", ""),
        "port": "" if port else query.get("port", ""),
        "schema": schema[1] if schema else "",
    }
    told = "&".join(f"{name}={value}" for name, value in more.items() if value)
    where = f"{host}:{port}" if port else host
    return f"postgresql://{user}{where}/{address.database or ''}" + (f"?{told}" if told else "")


def _refuse(found: Text, place: Span, hint: Text | None = None) -> NoReturn:
    # Never the address itself: a password may stand in it.
    refuse(Diagnostic("DX722", place, found, say("an address such as postgresql://user@host/town"), hint))
