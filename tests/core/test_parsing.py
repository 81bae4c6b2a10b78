"""What the API's JSON parser takes, and what it refuses."""

import io

import pytest

from loyalty.core import parsing
from loyalty.core.parsing import MalformedJSON, PayloadTooLarge, StrictJSONParser


class TestLoads:
    def test_reads_what_json_can_say(self):
        body = '{"a": [1, -2, "é", "\\u00e9", null, true, {"b": 0.5}]}'.encode()

        assert parsing.loads(body) == {"a": [1, -2, "é", "é", None, True, {"b": 0.5}]}

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"{'a': 1}",
            b'{"a": NaN}',
            b'{"a": Infinity}',
            b'{"a": -Infinity}',
            b'{"a": 1e999}',
            b'{"a": 1234567890123456789}',
            b'{"a": ' + b"9" * 5000 + b"}",
            b'{"a": 1, "a": 1}',
            b'{"a": {"b": 1, "b": 2}}',
            b'\xef\xbb\xbf{"a": 1}',
            b'{"a": "\xff"}',
            b'{"a": "\xed\xa0\x80"}',
            b'{"a": "\x00"}',
            b'{"a": "\\u0000"}',
            b'{"a\\u0000": 1}',
            b'{"a": "\\ud800"}',
            b'{"a": 1} {}',
            b"[" * 21 + b"]" * 21,
            b"[" * 100_000,
            b'{"a":' * 50_000,
        ],
    )
    def test_refuses_what_two_readers_could_read_differently(self, body: bytes):
        with pytest.raises(MalformedJSON):
            parsing.loads(body)

    def test_takes_the_deepest_document_it_promises(self):
        body = b"[" * 20 + b"]" * 20

        assert parsing.loads(body) is not None

    def test_says_where_it_stopped_making_sense(self):
        with pytest.raises(MalformedJSON) as refused:
            parsing.loads(b'{"a": 1,\n "b" 2}')

        assert refused.value.figures == {"line": 2, "column": 6}

    def test_keeps_a_backslash_that_only_looks_like_nul(self):
        assert parsing.loads(b'{"a": "\\\\u0000"}') == {"a": "\\u0000"}


class TestParser:
    def test_takes_a_body_of_exactly_the_limit(self, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

        assert StrictJSONParser().parse(io.BytesIO(b'"12345678"')) == "12345678"

    def test_refuses_one_byte_more(self, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

        with pytest.raises(PayloadTooLarge) as refused:
            StrictJSONParser().parse(io.BytesIO(b'"123456789"'))

        assert refused.value.figures == {"limit": 10}
