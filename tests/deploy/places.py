"""Where the files are that people install by, and how they are read here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from provisioner.config.load import lenient

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
CHART = DEPLOY / "helm" / "provisioner"
UNIT = DEPLOY / "systemd" / "provisioner.service"

NOT_HERE = frozenset({"secret-unreadable", "config-file-unusable"})
"""What is no fault of a configuration that is read on another machine than the one it is for."""


def documents(text: str) -> list[dict[str, Any]]:
    """The YAML documents of a text, empty ones left out."""
    return [each for each in yaml.safe_load_all(text) if each]


def read(file: Path) -> Any:  # noqa: ANN401 - YAML and JSON hold anything
    """The one document of a file."""
    text = file.read_text(encoding="utf-8")
    return json.loads(text) if file.suffix == ".json" else yaml.safe_load(text)


def faults(config: Path, environment: Mapping[str, str] | None = None) -> list[str]:
    """What the provisioner finds wrong with a configuration, but for files that are only where it is used."""
    found = lenient(config, environment or {})
    return [f"{each.code}: {each.message}" for each in found.problems if each.code not in NOT_HERE]


def faults_of(config: object, folder: Path, environment: Mapping[str, str] | None = None) -> list[str]:
    """The same for a configuration that is a value."""
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    return faults(file, environment)


def seconds(text: str) -> int:
    """`20s` → 20; a number as it is."""
    return int(str(text).removesuffix("s"))


def texts(value: object) -> Iterator[str]:
    """Every text in a value."""
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from texts(each)
        case dict():
            for each in value.values():
                yield from texts(each)
        case _:
            pass
