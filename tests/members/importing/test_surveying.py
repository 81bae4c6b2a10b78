from pathlib import Path

import pytest

from members.importing import surveying
from members.importing.surveying import BadFile
from tests.members.conftest import Writer


class TestSurvey:
    @pytest.mark.parametrize(
        ("text", "delimiter"),
        [("a,b\n1,2\n", ","), ("a;b\n1;2\n", ";"), ("a\tb\n1\t2\n", "\t"), ('"a,x";b\n', ";")],
    )
    def test_finds_the_delimiter_in_the_header(self, write: Writer, text: str, delimiter: str):
        assert surveying.survey(path=write(text)).delimiter == delimiter

    @pytest.mark.parametrize(
        ("encoding", "found"),
        [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252")],
    )
    def test_finds_the_encoding_and_reads_the_same_columns(
        self, write: Writer, encoding: str, found: str
    ):
        survey = surveying.survey(path=write("prénom;montant\nZoé;5 €\n", encoding=encoding))

        assert (survey.encoding, survey.columns) == (found, ("prénom", "montant"))

    def test_finds_an_encoding_whose_first_letter_comes_late(self, write: Writer):
        text = "name\n" + "x" * 2_000_000 + "\nZoé\n"

        assert surveying.survey(path=write(text, encoding="cp1252")).encoding == "cp1252"
        assert surveying.survey(path=write(text)).encoding == "utf-8-sig"

    def test_reads_gzip_and_knows_its_content_by_the_same_hash(self, write: Writer):
        plain = surveying.survey(path=write("a,b\n1,2\n"))
        packed = surveying.survey(path=write("a,b\n1,2\n", name="file.csv.gz"))

        assert packed.content_hash == plain.content_hash
        assert (packed.columns, packed.lines) == (("a", "b"), 2)


class TestBadFile:
    def test_is_one_that_is_not_there(self, tmp_path: Path):
        with pytest.raises(BadFile, match="bad-file"):
            surveying.survey(path=tmp_path / "nothing.csv")

    def test_is_a_folder(self, tmp_path: Path):
        with pytest.raises(BadFile):
            surveying.survey(path=tmp_path)

    @pytest.mark.parametrize("text", ["", "\n \n"])
    def test_is_an_empty_one(self, write: Writer, text: str):
        with pytest.raises(BadFile):
            surveying.survey(path=write(text))

    def test_is_one_whose_first_line_is_longer_than_any_name(self, write: Writer):
        with pytest.raises(BadFile, match="bad-file"):
            surveying.survey(path=write("x" * 200_000 + "\n1\n"))

    def test_is_one_called_gz_that_is_not(self, tmp_path: Path):
        path = tmp_path / "file.csv.gz"
        path.write_text("a,b\n")

        with pytest.raises(BadFile):
            surveying.survey(path=path)

    def test_is_a_gzip_that_was_cut_short(self, write: Writer):
        path = write("a,b\n" + "1,2\n" * 10_000, name="file.csv.gz")
        path.write_bytes(path.read_bytes()[:-20])

        with pytest.raises(BadFile):
            surveying.survey(path=path)
