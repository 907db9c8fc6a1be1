"""urllib, with it pandas, and requests: the well-known files among what they ask for."""

from __future__ import annotations

import email.message
import io
import urllib.request
from typing import Any
from urllib.response import addinfourl

from . import beneath, remote


class Response(addinfourl):
    """What `urlopen` returns; `length` and `msg` are `http.client.HTTPResponse`'s."""

    def __init__(self, url: str, contents: bytes) -> None:
        super().__init__(io.BytesIO(contents), headers(contents), url, 200)
        self.length, self.msg = len(contents), "OK"


class KnownFiles(urllib.request.BaseHandler):
    """Comes before the handlers that connect; None leaves the request to them."""

    handler_order = 100

    def http_open(self, request: urllib.request.Request) -> Response | None:
        found = _asked(request.full_url)
        return None if found is None else Response(request.full_url, found)

    https_open = http_open


@beneath("urllib.request")
def opened(request: Any) -> None:
    """Every opener that is made from now on, the one of `urlopen` and `urlretrieve` with them."""
    begin = request.OpenerDirector.__init__

    def begin_here(self: Any) -> None:
        begin(self)
        self.add_handler(KnownFiles())

    request.OpenerDirector.__init__ = begin_here


@beneath("requests.sessions")
def sent(sessions: Any) -> None:
    get_adapter = sessions.Session.get_adapter

    class KnownFilesAdapter(sessions.HTTPAdapter):  # type: ignore[misc]
        """Answers with `body`, which is asked for before."""

        def __init__(self, body: bytes) -> None:
            super().__init__()
            self.body = body

        def send(self, request: Any, *arguments: Any, **options: Any) -> Any:
            from urllib3 import HTTPResponse

            answer = HTTPResponse(
                io.BytesIO(self.body),
                headers=dict(headers(self.body)),
                status=200,
                reason="OK",
                preload_content=False,
            )
            return self.build_response(request, answer)

    def get_adapter_here(self: Any, url: str) -> Any:
        found = _asked(url)
        return get_adapter(self, url) if found is None else KnownFilesAdapter(found)

    sessions.Session.get_adapter = get_adapter_here


@beneath("urllib3.util.retry")
def not_awaited(retry: Any) -> None:
    """Where there is no network, it does not come while one waits: libraries ask ten times, for minutes."""
    retry.Retry.sleep = lambda self, response=None: None


def headers(contents: bytes) -> email.message.Message:
    made = email.message.Message()
    made["Content-Type"] = "application/octet-stream"
    made["Content-Length"] = str(len(contents))
    return made


def _asked(url: str) -> bytes | None:
    """The body, where it is known; the report is told."""
    if (found := remote.body(url)) is None:
        return None
    data, contents = found
    remote.tell(data)
    return contents
