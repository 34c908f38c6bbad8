"""TOML files: unreadable ones and later versions are refused with a reason."""

import pytest

from mwa_sim.errors import DataError, InputError
from mwa_sim.toml_file import check_schema, read_toml


def test_reads_utf8_with_and_without_mark(tmp_path):
    file = tmp_path / "a.toml"
    file.write_bytes('\ufeffname = "Wirbelsäule"'.encode())
    assert read_toml(file) == {"name": "Wirbelsäule"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = ", "is not valid TOML: "),
        (b"a = '\xff'", "is not a text in UTF-8"),
    ],
)
def test_bad_files(tmp_path, content, message):
    file = tmp_path / "a.toml"
    file.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_toml(file)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(DataError, match="cannot be read"):
        read_toml(tmp_path)


def test_schema_version():
    assert check_schema({"schema": "mwa-sim/case/1"}, "case", 2) == 1
    with pytest.raises(DataError, match="version 3 is later than this mwa_sim can read"):
        check_schema({"schema": "mwa-sim/case/3"}, "case", 2)


@pytest.mark.parametrize("given", [None, 1, "mwa-sim/plan/1", "case/1", "mwa-sim/case/0"])
def test_schema_of_something_else(given):
    data = {} if given is None else {"schema": given}
    with pytest.raises(InputError, match=r'x\.toml: schema: .*schema = "mwa-sim/case/1"'):
        check_schema(data, "case", 1, "x.toml")
