#!/bin/sh
# Makes .venv with the locked packages. Debian's python3 comes without ensurepip:
# installs python3-venv where it may, and says what to do where it may not.
set -eu
py=$1
if ! "$py" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or newer is needed; '$py' is $("$py" -V 2>&1)." >&2
    exit 1
fi
if ! "$py" -c 'import ensurepip' 2>/dev/null; then
    . "$(dirname "$0")/apt.sh"
    apt_install python3-venv || {
        echo "python3-venv is missing. Run:  sudo apt-get install python3-venv   and again: make" >&2
        exit 1
    }
fi
# Without pip it is what an interrupted run left behind.
.venv/bin/python -m pip --version >/dev/null 2>&1 || "$py" -m venv --clear .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
