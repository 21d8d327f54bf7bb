"""Readings as bytes: what comes back is what went in, for every reading that a file can give and every one that could be built."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from provisioner.core import documents
from provisioner.core.codec import decode, encode
from provisioner.core.model import DataSourceName, Document, FileKind, FolderDocument, FolderUid, Input, Reading, Shape, Uid
from provisioner.core.problems import Excerpt, Problem, Severity

KEYS = ("title", "uid", "panels", "schemaVersion", "__inputs", "metadata", "spec", "kind", "apiVersion", "dashboard", "templating", "rows")
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
whole = st.integers(0, 10_000)
inputs = st.builds(Input, words, words, words, st.none() | words, words, st.booleans(), st.booleans())
by_name = st.builds(DataSourceName, words, words)
readings = st.builds(
    Reading,
    documents=st.lists(
        st.builds(
            Document,
            index=whole,
            document=whole,
            pointer=words,
            embedded=st.booleans(),
            shape=st.sampled_from(Shape),
            uid=st.none() | words.map(Uid),
            title=words,
            folder=st.none() | words.map(FolderUid),
            message=st.none() | words,
            api_version=st.none() | words,
            schema_version=st.none() | st.integers(),
            inputs=st.lists(inputs, max_size=3).map(tuple),
            by_name=st.lists(by_name, max_size=3).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    folder=st.none() | st.builds(FolderDocument, st.none() | words, st.none() | words.map(FolderUid), st.none() | words),
    problems=st.lists(
        st.builds(
            Problem,
            words,
            st.sampled_from(Severity),
            words,
            words,
            words,
            whole,
            whole,
            words,
            whole,
            st.none() | st.builds(Excerpt, whole, st.lists(words, max_size=3).map(tuple), whole),
        ),
        max_size=3,
    ).map(tuple),
    passed_over=st.none() | words,
)
json_texts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6) | st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=12,
).map(json.dumps)


@given(readings)
def test_every_reading_comes_back_as_it_was(reading: Reading) -> None:
    assert reading == decode(encode(reading))


@given(st.binary(max_size=200), st.sampled_from(FileKind))
def test_the_reading_of_any_bytes_comes_back_as_it_was(raw: bytes, kind: FileKind) -> None:
    reading = documents.read(raw, kind)
    assert reading == decode(encode(reading))


@given(json_texts, st.sampled_from(FileKind))
def test_the_reading_of_any_json_comes_back_as_it_was(text: str, kind: FileKind) -> None:
    reading = documents.read(text.encode("utf-8", "surrogatepass"), kind)
    assert reading == decode(encode(reading))


def test_a_number_that_no_encoder_takes_comes_back_as_it_was() -> None:
    reading = documents.read(b'{"title": "x", "panels": [], "schemaVersion": 123456789012345678901234567890}', FileKind.JSON)
    assert 123456789012345678901234567890 == decode(encode(reading)).documents[0].schema_version


def test_half_a_character_comes_back_as_it_was() -> None:
    reading = documents.read(b'{"title": "\\ud800", "panels": [{"\\udc00": 1}], "schemaVersion": 39}', FileKind.JSON)
    assert reading == decode(encode(reading))
