"""Requests to a sandbox, and the files that Schemathesis reads. Plain Python, so that nothing more has to be installed."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path


class Service:
    """One base URL with one credential."""

    def __init__(self, url, headers=None):
        self.url, self.headers = url.rstrip("/"), headers or {}

    def call(self, method, path, body=None):
        headers = {"Content-Type": "application/json", **self.headers}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path} was refused while the world was made: {error.code} {error.read().decode()}")

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body):
        return self.call("POST", path, body)


def save(folder, words, environment):
    """Writes the word lists, and what the settings take from the environment."""
    for name, entries in words.items():
        if not entries:
            sys.exit(f"the world holds no {name}: what the sandbox makes of its own test data has changed")
        # The form of Schemathesis's word lists: one JSON string a line.
        lines = [json.dumps(entry) + "\n" for entry in dict.fromkeys(entries)]
        Path(folder, f"{name}.txt").write_text("".join(lines), encoding="utf-8")
    lines = [f"{name}={value}\n" for name, value in environment.items()]
    Path(folder, "environment.txt").write_text("".join(lines), encoding="utf-8")
