"""Settings without any file: from flags and a few environment variables.

In: what was typed. Out: the same settings that a file would give, by the same way, with problems that name the flag instead of a line.
No flag takes a secret itself: it would show in the list of processes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from provisioner.config.assemble import Loaded, assembled, checked
from provisioner.config.environment import Filling
from provisioner.config.parts import Surroundings, child
from provisioner.config.veil import veiled
from provisioner.config.whence import Whence
from provisioner.core.catalog import problem
from provisioner.core.errors import ConfigurationInvalid
from provisioner.core.model import Json
from provisioner.core.problems import Problem

COMMAND_LINE = "command line"
"""What problems name that belong to no flag in particular."""

_Option = Field[Any]


def _option(flag: str, value: str, meaning: str, place: str = "") -> Any:  # noqa: ANN401 - as dataclasses.field, which is typed so too
    """A field with what the command line and docs/configuration.md say of it. `place` is the part and the key that it stands for."""
    return field(default=None, metadata=MappingProxyType({"flag": flag, "value": value, "meaning": meaning, "place": place}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What was typed, None for what was not. Relative paths start from the working directory. A flag without a value has an empty `value`
    in its metadata.
    """

    directory: str | None = _option("--directory", "DIRECTORY", "A directory of dashboards.", "directory path")
    git: str | None = _option("--git", "URL", "A git repository of dashboards: a url or a path.", "git url")
    branch: str | None = _option("--branch", "NAME", "The branch of the repository. Default: its own.", "git branch")
    tag: str | None = _option("--tag", "NAME", "The tag, instead of a branch.", "git tag")
    commit: str | None = _option("--commit", "ID", "The commit by its full id, instead of a branch.", "git commit")
    path: str | None = _option("--path", "PATH", "The directory in the repository. Default: all of it.", "git path")
    git_token_file: str | None = _option("--git-token-file", "FILE", "The file with an access token for the repository.", "git token_file")
    ssh_key_file: str | None = _option("--ssh-key-file", "FILE", "The private key for the repository over ssh.", "git ssh_key_file")
    grafana: str | None = _option("--grafana", "URL", "Where Grafana answers.", "target url")
    token_file: str | None = _option("--token-file", "FILE", "The file with Grafana's service account token.", "target token_file")
    folder: str | None = _option("--folder", "TITLE", "The title of one folder that becomes the parent of everything.", "target folder")
    conflict: str | None = _option(
        "--conflict",
        "POLICY",
        "`report` (the default), `git-wins` or `server-wins`: what happens to a dashboard that was changed in git and in Grafana.",
        "target policy/conflict",
    )
    drift: str | None = _option(
        "--drift",
        "POLICY",
        "`report` (the default) or `revert`: what happens to a dashboard that was edited in Grafana alone.",
        "target policy/drift",
    )
    adopt: str | None = _option(
        "--adopt",
        "POLICY",
        "`identical` (the default), `take-over` or `never`: what happens to a dashboard that is there, but not known to be ours.",
        "target policy/adopt",
    )
    prune: bool | None = _option("--prune", "", "Delete dashboards of ours whose file is gone.", "target policy/prune/enabled")
    max_deletions: str | None = _option(
        "--max-deletions",
        "NUMBER",
        "How many dashboards one pass may delete: `10`, `10%`, or the greater of both: `5 or 10%` (the default). Goes with `--prune`.",
        "target policy/prune/max_deletions",
    )
    owner: str | None = _option(
        "--owner",
        "NAME",
        "A name for this installation: our dashboards carry the tag `provisioner:NAME`, and other installations leave them alone.",
        "target owner",
    )
    state: str | None = _option(
        "--state",
        "FILE",
        "The state file. Default: `provisioner/provisioner.db` under `$XDG_STATE_HOME`, else under `~/.local/state`.",
        "state path",
    )
    datasource: tuple[str, ...] = field(
        default=(),
        metadata=MappingProxyType(
            {
                "flag": "--datasource",
                "value": "NAME=UID",
                "meaning": "The data source that stands for a name which dashboards use. May be repeated.",
                "place": "target datasources",
            }
        ),
    )

    @property
    def stated(self) -> tuple[str, ...]:
        """The flags that were typed."""
        return tuple(each.metadata["flag"] for each in fields(self) if getattr(self, each.name) not in (None, (), False))


ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        "GRAFANA_TOKEN": "Grafana's service account token, when there is neither a configuration file nor `--token-file`.",
        "GRAFANA_USER": "The user of Grafana, when there is no configuration file and no token.",
        "GRAFANA_PASSWORD": "The password of `GRAFANA_USER`.",
        "XDG_STATE_HOME": "The directory under which the state is kept, as `provisioner/provisioner.db`. Default: `~/.local/state`.",
        "HOME": "What `~` stands for.",
    }
)
"""The environment variables that are read beside those that a configuration names itself, and what they are for."""

_REMEDIES: Mapping[str, str] = MappingProxyType(
    {"secret-in-url": "put the token into a file and name it with --token-file, or for git with --git-token-file"}
)


def from_flags(flags: Flags, environment: Mapping[str, str]) -> Loaded:
    """The settings that the flags ask for. Raises ConfigurationInvalid with all problems."""
    told = _impossible(flags)
    if told:
        raise ConfigurationInvalid(told)
    made = _made(flags, environment)
    around = Surroundings(str(Path.cwd()), environment, made.flags, Whence(COMMAND_LINE))
    loaded = assembled(made.value, Filling(made.value), COMMAND_LINE, around)
    veil = veiled("", {})
    return checked(Loaded(loaded.settings, tuple(veil.over(_named(each, made.flags)) for each in loaded.problems)))


