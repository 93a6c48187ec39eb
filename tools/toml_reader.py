"""Reads TOML for the generators: tomllib from Python 3.11 on, else tomli (Debian and Ubuntu:
python3-tomli)."""

try:
    import tomllib
except ModuleNotFoundError:
    import tomli as tomllib


def read_toml(path):
    with open(path, "rb") as file:
        return tomllib.load(file)
