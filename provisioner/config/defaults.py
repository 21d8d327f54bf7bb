"""`defaults`: values for every target and source that does not state them itself.

In: the configuration as the schema accepted it. Out: the same with the defaults filled in, and where each was taken from. What a part
states always wins: mappings are merged key by key, anything else is replaced. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from provisioner.config.addresses import Address, repository
from provisioner.config.complaints import Complaint
from provisioner.config.parts import child
from provisioner.config.sources import ONLY_FOR
from provisioner.core.model import Json

_CREDENTIALS = ("token", "password", "user")
_SIGNING_IN = (*_CREDENTIALS, "auth")
"""How to sign in is said of the credentials beside it. Who states `auth` alone means those of the defaults."""
_REFS = ("branch", "tag", "commit")
_BOUNDS = ("max_deletions", "grace")

Resolve = Callable[[str], str | Complaint]
_Mapping = dict[str, Json]


def spread(value: Json, resolve: Resolve) -> tuple[Json, Mapping[str, str]]:
    """The value with its defaults filled in, and for each that was taken its pointer and the one under `defaults`. `resolve` makes a path
    absolute.
    """
    if not isinstance(value, dict) or not isinstance(value.get("defaults"), dict):
        return value, {}
    spreading = _Spreading(value["defaults"], resolve)
    spread_out = {
        key: {name: spreading.entry(each, key, child(f"/{key}", name)) for name, each in below.items()}
        for key in ("sources", "targets")
        if isinstance(below := value.get(key), dict)
    }
    return {**value, **spread_out}, spreading.taken


class _Spreading:
    def __init__(self, defaults: _Mapping, resolve: Resolve) -> None:
        self._defaults = defaults
        self._resolve = resolve
        self.taken: dict[str, str] = {}

    def entry(self, value: Json, key: str, pointer: str) -> Json:
        """One source or target."""
        if not isinstance(value, dict):
            return value
        if key == "targets":
            return self._target(value, pointer)
        return {kind: self._source(each, kind, child(pointer, kind)) for kind, each in value.items()}

    def _target(self, value: _Mapping, pointer: str) -> _Mapping:
        default = self._of("target")
        filled = self._filled(value, _without_group(default, value, _CREDENTIALS, _SIGNING_IN), pointer, "/defaults/target")
        prune = _at(filled, "policy", "prune")
        own = _at(value, "policy", "prune")
        if prune and "enabled" not in prune and not any(key in own for key in _BOUNDS):
            prune["enabled"] = False  # bounds that are stated for all targets do not ask each of them to delete
        return filled

    def _source(self, value: Json, kind: str, pointer: str) -> Json:
        if not isinstance(value, dict) or kind not in {"git", "directory"}:
            return value
        default = self._of(kind)
        if kind == "git":
            default = _without_group(_without_group(default, value, _CREDENTIALS), value, _REFS)
            default = {key: each for key, each in default.items() if self._fits(key, value.get("url"))}
        return self._filled(value, default, pointer, f"/defaults/{kind}")

    def _fits(self, key: str, url: Json) -> bool:
        """A key for ssh does not keep a url for https from taking the other defaults."""
        address = repository(url, self._resolve) if isinstance(url, str) and key in ONLY_FOR else None
        return not isinstance(address, Address) or address.transport in ONLY_FOR[key]

    def _of(self, kind: str) -> _Mapping:
        default = self._defaults.get(kind)
        return default if isinstance(default, dict) else {}

    def _filled(self, value: _Mapping, default: _Mapping, pointer: str, origin: str) -> _Mapping:
        result = dict(value)
        for key, each in default.items():
            own, here, there = value.get(key), child(pointer, key), child(origin, key)
            if key not in value:
                result[key] = _copied(each)
                self.taken[here] = there
            elif isinstance(own, dict) and isinstance(each, dict):
                result[key] = self._filled(own, each, here, there)
        return result


def _without_group(default: _Mapping, value: _Mapping, stems: Collection[str], group: Collection[str] = ()) -> _Mapping:
    """The default without the keys of a group (`stems`, where it is no larger) when the value states one of `stems`: a token is no default
    beside a password.
    """
    if not any(key.startswith(tuple(stems)) for key in value):
        return default
    return {key: each for key, each in default.items() if not key.startswith(tuple(group or stems))}


def _copied(value: Json) -> Json:
    """A copy for one part alone."""
    return {key: _copied(each) for key, each in value.items()} if isinstance(value, dict) else value


def _at(value: _Mapping, *keys: str) -> _Mapping:
    for key in keys:
        below = value.get(key)
        if not isinstance(below, dict):
            return {}
        value = below
    return value
