"""The git server of deploy/compose, run as it is, and somebody who pushes to it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

from tests.deploy.places import DEPLOY, ROOT

GIT = DEPLOY / "compose" / "git"
SECRET = DEPLOY / "compose" / "secrets" / "hook"
SOMEBODY = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
SOMEBODY |= {f"GIT_{who}_{what}": "mira@example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@contextmanager
def git_server(folder: Path, hook: str) -> Iterator[str]:
    """The url of its repository, which has the examples below dashboards/ as the compose file gives them to it."""
    root, seed = folder / "git", folder / "seed"
    root.mkdir(exist_ok=True)
    seed.mkdir(exist_ok=True)
    copytree(ROOT / "dashboards", seed / "dashboards", dirs_exist_ok=True)
    places = {"GIT_ROOT": str(root), "SEED": str(seed), "HOOKS": str(GIT / "hooks"), "PORT": "0", "ADDRESS": "127.0.0.1"}
    variables = {**os.environ, **places, "PROVISIONER_HOOK": hook, "HOOK_SECRET_FILE": str(SECRET)}
    with subprocess.Popen([sys.executable, str(GIT / "server.py")], env=variables, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            told = (re.fullmatch(r"listening at port (\d+)\n", line) for line in server.stderr)
            port = next((found[1] for found in told if found), "")
            assert port, "the git server ended"
            yield f"http://127.0.0.1:{port}/dashboards.git"
        finally:
            server.terminate()
            server.communicate()


def git(*arguments: str | Path, cwd: Path) -> str:
    """What git says, on both streams."""
    environment = {**os.environ, **SOMEBODY}
    done = subprocess.run(["git", *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def clone(url: str, folder: Path) -> Path:
    git("clone", "--quiet", url, folder / "clone", cwd=folder)
    return folder / "clone"


def retitled(work: Path, old: str, new: str) -> str:
    """What a person sees who changes the title of the host's dashboard, as the README has it, and pushes."""
    file = work / "dashboards/platform/hosts/host-detail.json"
    text = file.read_text(encoding="utf-8")
    assert f'"title": "{old}"' in text
    file.write_text(text.replace(f'"title": "{old}"', f'"title": "{new}"'), encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "Call it what it is", cwd=work)
    return git("push", "--quiet", cwd=work)
