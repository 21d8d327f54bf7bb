"""The targets of a configuration. In: its part `targets`. Out: settings of Grafana organisations, and problems. No server is asked."""

from __future__ import annotations

from collections.abc import Iterator

from provisioner.config.addresses import Address, proxy, server
from provisioner.config.complaints import Complaint, nearest
from provisioner.config.credentials import Credentials, credentials, is_stated
from provisioner.config.named_files import Holds, named_file
from provisioner.config.parts import Part, Surroundings
from provisioner.config.policies import overrides, policy
from provisioner.core.model import SourceName, TargetName
from provisioner.core.settings import Api, BasicAuth, Connection, FoldersAs, SessionAuth, TargetSettings, Tls, TokenAuth

MOST_AT_A_TIME = 64
MOST_ATTEMPTS = 100
LARGEST_ORG = 2**53
SHORTEST_DRIFT = 1.0
"""Seconds."""


def targets(part: Part, around: Surroundings, names: tuple[str, ...]) -> tuple[TargetSettings, ...]:
    """All targets that can be understood, in the order stated. `names` are those of all sources, also of the ones with problems."""
    found = tuple(_targets(part, around, names))
    _told_twice(part, found)
    return found


def _targets(part: Part, around: Surroundings, names: tuple[str, ...]) -> Iterator[TargetSettings]:
    seen: dict[str, str] = {}
    for name in part.names():
        twin = seen.setdefault(name.lower(), name)
        if twin != name:
            part.complain(Complaint("config-conflict", f'"{name}" and "{twin}" differ in case only', "rename one of them"), name)
        target = part.part(name)
        secrets = credentials(target, around, user_beside_token=False)
        address, base = _address(target, secrets), policy(target)
        settings = TargetSettings(
            TargetName(name),
            _connection(target, TargetName(name), address.url if address else "", (secrets, around)),
            sources=_from(target, names),
            folder=_folder(target),
            data_sources=target.pairs("datasources"),
            variables=target.pairs("variables"),
            policy=base,
            overrides=overrides(target, base),
            owner=target.text("owner"),
            drift_interval=_drift_interval(target),
            folders_as=FoldersAs(target.text("folders_as") or FoldersAs.TAG),
            home=target.text("home"),
        )
        if address:
            yield settings


def _address(part: Part, secrets: Credentials) -> Address | None:
    text = part.text("url")
    address = None if text is None else server(text)
    if isinstance(address, Complaint):
        part.complain(address, "url")
        return None
    if address and secrets.secret and address.is_open:
        part.complain(Complaint("secret-over-http", f"the secret can be read on the way to {address.host}: the url is http://"), "url")
    return address


def _connection(part: Part, name: TargetName, url: str, reached: tuple[Credentials, Surroundings]) -> Connection:
    secrets, around = reached
    default, at_a_time = Connection(name, url), part.part("concurrency")
    org_id = part.count("org_id", 0, LARGEST_ORG)
    return Connection(
        name,
        url,
        auth=_auth(part, secrets),
        org_id=org_id or None,
        tls=_tls(part, url, around),
        proxy=_proxy(part),
        timeout=part.seconds("timeout", default.timeout),
        attempts=part.count("attempts", default.attempts, MOST_ATTEMPTS),
        reads=at_a_time.count("reads", default.reads, MOST_AT_A_TIME),
        saves=at_a_time.count("saves", 1, MOST_AT_A_TIME) if at_a_time.has("saves") else None,
        api=Api(part.text("api") or Api.AUTO),
    )


def _auth(part: Part, secrets: Credentials) -> TokenAuth | BasicAuth | SessionAuth | None:
    """What is stated says how, unless `auth` does; a session is never guessed, since a user may have no right to sign in by the form."""
    way = part.text("auth") or "auto"
    wanted, other = ("token", "password") if way == "token" else ("password", "token")
    if way != "auto" and is_stated(part, other):
        message = f"auth: {way} goes with a {wanted}, and a {other} is stated"
        part.complain(Complaint("config-conflict", message, "leave one of them out"), "auth")
    elif way != "auto" and not is_stated(part, wanted):
        remedy = "add token_file or token_env" if way == "token" else "add user, and password_file or password_env"
        part.complain(Complaint("config-missing", f"auth: {way} is stated, but no {wanted}", remedy), "auth")
    if secrets.token:
        return TokenAuth(secrets.token)
    if not secrets.user or not secrets.password:
        return None
    return (SessionAuth if way == "session" else BasicAuth)(secrets.user, secrets.password)


def _tls(part: Part, url: str, around: Surroundings) -> Tls:
    tls = part.part("tls")
    if tls.names() and url.startswith("http://"):
        part.complain(Complaint("config-conflict", "tls is of no use here: the url is http://", "use https://, or leave tls out"), "tls")
    if tls.has("key_file") and not tls.has("certificate_file"):
        tls.complain(Complaint("config-missing", "key_file is stated, but no certificate_file", "add certificate_file"), "key_file")
    certificate = named_file(tls, "certificate_file", Holds.CERTIFICATES, around)
    return Tls(named_file(tls, "ca_file", Holds.CERTIFICATES, around), certificate, named_file(tls, "key_file", Holds.PRIVATE_KEY, around))


def _proxy(part: Part) -> str | None:
    text = part.text("proxy")
    address = None if text is None else proxy(text)
    if isinstance(address, Complaint):
        remedy = "use a proxy that asks for no password" if address.code == "secret-in-url" else address.remedy
        part.complain(Complaint(address.code, address.message, remedy), "proxy")
        return None
    return address.url if address else None


def _folder(part: Part) -> str | None:
    title = part.text("folder")
    if title is None:
        return None
    if not title.strip() or title.strip().lower() == "general":
        part.complain(Complaint("config-value", "Grafana keeps this folder title for the top level", "leave folder out"), "folder")
    return title.strip()


def _from(part: Part, names: tuple[str, ...]) -> tuple[SourceName, ...]:
    if not part.has("from"):
        return tuple(SourceName(name) for name in names)
    stated = part.value["from"]
    for index, name in enumerate(stated if isinstance(stated, list) else ()):
        if isinstance(name, str) and name not in names:
            complaint = Complaint("config-reference", f'there is no source "{name}"', nearest(name, names, "the sources are"))
            part.below("from").complain(complaint, index)
    return tuple(SourceName(name) for name in part.texts("from") if name in names)


def _drift_interval(part: Part) -> float:
    interval = part.span("drift_interval", 600.0)
    if 0 < interval < SHORTEST_DRIFT:
        message = "drift_interval is a second at the least, or 0 for never"
        part.complain(Complaint("config-value", message, "write drift_interval: 10m, or 0"), "drift_interval")
    return interval


def _told_twice(part: Part, found: tuple[TargetSettings, ...]) -> None:
    """Two targets that are one organisation would write the same dashboards in turn, each undoing the other's folder and mapping."""
    for index, target in enumerate(found):
        for other in found[:index]:
            mine, theirs = target.connection, other.connection
            same = (mine.url, mine.org_id, _place(mine)) == (theirs.url, theirs.org_id, _place(theirs))
            if same and set(target.sources) & set(other.sources):
                message = f'"{target.name}" and "{other.name}" are one organisation on one server and take the same source'
                part.complain(Complaint("config-conflict", message, "make one target of them, or give them different sources"), target.name)


def _place(connection: Connection) -> tuple[str | None, ...]:
    match connection.auth:
        case TokenAuth(token=token):
            return (token.file, token.variable)
        case BasicAuth(user=user, password=password) | SessionAuth(user=user, password=password):
            return (user, password.file, password.variable)
        case None:
            return ()
