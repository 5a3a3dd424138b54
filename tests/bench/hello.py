"""A bare Flask application behind waitress as a node is: `python -m tests.bench.hello PORT`."""

import logging
import sys

import waitress
from flask import Flask

from kiosk.serve import THREADS

logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # as `kiosk.serve` does
app = Flask(__name__)


@app.get("/")
def hello() -> str:
    return "hello"


if __name__ == "__main__":
    waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=THREADS, ident="kiosk")
