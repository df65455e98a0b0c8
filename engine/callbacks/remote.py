"""Telling a server how training goes."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.callbacks.callback import Callback
from engine.errors import ParamError


class RemoteMonitor(Callback):
    """Sends the logs of each epoch to ``root + path`` by POST: as JSON in the form field ``field``, or with
    ``send_as_json`` as a JSON body.

    A server that does not answer is a warning.  Keras: ``keras.callbacks.RemoteMonitor``.
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        if not root.startswith(("http://", "https://")):
            raise ParamError(
                f"RemoteMonitor: root begins with http:// or https://. Received: root={root!r}", code="param"
            )
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        sent: dict[str, Any] = {"epoch": epoch}
        for name, value in (logs or {}).items():
            sent[name] = value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
        text = json.dumps(sent)
        headers = dict(self.headers or {})
        if self.send_as_json:
            body = text.encode()
            headers.setdefault("Content-Type", "application/json")
        else:
            body = urllib.parse.urlencode({self.field: text}).encode()
        request = urllib.request.Request(self.root + self.path, body, headers, method="POST")
        try:
            urllib.request.urlopen(request, timeout=30).close()
        except (urllib.error.URLError, OSError):
            warnings.warn(f"Could not reach RemoteMonitor root server at {self.root}", stacklevel=2)
