import json
import subprocess
import sys

from loyalty import logs

PROGRAM = """
import logging.config, structlog
from loyalty import logs
logging.config.dictConfig(logs.configure(level="INFO", is_readable=False))
structlog.get_logger("shop").info("seen", request="GET /desk/?q=ada@example.org", user_id=3)
logging.getLogger("plain").info("hello")
"""


class TestLogs:
    def test_are_one_json_document_a_line_on_standard_error(self):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
        )

        first, second = (json.loads(line) for line in done.stderr.splitlines())
        assert done.stdout == ""
        assert (first["event"], first["request"], first["user_id"]) == ("seen", "GET /desk/", 3)
        assert (second["event"], second["logger"]) == ("hello", "plain")

    def test_never_keep_what_somebody_searched_for(self):
        event = logs.without_query(None, "info", {"request": "GET /desk/?q=ada@example.org"})

        assert event == {"request": "GET /desk/"}
