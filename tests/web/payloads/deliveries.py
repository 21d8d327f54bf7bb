"""Deliveries as each vendor sends them: a recorded payload, its headers, and a proof made with a secret.

The proofs are made here with `hmac` alone, after the vendors' documentation, and share nothing with what they test.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from provisioner.core.service import Provider
from provisioner.core.settings import RefKind

HERE = Path(__file__).resolve().parent
SECRET = "correct horse battery staple"
OTHER_SECRET = "Tr0ub4dor&3"
SIGNING_TOKEN = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OTHER_SIGNING_TOKEN = "whsec_" + base64.b64encode(b"fedcba9876543210fedcba9876543210").decode()
USER = "azure"
NOW = 1_790_000_000.0

Sign = Callable[[bytes, str], dict[str, str]]


def payload(name: str) -> bytes:
    """The bytes of a recorded payload."""
    return (HERE / f"{name}.json").read_bytes()


def mac(signed: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), signed, hashlib.sha256).digest()


def hexed(header: str, prefix: str = "") -> Sign:
    return lambda body, secret: {header: prefix + mac(body, secret).hex()}


def token(_: bytes, secret: str) -> dict[str, str]:
    return {"x-gitlab-token": secret}


def basic(_: bytes, secret: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{USER}:{secret}".encode()).decode()}


def standard(body: bytes, secret: str, stamp: str = str(int(NOW))) -> dict[str, str]:
    """GitLab's signing token: the id is that of the headers below."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{GITLAB_ID}.{stamp}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": GITLAB_ID, "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}


GITLAB_ID = "f5e5f430-f57b-4e6e-9fac-d9128cd7232f"
GENERIC_HEADER = "x-signature-256"


@dataclass(frozen=True, slots=True)
class Sent:
    """One vendor's delivery of a push. `repository` and `ref` are what a source must have to be woken by it."""

    provider: Provider
    file: str
    headers: Mapping[str, str]
    sign: Sign
    repository: str
    ref: str
    commit: str
    kind: RefKind = RefKind.BRANCH
    secret: str = SECRET
    wrong: str = OTHER_SECRET
    signs_the_body: bool = True
    id: str = "1"
    form: bool = False
    name: str = field(default="")

    def body(self) -> bytes:
        text = payload(self.file)
        return urlencode({"payload": text}).encode() if self.form else text

    def proven(self, body: bytes | None = None, secret: str | None = None) -> dict[str, str]:
        """All headers, with a proof for this body (its own) and secret (the right one)."""
        return {**self.headers, **self.sign(self.body() if body is None else body, self.secret if secret is None else secret)}


def _gitea_form(header: str, file: str) -> Sign:
    """Over the JSON, whatever the body."""
    return lambda _, secret: hexed(header)(payload(file), secret)


JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
_GITHUB = {"x-github-event": "push", "x-github-delivery": "1"}
_GITEA = {"x-gitea-event": "push", "x-gitea-delivery": "1"}
_GITEA_COMMIT = "bffeb74224043ba2feb48d137756c8a9331c449a"
_GITLAB = {**JSON, "x-gitlab-event": "Push Hook", "idempotency-key": "1", "x-gitlab-webhook-uuid": "7", "x-gitlab-event-uuid": "9"}
_DIASPORA = "da1560886d4f094c3e6c9ef40349f7d38b5d27d7"
_HELLO = "https://github.com/Codertocat/Hello-World"
_HELLO_COMMIT = "c9d0a4d6b2ae4e1fbd1d7d1a4b0c8f3e2a7b6c51"

