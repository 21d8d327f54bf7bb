"""Whether an object may be written as it is: the rules that hold in every version of the resource API.

In: an object, taken apart. Out: nothing, or StatusRefused. What v1 and v2 say of their fields comes before it, in sending; that the
folder is there, after it. Order and words as recorded on 12.4.0 (transcript refusals-12.4.0); lengths are bytes.
"""

from __future__ import annotations

from typing import Any

from provisioner.sandbox.apis import statuses
from provisioner.sandbox.apis.kinds import Asked
from provisioner.sandbox.apis.layouts import is_new_layout
from provisioner.sandbox.apis.sending import Sent
from provisioner.sandbox.drafts import has_long_tag, is_long_message, is_long_title, uid_refusal
from provisioner.sandbox.durations import unreadable_duration, usual_milliseconds
from provisioner.sandbox.objects import MESSAGE

_RESERVED = frozenset({"general", "sharedwithme"})


def admit(asked: Asked, sent: Sent) -> None:
    """Refuse what may not be written."""
    if asked.kind.is_folder:
        _admit_folder(asked, sent)
        return
    refusals = asked.server.generation.refusals
    title = sent.spec.get("title")
    if not isinstance(title, str) or not title:
        raise statuses.bad_request("Dashboard title cannot be empty")
    if refusals.title_too_long and is_long_title(title):
        raise statuses.bad_request(refusals.title_too_long.message)
    if refusals.message_too_long and is_long_message(sent.annotations.get(MESSAGE, "")):
        raise statuses.bad_request(refusals.message_too_long.message)
    illegal = uid_refusal(asked.server, sent.name)
    if illegal:
        raise statuses.bad_request(illegal.message)
    _admit_refresh(asked, sent.spec)
    if refusals.tag_too_long and has_long_tag(sent.spec.get("tags")):
        raise statuses.bad_request(refusals.tag_too_long.message)


def _admit_folder(asked: Asked, sent: Sent) -> None:
    """Folders are refused without a reason."""
    illegal = uid_refusal(asked.server, sent.name)
    if illegal:
        raise statuses.StatusRefused(illegal.status, illegal.message)
    reserved = asked.server.generation.refusals.folder_uid_reserved
    if reserved and sent.name in _RESERVED:
        raise statuses.StatusRefused(reserved.status, reserved.message)


def _admit_refresh(asked: Asked, spec: dict[str, Any]) -> None:
    """Here too quick a refresh is refused; the dashboard API raises it."""
    times = spec.get("timeSettings")
    holder: dict[str, Any] = (times if isinstance(times, dict) else {}) if is_new_layout(asked.version) else spec
    refresh = holder.get("autoRefresh" if is_new_layout(asked.version) else "refresh")
    least = asked.server.generation.min_refresh
    if not least or not isinstance(refresh, str) or refresh in {"", "auto"}:
        return
    why = unreadable_duration(refresh)
    if why:
        raise statuses.bad_request(f'parsing refresh duration "{refresh}" failed: {why}')
    if usual_milliseconds(refresh) < usual_milliseconds(least):
        raise statuses.bad_request("Dashboard refresh interval is too low")
