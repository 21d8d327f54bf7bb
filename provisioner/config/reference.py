"""docs/configuration.md, made from the schema, the flags and the variables.

In: the schema. Out: the page, for which nothing is read. A test holds the committed page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields

from provisioner.config.flags import ENVIRONMENT, Flags
from provisioner.config.schema import resolved
from provisioner.core.model import Json

_HEAD = """\
# Configuration

<!-- Made from provisioner/config/config.schema.json and provisioner/config/flags.py by `make docs`; do not edit. -->

A configuration is one YAML (or JSON) file, named with `-c config.yaml`. No file is read that is not named. Where a few
flags are enough, there need be [no file at all](#without-a-file). `config.example.yaml` has every key.

```yaml
sources:
  platform:
    git: {url: https://git.example/platform.git, branch: main, path: dashboards, token_file: /run/secrets/git-token}
targets:
  production:
    url: https://grafana.example
    token_file: /run/secrets/grafana-token
    folder: Platform
    datasources: {DS_PROMETHEUS: prom-main}
```

All problems of a configuration are told at once, each with its line, and nothing is done before they are mended. A key that is not known
is refused, with the nearest one that is.
"""

_VALUES = """\
## How values are written

- **Durations** are seconds (`30`), or text with units: `250ms`, `30s`, `5m`, `1m30s`, `2h`, `30d`. A day at the most,
  a **span of time** ten years.
- **Sizes** are bytes (`1048576`), or text with a unit: `500kB`, `10MB` (powers of ten), `10MiB`, `2GiB` (powers of two).
- **Paths** start from the directory of the configuration file; `~` is `$HOME`.
- **Globs** are matched against the path within the source. `*` and `?` stay in one directory, `**` crosses directories, excludes win.
- **Variables**: `${NAME}` in a value is replaced from the environment. A variable that is not set is an error, unless there is a default:
  `${NAME:-default}` (also taken when the variable is empty). `$${` stands for a plain `${`. Keys are never replaced.
- **Secrets** are never written into the file. A `…_file` key names a file, an `…_env` key an environment variable. Each is read
  anew at each use, so a rotated one is followed. A newline at the end is dropped. A file that every user can read is a warning:
  `secret-readable-by-all`. Credentials of systemd (`LoadCredential=grafana-token:/etc/…`) are files too:
  `token_file: ${CREDENTIALS_DIRECTORY}/grafana-token`.
"""

_PARTS = """\
## Several files, and values for all

`include` names other files, by paths or globs that start from the directory of the file that they stand in. Together they are one
configuration: entries of `sources`, `targets`, `severities`, `server.hooks` and `defaults` may stand in any of them, each in one; every
other part is whole in one file. A name that two files state is refused, with both places. Files may include others, 8 deep and 200 in all;
relative paths start from the directory of the file that states them. A file that appears where a glob looks belongs to the
configuration from then on.

```yaml
include: [teams/*.yaml]
defaults:
  target:
    token_file: ${CREDENTIALS_DIRECTORY}/grafana-token
    policy: {drift: revert}
  git: {branch: main, token_file: /run/secrets/git-token, interval: 30s}
```

`defaults` hold for every target and source that does not state the value itself, whichever file it stands in. Mappings are merged key by
key (a target with `policy: {conflict: git-wins}` still has `drift: revert` here), anything else is replaced, lists too. Who states a token,
a user or a password takes none of the three from here; who states a branch, tag or commit, none of these; and a key that is of no use
with a url (`ssh_key_file` with https) is left out.
"""

_EDITORS = """\
## In an editor

`provisioner config schema > config.schema.json` writes the JSON Schema (2020-12), with every problem code under `severities`. An editor
with the YAML language server (VS Code, Neovim, Helix and others) then completes and checks a file that begins with:

```yaml
# yaml-language-server: $schema=./config.schema.json
```

JetBrains: Settings, Languages & Frameworks, Schemas and DTDs, JSON Schema Mappings.
"""

_FLAGS = """\
## Without a file

```
provisioner validate --directory dashboards
provisioner plan --git https://git.example/platform.git --branch main --path dashboards \\
  --grafana https://grafana.example --token-file /run/secrets/grafana-token
```

Flags and `-c` exclude each other. Relative paths start from the working directory. The source is named `directory`, or after the
last part of the repository's url; the target after its host. Uids of dashboards that name none are derived from the name of the source.
"""

_ENVIRONMENT = """\
## Environment

Beside the variables that the configuration itself names:
"""


def configuration_page(schema: Mapping[str, Json]) -> str:
    """The page, for the schema as it lies in the package (`schema.base()`)."""
    titles: dict[str, list[str]] = {}
    for title, node in _parts(schema, "", schema):
        titles.setdefault(_table(schema, node), []).append(title)
    tables = "\n".join(_head(ways) + table for table, ways in titles.items())
    flags = _rows(
        ("Flag", "Meaning"),
        ((f"`{each.metadata['flag']} {each.metadata['value']}".rstrip() + "`", each.metadata["meaning"]) for each in fields(Flags)),
    )
    variables = _rows(("Variable", "Meaning"), ((f"`{name}`", meaning) for name, meaning in ENVIRONMENT.items()))
    return "\n".join((_HEAD, f"## Keys\n\n{tables}", _VALUES, _PARTS, _FLAGS, flags, _ENVIRONMENT, variables, _EDITORS))


def _parts(schema: Mapping[str, Json], title: str, node: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Every mapping with keys of its own, by the way to it; a name that a person chooses is written in capitals."""
    if "properties" in node:
        yield title, node
    if title == "defaults":
        return  # its parts have the keys of others, which have tables of their own
    for key, raw in node.get("properties", {}).items():
        below = resolved(schema, raw)
        way = f"{title}.{key}" if title else key
        yield from _parts(schema, way, below)
        for inner, end in (("additionalProperties", ".NAME"), ("items", "[]")):
            if isinstance(below.get(inner), Mapping):
                yield from _parts(schema, f"{way}{end}", resolved(schema, below[inner]))


def _head(ways: list[str]) -> str:
    """One heading for all places that take the same keys; the root needs none."""
    return f"### {' and '.join(f'`{way}`' for way in ways)}\n\n" if ways != [""] else ""


def _table(schema: Mapping[str, Json], node: Mapping[str, Json]) -> str:
    head = "" if node is schema else f"{node['description']}\n\n"
    required = node.get("required", ())
    rows = (_row(key, resolved(schema, raw), required=key in required) for key, raw in node["properties"].items())
    return head + _rows(("Key", "Takes", "Default", "Meaning", "Example"), rows)


def _row(key: str, node: Mapping[str, Json], *, required: bool) -> tuple[str, ...]:
    default = "required" if required else _code(node["default"]) if "default" in node else ""
    takes = "keys of its own" if "properties" in node else str(node["title"]).partition(":")[0]
    example = ", ".join(_code(each) for each in node.get("examples", ()))
    return (f"`{key}`", takes, default, node["description"], example)


def _code(value: Json) -> str:
    """The value as it would be written in YAML, on one line."""
    return f"`{_flow(value)}`"


def _flow(value: Json) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(_flow(each) for each in value) + "]"
        case str() if value.isdigit() or set(value) & set('*{}[],#&!|>%@`"'):
            return json.dumps(value, ensure_ascii=False)
        case str():
            return value
        case _:
            return json.dumps(value)


def _rows(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = (head, tuple("---" for _ in head), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
