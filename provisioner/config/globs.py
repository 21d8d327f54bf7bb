"""Globs as a person states them. In: a list of a part. Out: the globs, and a complaint at each that cannot match what is meant. Pure."""

from __future__ import annotations

from provisioner.config.complaints import Complaint
from provisioner.config.parts import Part


def globs(part: Part, key: str) -> tuple[str, ...]:
    """The globs under a key, each once."""
    stated = part.value.get(key)
    for index, glob in enumerate(stated if isinstance(stated, list) else ()):
        if isinstance(glob, str) and (glob.startswith(("/", "./")) or ".." in glob.split("/")):
            inside = "/".join(step for step in glob.split("/") if step not in {"", ".", ".."})
            message = "a glob is counted from the source's path and stays in it"
            remedy = f'write "{inside}"' if inside else "leave it out"
            part.below(key).complain(Complaint("config-value", message, remedy), index)
    return part.texts(key)
