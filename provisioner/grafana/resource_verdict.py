"""The server's own verdict on a save, by dry runs of the resource API (reference 0.1 and 5.2; transcript resources-12.4.0 "dry run …").

In: saves, as they would go out. Out: verdicts. Nothing is left on the server: before anything of anybody's is named in a dry run, a trial
under a name that nobody has shows that the server makes none of it come true.

Two questions for a dashboard: the very request of the save, as a dry run; and, where it would be taken as it is (v0alpha1 takes anything),
what the strict check of the form says that Grafana's own pages save in. Not part of a dry run are whether the folder is there, quotas
(reference 5.2) and permissions: these are asked for themselves (`Rights`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from provisioner.core.answers import Busy, Forbidden, Rejected, Save, Saved, VersionMismatch
from provisioner.core.documents.bare import is_new_schema
from provisioner.core.model import ROOT, Json
from provisioner.core.payload import encode
from provisioner.core.verdict import UNUSED, Cause, NoRehearsal, NoSave, Refused, Taken, Verdict, dropped
from provisioner.grafana import failures
from provisioner.grafana.client import Client
from provisioner.grafana.replies import Lost, Reply, readable
from provisioner.grafana.resource_answers import save_answer
from provisioner.grafana.resource_api import Api
from provisioner.grafana.resource_heads import head_of, object_in, version_in
from provisioner.grafana.resource_rights import Rights

_TRIAL: Mapping[str, Json] = {"title": "A dry run of provisioner, never saved", "panels": []}
_STRICT = re.compile(r'(unknown|duplicate) field "((?:[^"\\]|\\.)*)"')
"""How Kubernetes tells fields that a typed form does not have: in the message alone (12.4.0, v2beta1, `fieldValidation=Strict`)."""

_MISTYPED = re.compile(r"cannot unmarshal (.+) into Go struct field \w+\.(spec\.\S+) of type (\S+)")
"""How 12.4 tells a value of the wrong type in a typed form, with status 400. Names of elements are left out of the path."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A save as it goes out."""

    path: str
    body: bytes
    method: str = "POST"

    @property
    def dry(self) -> str:
        """The path for a dry run."""
        return f"{self.path}{'&' if '?' in self.path else '?'}dryRun=All"


@dataclass(frozen=True, slots=True)
class Rehearsals:
    """A `core.dialect.Rehearsal`. `sending` gives what a save sends, or why it may not go out; `shown` the body of an object in a version;
    `migrated` what the server makes of a content; `rights` what the credential may write.
    """

    client: Client
    api: Api
    sending: Callable[[Save], Sending | NoSave]
    shown: Callable[[Save, str], bytes]
    migrated: Callable[[Mapping[str, Json]], Mapping[str, Json] | None]
    rights: Rights

    def tried(self) -> NoRehearsal | None:
        """Why there are no dry runs, after a trial; None where there are. Raises TargetError."""
        trial = Save(UNUSED, _TRIAL, ROOT, None, "")
        reply = self.client.write(Sending(self.api.dashboards(), b"").dry, self.shown(trial, self.api.classic))
        match _refusal(reply, trial, self.client.site):
            case Busy(words):
                raise failures.unreachable(self.client.site, f"it is busy: {words}")
            case VersionMismatch(words):
                return NoRehearsal(f"the name that dry runs are made under is taken: {words}", f"delete the dashboard {UNUSED}")
            case Rejected(status, words):
                return NoRehearsal(f"a dry run is answered with {status}: {words}")
            case _:
                # What is not permitted in the root, or fails on this one, says nothing of other places. Whether it left something does.
                return self._left()

    def _left(self) -> NoRehearsal | None:
        """Whether the trial left something behind; then that is taken away again."""
        there = self.client.read(self.api.dashboard(UNUSED))
        head = head_of(there.fields) if there.ok else None
        if head is None:
            return None
        held_to = encode({"preconditions": {"resourceVersion": version_in(head.version)}})
        self.client.delete(self.api.dashboard(UNUSED), held_to)
        return NoRehearsal(f"a dry run was taken for a save: the trial was stored as {UNUSED}, and deleted again")

    def verdict(self, save: Save) -> Verdict:
        """One request, and one or two more where the save would be taken as it is; and one for each folder."""
        sending = self.sending(save)
        if not isinstance(sending, Sending):
            return Refused(sending)
        reply = self.client.write(sending.dry, sending.body, sending.method)
        refusal = _refusal(reply, save, self.client.site)
        if refusal is not None:
            return Refused(refusal, causes_in(reply))
        lacked = self.rights.lacked(save)
        if lacked:
            return Refused(Forbidden("so the permissions say, which a dry run does not look at", lacked))
        if is_new_schema(save.content):
            spec = object_in(reply.fields, "spec") if isinstance(reply, Reply) else {}
            return Taken(tuple(dropped(save.content, spec)) if spec else (), save.form)
        return self._checked(save) if self.api.pages else Taken()

    def _checked(self, save: Save) -> Taken:
        """What the strict check says. Shown under the unused name, for it is the contents that are in question; where it answers with
        something else than a verdict, there is nothing to tell.
        """
        pages = self.api.pages
        strict = Sending(f"{self.api.dashboards(pages)}?fieldValidation=Strict", b"")
        reply = self.client.write(strict.dry, self.shown(replace(save, uid=UNUSED, version=None, state=""), pages))
        if isinstance(reply, Lost) or reply.status not in {400, 422}:
            return Taken()
        doubts = causes_in(reply) or (Cause("", reply.words),)
        moved = isinstance(save.content.get("rows"), list) and any(each.field for each in doubts)
        return Taken(doubts, pages, self.migrated(save.content) if moved else None)


def causes_in(reply: Reply | Lost) -> tuple[Cause, ...]:
    """The fields that a refusal names (transcript, "bad panel type strict")."""
    if isinstance(reply, Lost):
        return ()
    listed = object_in(reply.fields, "details").get("causes")
    named = [_cause(each) for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    told = tuple(dict.fromkeys(each for each in named if each.words or each.field))
    unknown = tuple(Cause(_below_spec(field), f"{kind} field") for kind, field in _STRICT.findall(reply.words))
    mistyped = (Cause(field, f"{kind} is wanted, and {given} was sent") for given, field, kind in _MISTYPED.findall(reply.words))
    return told or unknown or tuple(mistyped)


def _cause(given: Mapping[str, Json]) -> Cause:
    field, words = given.get("field"), given.get("message") or given.get("reason")
    return Cause(readable(field) if isinstance(field, str) else "", readable(words) if isinstance(words, str) else "")


def _below_spec(field: str) -> str:
    return field if field.startswith(("spec.", "metadata.")) else f"spec.{field}"


def _refusal(reply: Reply | Lost, save: Save, site: str) -> NoSave | None:
    """None where it would be saved. The answer to a dry run has no resourceVersion to read a mark from ("dry run create")."""
    if isinstance(reply, Reply) and reply.status in {200, 201} and object_in(reply.fields, "metadata").get("name"):
        return None
    answer = save_answer(reply, save, site)
    return None if isinstance(answer, Saved) else answer
