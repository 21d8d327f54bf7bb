"""The shelf of organisations, people, service accounts, keys, tokens and sessions.

In: the store and values. Out: rows as frozen values, and secrets once, when they are made. Secrets are stored as
digests only: quick ones, since a sandbox guards nothing of worth and every request with basic authentication checks
one.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from provisioner.sandbox.settings import DataSource, Role
from provisioner.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Account:
    """A person or a service account; `organisation` is where it is at home."""

    id: int
    uid: str
    login: str
    name: str
    organisation: int
    server_admin: bool
    service: bool


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of one organisation (5 to 9)."""

    id: int
    organisation: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation; `preferences` as they were last put."""

    id: int
    name: str
    home_uid: str
    preferences: dict[str, Any]


def digest(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _account(row: sqlite3.Row | None) -> Account | None:
    if row is None:
        return None
    return Account(
        *(row["id"], row["uid"], row["login"], row["name"], row["organisation"]),
        server_admin=bool(row["server_admin"]),
        service=bool(row["service"]),
    )


def add_organisation(store: Store, name: str) -> int | None:
    """A new organisation's id; None when the name is taken."""
    with store.transaction() as database:
        cursor = database.execute("INSERT OR IGNORE INTO organisation (name) VALUES (?)", (name,))
        return cursor.lastrowid if cursor.rowcount else None


def organisation(store: Store, number: int) -> Organisation | None:
    """The organisation of that id."""
    with store.reading() as database:
        row = database.execute("SELECT * FROM organisation WHERE id = ?", (number,)).fetchone()
    if row is None:
        return None
    return Organisation(row["id"], row["name"], row["home_uid"], json.loads(row["preferences"]))


def put_preferences(store: Store, number: int, home_uid: str, preferences: dict[str, Any]) -> None:
    """Keep the preferences of an organisation."""
    with store.transaction() as database:
        database.execute(
            "UPDATE organisation SET home_uid = ?, preferences = ? WHERE id = ?",
            (home_uid, json.dumps(preferences), number),
        )


def add_account(store: Store, account: Account, role: Role, password: str = "") -> int | None:
    """A new account's id, a member of its organisation; None when the login is taken. The id in `account` is not looked at."""
    with store.transaction() as database:
        cursor = database.execute(
            "INSERT OR IGNORE INTO person (uid, login, name, secret, organisation, server_admin, service) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(account.uid, account.login, account.name, digest(password) if password else ""),
                *(account.organisation, account.server_admin, account.service),
            ),
        )
        if not cursor.rowcount:
            return None
        number = int(cursor.lastrowid or 0)
        join(store, account.organisation, number, role)
        return number


def join(store: Store, organisation: int, person: int, role: Role) -> None:
    """Make somebody a member of an organisation, or change the role there."""
    with store.transaction() as database:
        database.execute("INSERT OR REPLACE INTO member VALUES (?, ?, ?)", (organisation, person, int(role)))


def members(store: Store, organisation: int) -> tuple[Account, ...]:
    """Who belongs to an organisation, service accounts too, by id."""
    with store.reading() as database:
        rows = database.execute(
            "SELECT person.* FROM person JOIN member ON member.person = person.id WHERE member.organisation = ? ORDER BY person.id",
            (organisation,),
        ).fetchall()
    return tuple(account for row in rows if (account := _account(row)))


def role_in(store: Store, organisation: int, person: int) -> Role:
    """The role of somebody in an organisation; NONE without membership."""
    with store.reading() as database:
        row = database.execute("SELECT role FROM member WHERE organisation = ? AND person = ?", (organisation, person)).fetchone()
    return Role.NONE if row is None else Role(row["role"])


def by_password(store: Store, login: str, password: str) -> Account | None:
    """The person of that login and password."""
    with store.reading() as database:
        row = database.execute("SELECT * FROM person WHERE login = ? AND secret = ? AND service = 0", (login, digest(password))).fetchone()
    return _account(row)


def by_session(store: Store, secret: str) -> Account | None:
    """Who signed in with that cookie."""
    with store.reading() as database:
        row = database.execute(
            "SELECT person.* FROM person JOIN session ON session.person = person.id WHERE session.secret = ?",
            (digest(secret),),
        ).fetchone()
    return _account(row)


def by_token(store: Store, secret: str) -> Account | None:
    """The service account of that token."""
    with store.reading() as database:
        row = database.execute(
            "SELECT person.* FROM person JOIN token ON token.person = person.id WHERE token.secret = ?",
            (digest(secret),),
        ).fetchone()
    return _account(row)


def by_number(store: Store, number: int) -> Account | None:
    """The account of that id."""
    with store.reading() as database:
        return _account(database.execute("SELECT * FROM person WHERE id = ?", (number,)).fetchone())


def by_key(store: Store, secret: str) -> ApiKey | None:
    """The API key of that secret."""
    with store.reading() as database:
        row = database.execute("SELECT * FROM api_key WHERE secret = ?", (digest(secret),)).fetchone()
    return None if row is None else ApiKey(row["id"], row["organisation"], row["name"], Role(row["role"]))


def add_key(store: Store, key: ApiKey, secret: str) -> int | None:
    """A new key's id; None when the organisation has one of that name."""
    with store.transaction() as database:
        cursor = database.execute(
            "INSERT OR IGNORE INTO api_key (organisation, name, role, secret) VALUES (?, ?, ?, ?)",
            (key.organisation, key.name, int(key.role), digest(secret)),
        )
        return cursor.lastrowid if cursor.rowcount else None


def add_token(store: Store, person: int, name: str, secret: str) -> int:
    """A new token's id."""
    with store.transaction() as database:
        cursor = database.execute("INSERT INTO token (person, name, secret) VALUES (?, ?, ?)", (person, name, digest(secret)))
        return int(cursor.lastrowid or 0)


def add_session(store: Store, person: int, secret: str) -> None:
    """Remember that somebody signed in."""
    with store.transaction() as database:
        database.execute("INSERT INTO session VALUES (?, ?)", (digest(secret), person))


def end_sessions(store: Store) -> int:
    """Forget who signed in, and tell how many sessions there were."""
    with store.transaction() as database:
        return database.execute("DELETE FROM session").rowcount


def add_data_source(store: Store, organisation: int, source: DataSource) -> None:
    """Give an organisation a data source."""
    with store.transaction() as database:
        database.execute(
            "INSERT INTO data_source (organisation, uid, name, type, url, is_default) VALUES (?, ?, ?, ?, ?, ?)",
            (organisation, source.uid, source.name, source.type, source.url, source.is_default),
        )


def data_sources(store: Store, organisation: int) -> tuple[tuple[int, DataSource], ...]:
    """The data sources of an organisation with their ids, by name."""
    with store.reading() as database:
        rows = database.execute("SELECT * FROM data_source WHERE organisation = ? ORDER BY name", (organisation,)).fetchall()
    return tuple(
        (row["id"], DataSource(row["name"], row["type"], row["uid"], row["url"], is_default=bool(row["is_default"]))) for row in rows
    )
