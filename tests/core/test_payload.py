"""JSON for the wire."""

import json

from hypothesis import given

from provisioner.core.payload import encode
from tests.core.json_values import values


@given(values)
def test_what_is_encoded_reads_back_as_the_same_value(value: object) -> None:
    assert json.loads(encode(value)) == value


def test_integers_of_any_size_keep_every_digit() -> None:
    assert encode({"big": 2**80 + 1}) == b'{"big":1208925819614629174706177}'


def test_a_lone_surrogate_is_escaped() -> None:
    assert encode(["\ud800"]) == b'["\\ud800"]'
