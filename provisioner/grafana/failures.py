"""The failures of a whole target, put into words: what answered, and what a person can do.

    TargetError
    ├── TargetUnreachable    no connection, no answer in time, 429 and 5xx on reads after all attempts, TLS that fails
    ├── TargetUnauthorised   401, 407, a redirect to a login page
    ├── TargetForbidden      403 on a read that the pass cannot do without
    └── TargetUnsuitable     no Grafana, a slug server, a redirect, another organisation than stated, an answer that is none

In: replies and addresses without credentials. Out: exceptions to raise, each with its next step. Never a secret.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from provisioner.core.errors import (
    TargetError,
    TargetForbidden,
    TargetUnauthorised,
    TargetUnreachable,
    TargetUnsuitable,
)
from provisioner.grafana.addresses import without_credentials
from provisioner.grafana.replies import Reply, readable

_PERMISSION = re.compile(r"Permissions needed: (.+?)\.?$")
_LOGIN = re.compile(r"login|oauth|saml|sso|signin|/auth", re.IGNORECASE)
_AGAIN = "once it answers, another pass does what is left; the other targets go on"
_ERRNO = re.compile(r"\[Errno -?\d+\] ")


def permission_in(words: str) -> str:
    """The permission that a 403 names ("dashboards:create"), "" where it names none: 9 and later do (reference 1.6)."""
    found = _PERMISSION.search(words)
    return found[1] if found else ""


def unreachable(site: str, why: str, next_step: str = _AGAIN) -> TargetUnreachable:
    """No answer, or none that counts."""
    return TargetUnreachable(f"{site} does not answer: {_ERRNO.sub('', readable(why))}", next_step=next_step)


def saying(reply: Reply) -> str:
    """Status and words, each once: proxies title their page "502 Bad Gateway"."""
    return reply.words if reply.words.startswith(str(reply.status)) else f"{reply.status}: {reply.words}"


def unauthorised(site: str, words: str) -> TargetUnauthorised:
    """401: the credentials are not accepted, also not as they stand in their file now."""
    return TargetUnauthorised(
        f"{site} does not accept the credentials: {words}",
        next_step="renew the token or password in its file (it is read anew), and see that it belongs to the stated org_id",
    )


def not_signed_in(site: str, words: str) -> TargetUnauthorised:
    """The sign-in refused user and password. Whoever goes on trying is locked out, by Grafana for five minutes after the fifth time."""
    return TargetUnauthorised(
        f"{site} does not take this user and password: {words}",
        next_step="correct the password in its file. The refused one is not sent again before a later pass, since Grafana locks users out",
    )


def no_sign_in(site: str, words: str) -> TargetUnauthorised:
    """There is no form to sign in by, or not for us."""
    return TargetUnauthorised(
        f"{site} lets nobody sign in by user and password: {words}",
        next_step="use a service account token (token_file), or turn the login form on (disable_login_form) and let POST /login through",
    )


def of_proxy(site: str, words: str) -> TargetUnauthorised:
    """407: it is the proxy that wants to know who we are."""
    return TargetUnauthorised(
        f"the proxy on the way to {site} wants credentials: {words}",
        next_step="put user and password into the url of the proxy, or let NO_PROXY name the host",
    )


def redirected(site: str, asked: str, reply: Reply) -> TargetError:
    """3xx: never followed, since the credentials would travel along. Told as what it most likely is."""
    try:
        target = urljoin(asked, reply.location)
        where, here = urlsplit(target), urlsplit(asked)
    except ValueError:
        return TargetUnsuitable(f"{site} redirects to nowhere readable ({reply.status})", next_step="mend the target's url")
    shown = without_credentials(target)
    if _LOGIN.search(f"{where.netloc}{where.path}"):
        return TargetUnauthorised(
            f"{site} redirects to a login page: {shown}",
            next_step="let the API through the login proxy, or give the address of Grafana behind it",
        )
    if where.scheme == "https" != here.scheme and where.hostname == here.hostname:
        step = f"set the target's url to https://{where.netloc}…: it answers there"
        return TargetUnsuitable(f"{site} redirects to https: {shown}", next_step=step)
    return TargetUnsuitable(
        f"{site} redirects to {shown} ({reply.status}), which is not followed with credentials",
        next_step="set the target's url to where it redirects to, sub-path included",
    )


def of_read(site: str, what: str, reply: Reply) -> TargetError:
    """A read that was answered, but not with what was asked for. `what` is words: "the search"."""
    told = f"{site} answered {what} with {saying(reply)}" + ("" if reply.is_json else f" ({reply.content_type or 'no content type'})")
    if reply.status == 403:
        needed = permission_in(reply.words)
        step = f"give the credentials the permission {needed}" if needed else "give the credentials a role that may do this"
        return TargetForbidden(told, next_step=step)
    if reply.status == 429 or reply.status >= 500:
        return TargetUnreachable(told, next_step=_AGAIN)
    return TargetUnsuitable(told, next_step="see that the url names a Grafana, sub-path included, and what stands before it")


def unsuitable(message: str, next_step: str) -> TargetUnsuitable:
    """Anything else that keeps us from working with a server."""
    return TargetUnsuitable(message, next_step=next_step)
