"""The stage notices when its configuration's files change, also while they are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provisioner.config.assemble import Loaded
from provisioner.config.choose import settings
from provisioner.config.flags import Flags
from provisioner.config.secrets import reveal
from provisioner.core.errors import ConfigurationInvalid
from provisioner.front import Front
from provisioner.staging import House, Stage

CONFIG = """
sources: {files: {directory: {path: ./files}}}
targets: {test: {url: "http://127.0.0.1:9", token_file: token, drift_interval: %d}}
state: {path: ./state.db}
"""


class Scene:
    """A configuration in a file; `while_read` happens between its reading and what follows."""

    def __init__(self, place: Path) -> None:
        self.file = place / "config.yaml"
        self.write(1)
        (place / "files").mkdir()
        (place / "token").touch(0o600)
        (place / "token").write_text("glsa_a_token_that_is_long_enough", encoding="utf-8")
        self.while_read = 0
        self.house = House(self.load, "config.yaml", os.environ, Front(reveal(os.environ)))

    def write(self, number: int, text: str = CONFIG) -> None:
        self.file.write_text(text % number if "%d" in text else text, encoding="utf-8")

    def load(self) -> Loaded:
        loaded = settings(self.file, Flags(), os.environ)
        if self.while_read:
            self.write(self.while_read)
            self.while_read = 0
        return loaded

    def open(self, old: Stage | None = None) -> Stage:
        stage = self.house.open_stage(old)
        assert stage is not None
        return stage


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@contextmanager
def _staged(scene: Scene, old: Stage | None = None) -> Iterator[Stage]:
    stage = scene.open(old)
    try:
        yield stage
    finally:
        stage.close()


def _answers(stage: Stage) -> list[bool]:
    return [stage.changed() for _ in range(3)]


def test_a_change_is_said_once_when_it_has_come_to_rest(scene: Scene) -> None:
    with _staged(scene) as stage:
        assert [False, False, False] == _answers(stage)
        scene.write(2)
        assert [False, True, False] == _answers(stage)


def test_the_same_settings_are_no_new_stage(scene: Scene) -> None:
    with _staged(scene) as stage:
        assert None is scene.house.open_stage(stage)
        scene.write(1, CONFIG + "# only a comment\n")
        assert None is scene.house.open_stage(stage)
        assert [False, False, False] == _answers(stage)


def test_a_save_while_the_new_one_is_read_is_noticed_by_the_new_stage(scene: Scene) -> None:
    with _staged(scene) as old:
        scene.write(2)
        scene.while_read = 30
        with _staged(scene, old) as new:
            assert 2.0 == new.loaded.settings.targets[0].drift_interval
            assert True in _answers(new)


def test_a_refused_file_is_watched_until_it_is_mended(scene: Scene) -> None:
    with _staged(scene) as stage:
        scene.write(0, "targets: [")
        with pytest.raises(ConfigurationInvalid):
            scene.house.open_stage(stage)
        assert [False, False, False] == _answers(stage)
        scene.write(3)
        assert [False, True, False] == _answers(stage)


def test_what_the_state_takes_is_told_and_nothing_where_the_file_went(scene: Scene) -> None:
    with _staged(scene) as stage:
        assert stage.state_bytes >= (scene.file.parent / "state.db").stat().st_size > 0
        for each in scene.file.parent.glob("state.db*"):
            each.unlink()
        assert 0 == stage.state_bytes
