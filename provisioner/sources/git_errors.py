"""git's words → the error tree of core. The one place where they are read.

In: how a child ended, and the `Access` it used. Out: a SourceError with git's own words (redacted, cut, made printable), the cause and a
remedy. The words are those of git 2.32 to 2.51 under LC_ALL=C, of ssh, and of libcurl. What no row knows is told as unreachable: it is
tried again, and nothing is harmed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from git.exc import GitCommandError

from provisioner.core.errors import RefNotFound, SourceBroken, SourceError, SourceRefused, SourceUnreachable
from provisioner.sources.git_access import Access
from provisioner.sources.git_child import Finished

_LONGEST = 400


@dataclass(frozen=True, slots=True)
class _Row:
    """`words` is searched for without regard to case; `what` says it in ours; `remedy` is the next step."""

    words: re.Pattern[str]
    kind: type[SourceError]
    what: str
    remedy: str


def _row(words: str, kind: type[SourceError], what: str, remedy: str) -> _Row:
    return _Row(re.compile(words, re.IGNORECASE), kind, what, remedy)


_ROWS: Sequence[_Row] = (
    _row(r"no space left on device|disk quota exceeded|file too large", SourceBroken,
         "the disk that holds the store is full", "free some space; the next pass goes on"),
    _row(r"read-only file system", SourceBroken,
         "the disk that holds the store is read-only", "put the store on a disk that can be written"),
    _row(r"unable to (create|write|append|open)[^\n]*permission denied|insufficient permission for adding", SourceBroken,
         "the store may not be written", "let the user that runs the provisioner write the store"),
    _row(r"host key verification failed|remote host identification has changed|no \w+ host key is known", SourceRefused,
         "the host's key is not the one that is known, or none is known",
         "compare the key with the host's owner, then add it with `ssh-keyscan HOST >> KNOWN_HOSTS`"),
    _row(r"unprotected private key file|bad permissions", SourceRefused,
         "ssh does not use the key, because others can read it", "chmod 600 the key file"),
    _row(r"load key [^\n]*:|identity file [^\n]* not accessible", SourceRefused,
         "ssh cannot use the key file", "state a key without a passphrase in ssh_key, readable for the provisioner"),
    _row(r"no user exists for uid", SourceRefused,
         "ssh does not run for a user without an entry in /etc/passwd", "give the user an entry, or use https"),
    _row(r"dubious ownership", SourceRefused,
         "the repository belongs to another user of this machine, and git does not open it",
         "run the provisioner as its owner, or serve the repository over https or ssh"),
    _row(r"certificate|ssl routines|ssl_connect|\btls\b[^\n]*(alert|verify)", SourceRefused,
         "the server's certificate is not trusted", "state the authority that signed it in ca_file, or have the certificate renewed"),
    _row(r"terminal prompts disabled|could not read (username|password)", SourceRefused,
         "the server asks for credentials that it was not given",
         "state token_file, or user with password_file; after a redirect to another host, state that host in the url"),
    _row(r"authentication failed|access denied|permission denied|too many authentication failures"
         r"|returned error: 40[13]\b|invalid credentials", SourceRefused,
         "the server does not accept the credentials", "check that they are valid and may read this repository"),
    _row(r"returned error: 404|repository[^\n]* not found|does not appear to be a git repo|not valid: is this a git repo"
         r"|project you were looking for", RefNotFound,
         "there is no git repository, or the credentials may not see it", "check the url, and what the credentials may read"),
    _row(r"couldn't find remote ref|no such remote ref|unadvertised object|not our ref", RefNotFound,
         "the server does not give the revision that was asked for", "check branch, tag or commit of the source"),
    _row(r"failed to connect|could not connect|connection (refused|reset|timed out|closed)|operation (timed out|too slow)"
         r"|unreachable|no route to host|early eof|empty reply|returned error: (429|5\d\d)|unexpected disconnect|hung up|rpc failed"
         r"|(recv|send) failure", SourceUnreachable,
         "the server does not answer as it should", "tried again at the next pass"),
    _row(r"could not resolve host|name or service not known|temporary failure in name", SourceUnreachable,
         "the host's name cannot be resolved", "check the url and the name server; tried again at the next pass"),
    _row(r"redirect", SourceRefused, "the server sends us elsewhere", "state the url that it leads to"),
    _row(r"transport '[^']*' not allowed", SourceRefused,
         "the server leads to a transport that is not taken", "state the url that it leads to"),
)  # fmt: skip


def failure(finished: Finished, access: Access, doing: str) -> SourceError:
    """What to raise when git did not; `doing` completes "while …" ("looking up branch main"). Raise it from `cause(finished, access)`."""
    said = words(finished, access)
    if finished.code is None:
        return SourceUnreachable(
            f"{access.shown} did not answer in time while {doing}",
            next_step="tried again at the next pass; raise `timeout` of the source if the repository is large",
        )
    for row in _ROWS:
        if row.words.search(_bare(said)):
            return row.kind(f"{row.what} ({access.shown}, while {doing}; git says: {said})", next_step=row.remedy)
    return SourceUnreachable(
        f"{access.shown} gave no usable answer while {doing}; git says: {said}", next_step="tried again at the next pass"
    )


def told(finished: Finished, access: Access) -> bool:
    """Whether it is known what the words mean. Where it is not, our own store may be to blame."""
    said = words(finished, access)
    return finished.code is None or any(row.words.search(_bare(said)) for row in _ROWS)


def cause(finished: Finished, access: Access) -> GitCommandError:
    """GitPython's own error for it, safe to show: it is kept as the cause."""
    return GitCommandError(["git", *map(access.redacted, finished.args)], finished.code, words(finished, access))


def _bare(said: str) -> str:
    """Without what stands in quotes: a repository named "certificates" is no certificate that failed."""
    return re.sub(r"'[^']*'", "''", said)


def words(finished: Finished, access: Access) -> str:
    """What git wrote, in one line of at most 400 characters: no secret, no control character (servers may send any), no standing advice."""
    text = access.redacted(finished.err.decode("utf-8", "replace"))
    lines = [line.strip() for line in re.split(r"[\r\n]+", text)]
    kept = [line for line in lines if line and not _ADVICE.search(line)]
    said = " / ".join(dict.fromkeys(kept))
    said = "".join(char if char.isprintable() else "?" for char in said)
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST // 4]} … {said[-_LONGEST * 3 // 4 :]}"


_ADVICE = re.compile(r"^(Please make sure you have the correct access|and the repository exists|@+$|hint:)")