@dataclass(frozen=True, slots=True)
class _Made:
    """The configuration that the flags stand for, and the flag or variable behind each pointer."""

    value: Json
    flags: Mapping[str, str]


def _impossible(flags: Flags) -> tuple[Problem, ...]:
    """Flags that do not go together."""
    if not flags.stated:
        return (_nothing(),)
    told: list[Problem] = []
    if flags.directory is not None and flags.git is not None:
        told.append(problem("config-conflict", "--git", "--directory and --git are both stated", remedy="leave one of them out"))
    elif flags.directory is None and flags.git is None:
        told.append(problem("config-missing", COMMAND_LINE, "no source is named", remedy="add --directory D, or --git URL"))
    for need, stated in (("git", flags.git), ("target", flags.grafana)):
        whole = "--git" if need == "git" else "--grafana"
        alone = () if stated is not None else _typed(flags, need)
        message, remedy = f"goes with {whole}, which is not stated", f"add {whole} URL"
        told += [problem("config-missing", each.metadata["flag"], message, remedy=remedy) for each in alone]
    if flags.max_deletions is not None and not flags.prune:
        told.append(problem("config-missing", "--max-deletions", "goes with --prune, which is not stated", remedy="add --prune"))
    told += _assignments(flags)
    return tuple(told)


def _nothing() -> Problem:
    here = next((name for name in ("config.yaml", "provisioner.yaml", "config.yml", "provisioner.yml") if Path(name).is_file()), None)
    remedy = "name a configuration with -c config.yaml, or say --directory D (or --git URL) and --grafana URL --token-file F"
    if here:
        remedy = f"to use the {here} that is here: -c {here}; without a file: --directory D (or --git URL) and --grafana URL --token-file F"
    return problem("config-missing", COMMAND_LINE, "neither a configuration nor a source is named", remedy=remedy)


def _assignments(flags: Flags) -> list[Problem]:
    told: list[Problem] = []
    seen: dict[str, str] = {}
    for each in flags.datasource:
        name, equals, uid = each.partition("=")
        if not (equals and name and uid):
            remedy = "write --datasource DS_PROMETHEUS=uid-of-it"
            told.append(problem("config-value", "--datasource", f'"{each}" is not NAME=UID', remedy=remedy))
        elif seen.setdefault(name, uid) != uid:
            told.append(problem("config-conflict", "--datasource", f'"{name}" is given two uids', remedy="leave one of them out"))
    return told


def _typed(flags: Flags, kind: str) -> tuple[_Option, ...]:
    """The flags of one kind that were typed."""
    return tuple(each for each in fields(flags) if each.metadata["flag"] in flags.stated and each.metadata["place"].startswith(f"{kind} "))


def _made(flags: Flags, environment: Mapping[str, str]) -> _Made:
    kind = "directory" if flags.directory is not None else "git"
    source = "directory" if flags.directory is not None else repository_name(flags.git or "")
    value: dict[str, Json] = {"sources": {source: {kind: {}}}}
    named = {f"/sources/{source}": f"--{kind}"}
    for each in _typed(flags, kind):
        key = each.metadata["place"].split()[1]
        value["sources"][source][kind][key] = getattr(flags, each.name)
        named[child(f"/sources/{source}/{kind}", key)] = each.metadata["flag"]
    for each in _typed(flags, "state"):
        value["state"] = {each.metadata["place"].split()[1]: getattr(flags, each.name)}
        named["/state"] = each.metadata["flag"]
    if flags.grafana is not None:
        target = server_name(flags.grafana)
        value["targets"] = {target: {}}
        for way, flag, stated in _target(flags, environment):
            *parts, key = way.split("/")
            within: dict[str, Json] = value["targets"][target]
            for part in parts:
                within = within.setdefault(part, {})
            within[key] = stated
            named[f"/targets/{target}/{way}"] = flag
    return _Made(value, named)


def _target(flags: Flags, environment: Mapping[str, str]) -> Iterator[tuple[str, str, Json]]:
    """The keys of the target, each as the way to it, with the flag or variable that states it and its value."""
    for each in _typed(flags, "target"):
        if each.name != "datasource":
            yield each.metadata["place"].split()[1], each.metadata["flag"], getattr(flags, each.name)
    if flags.datasource:
        yield "datasources", "--datasource", dict(each.split("=", 1) for each in flags.datasource)
    if flags.token_file is not None:
        return
    if environment.get("GRAFANA_USER") and not environment.get("GRAFANA_TOKEN"):
        yield "user", "GRAFANA_USER", environment["GRAFANA_USER"]
        yield "password_env", "GRAFANA_PASSWORD", "GRAFANA_PASSWORD"
    elif "GRAFANA_TOKEN" in environment:
        yield "token_env", "GRAFANA_TOKEN", "GRAFANA_TOKEN"


def repository_name(url: str) -> str:
    """The name of a repository's source: the last part of its url. Derived uids hash it, so it depends on the url alone."""
    last = re.split(r"[/:]", url.rstrip("/"))[-1].removesuffix(".git")
    return _name(last) if "@" not in last else "git"


def server_name(url: str) -> str:
    """The name of a target: its host, with port and sub-path where the url has them, so that two servers never share one."""
    return _name(url.partition("://")[2].rpartition("@")[2].partition("?")[0]) if "://" in url else "grafana"


def _name(text: str) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:63]
    return name or "git"


def _named(told: Problem, flags: Mapping[str, str]) -> Problem:
    """The problem with the flag in place of the pointer: the one that stands for the nearest part around it."""
    pointer = told.pointer
    while pointer and pointer not in flags:
        pointer = pointer.rpartition("/")[0]
    flag = flags.get(pointer, COMMAND_LINE)
    return replace(told, file=flag, pointer="", remedy=_REMEDIES.get(told.code, told.remedy))