PUSHES = (
    Sent(
        *(Provider.GITHUB, "github-push", {**JSON, **_GITHUB}, hexed("x-hub-signature-256", "sha256="), _HELLO, "master", _HELLO_COMMIT),
        name="github",
    ),
    Sent(
        *(Provider.GITHUB, "github-push", {**FORM, **_GITHUB}, hexed("x-hub-signature-256", "sha256="), _HELLO, "master", _HELLO_COMMIT),
        form=True,
        name="github-form",
    ),
    Sent(
        *(Provider.GITLAB, "gitlab-push", _GITLAB, token, "git@example.com:mike/diaspora.git", "master", _DIASPORA),
        signs_the_body=False,
        name="gitlab-token",
    ),
    Sent(
        *(Provider.GITLAB, "gitlab-push", _GITLAB, standard, "http://example.com/mike/diaspora.git", "master", _DIASPORA),
        secret=SIGNING_TOKEN,
        wrong=OTHER_SIGNING_TOKEN,
        id=GITLAB_ID,
        name="gitlab-signed",
    ),
    Sent(
        *(Provider.GITLAB, "gitlab-tag", {**_GITLAB, "x-gitlab-event": "Tag Push Hook"}, token, "http://example.com/jsmith/example"),
        *("v1.0.0", "82b3d5ae55f7080f1e6022629cdb57bfae7cccc7", RefKind.TAG),
        signs_the_body=False,
        name="gitlab-tag",
    ),
    Sent(
        *(Provider.GITLAB, "gitlab-system-push", {**_GITLAB, "x-gitlab-event": "System Hook"}, token, "http://example.com/mike/diaspora"),
        *("master", _DIASPORA),
        signs_the_body=False,
        name="gitlab-system",
    ),
    Sent(
        *(Provider.GITLAB, "gitlab-system-update", {**_GITLAB, "x-gitlab-event": "System Hook"}, token, "http://example.com/mike/diaspora"),
        *("master", "4045ea7a3df38697b3730a20fb73c8bed8a3e69e"),
        signs_the_body=False,
        name="gitlab-update",
    ),
    Sent(
        *(Provider.GITEA, "gitea-push", {**JSON, **_GITEA}, hexed("x-gitea-signature"), "http://gitea:3000/gitea/webhooks.git"),
        *("develop", _GITEA_COMMIT),
        name="gitea",
    ),
    Sent(
        *(Provider.GITEA, "gitea-push", {**FORM, **_GITEA}, _gitea_form("x-gitea-signature", "gitea-push")),
        *("http://gitea:3000/gitea/webhooks.git", "develop", _GITEA_COMMIT),
        form=True,
        signs_the_body=False,
        name="gitea-form",
    ),
    Sent(
        *(Provider.FORGEJO, "forgejo-push", {**JSON, "x-forgejo-event": "push", "x-forgejo-delivery": "1"}, hexed("x-forgejo-signature")),
        *("ssh://git@localhost:2222/gitea/webhooks.git", "develop", _GITEA_COMMIT),
        name="forgejo",
    ),
    Sent(
        *(Provider.GOGS, "gogs-push", {**JSON, "x-gogs-event": "push", "x-gogs-delivery": "1"}, hexed("x-gogs-signature")),
        *("gogs@localhost:unknwon/webhooks.git", "develop", _GITEA_COMMIT),
        name="gogs",
    ),
    Sent(
        *(Provider.GOGS, "gogs-tag", {**JSON, "x-gogs-event": "create", "x-gogs-delivery": "1"}, hexed("x-gogs-signature")),
        *("http://localhost:3000/unknwon/webhooks", "v1.0", _GITEA_COMMIT, RefKind.TAG),
        name="gogs-tag",
    ),
    Sent(
        *(Provider.BITBUCKET, "bitbucket-push", {**JSON, "x-event-key": "repo:push", "x-request-uuid": "1"}),
        *(hexed("x-hub-signature", "sha256="), "git@bitbucket.org:team_name/repo_name.git", "name-of-branch"),
        "709d658dc5b6d6afcd46049c2f332ee3f515a67d",
        name="bitbucket",
    ),
    Sent(
        *(Provider.BITBUCKET_SERVER, "bitbucket-server-push", {**JSON, "x-event-key": "repo:refs_changed", "x-request-id": "1"}),
        *(hexed("x-hub-signature", "sha256="), "ssh://git@bitbucket.example.com:7999/proj/repository.git", "master"),
        "178864a7d521b6f5e720b386b2c2b0ef8563e0dc",
        name="bitbucket-server",
    ),
    Sent(
        *(Provider.AZURE_DEVOPS, "azure-devops-push", JSON, basic),
        *("https://dev.azure.com/fabrikam-fiber-inc/Fabrikam-Fiber-Git/_git/Fabrikam-Fiber-Git", "master"),
        "33b55f7cb7e7e245323987634f960cf4a6e6bc74",
        signs_the_body=False,
        id="f1c6d1a3-5c4a-4a4b-9d0d-2f6f1f1a7f10/3",
        name="azure-devops",
    ),
    Sent(
        *(Provider.GENERIC, "generic-push", {**JSON, "x-delivery-id": "1"}, hexed(GENERIC_HEADER, "sha256=")),
        *("https://git.example/platform/dashboards.git", "main", "9c1185a5c5e9fc54612808977ee8f548b2258d31"),
        name="generic",
    ),
)
"""One of each, and each once more where the provider has another way of saying or signing it."""
