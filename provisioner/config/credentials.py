"""User, password and token, which a source and a target state in the same words.

In: a part. Out: where the secrets are kept, each examined once; a problem for every combination that cannot be meant.
"""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.config.complaints import Complaint
from provisioner.config.parts import Part, Surroundings
from provisioner.config.secrets import examine
from provisioner.core.secret import Secret

KEYS = ("user", "password_file", "password_env", "token_file", "token_env")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is stated. A password never comes without a user."""

    user: str | None
    password: Secret | None
    token: Secret | None

    @property
    def secret(self) -> bool:
        """Something here must not be read on the way."""
        return self.password is not None or self.token is not None


def credentials(part: Part, around: Surroundings, *, user_beside_token: bool) -> Credentials:
    """The credentials of a part. git hosts may want a user beside the token (`user_beside_token`); Grafana never does."""
    has_password, has_token = is_stated(part, "password"), is_stated(part, "token")
    if has_password and has_token:
        _conflict(part, "token", "a password and a token are stated", "leave one of them out")
    elif has_token and part.has("user") and not user_beside_token:
        _conflict(part, "token", "a user and a token are stated", "leave user out: a token needs none")
    if has_password and part.has(_stated(part, "password")) and not part.has("user"):
        part.complain(Complaint("config-missing", "a password is stated, but no user", "add user"), _stated(part, "password"))
    if part.has("user") and not has_password and not has_token:
        remedy = "add password_file or password_env" + (", or token_file" if user_beside_token else "")
        part.complain(Complaint("config-missing", "a user is stated, but no password", remedy), "user")
    return Credentials(part.text("user"), secret(part, "password", around), secret(part, "token", around))


def secret(part: Part, stem: str, around: Surroundings) -> Secret | None:
    """Where the secret under `STEM_file` or `STEM_env` is kept, read once to tell early what is wrong; None where none is stated."""
    by_file, by_variable = f"{stem}_file", f"{stem}_env"
    if part.has(by_file) and part.has(by_variable):
        part.complain(Complaint("config-conflict", f"{by_file} and {by_variable} are both stated", "leave one of them out"), by_variable)
    key = _stated(part, stem)
    file, variable = part.path(by_file, around), part.text(by_variable)
    if file is None and variable is None:
        return None
    place = Secret(around.setting(part.at(key)), file, None if file else variable)
    for complaint in examine(place, around.environment):
        part.complain(complaint, key)
    return place


def is_stated(part: Part, stem: str) -> bool:
    """Also under a key that is refused as unknown (`password: …`): then that is told, and not that there is none."""
    return any(name.startswith(stem) for name in part.names())


def _stated(part: Part, stem: str) -> str:
    return f"{stem}_file" if part.has(f"{stem}_file") else f"{stem}_env"


def _conflict(part: Part, stem: str, message: str, remedy: str) -> None:
    part.complain(Complaint("config-conflict", message, remedy), _stated(part, stem))
