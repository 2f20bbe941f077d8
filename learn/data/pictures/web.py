"""A picture from a web address: only where the user asked for it, of public hosts, with bounds of size and time."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from learn.data.pictures.shrink import MOST_BYTES

SECONDS = 10.0
"""To wait for a host, and for each piece of an answer."""
SECONDS_IN_ALL = 30.0
"""For one picture, with what it is redirected to."""
REDIRECTS = 3
MOST_FAILURES = 3
"""Hosts that fail to answer so often are not asked again."""
PORTS = (80, 443)
_CHUNK = 1 << 16
_TUNNELS = tuple(ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""IPv6 addresses that hold another one, which may be private."""

MayCall = Callable[[str, int], bool]


def is_public(address: str, port: int) -> bool:
    """Whether an IP address may be called: it is of the public internet, no private, local or reserved one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in _TUNNELS):
            return False
    return port in PORTS and found.is_global and not found.is_multicast and not found.is_reserved


class Fetcher:
    """Fetches pictures; a host that does not answer is soon left alone.

    Args:
        may_call: (IP address, port) -> whether it may be connected to.
    """

    def __init__(self, may_call: MayCall = is_public) -> None:
        self._may_call = may_call
        self._failures: Counter[str] = Counter()

    def __call__(self, address: str) -> bytes | None:
        """What lies at a web address; None where nothing does, it may not be called, or it is too large or too slow."""
        until = time.monotonic() + SECONDS_IN_ALL
        address = f"https:{address}" if address.startswith("//") else address
        for _ in range(REDIRECTS + 1):
            try:
                parts = urlsplit(address)
                host = parts.hostname
                if parts.scheme not in ("http", "https") or not host or parts.username is not None:
                    return None
                if self._failures[host] >= MOST_FAILURES:
                    return None
                content, moved = self._get(parts, host, until)
            except (OSError, http.client.HTTPException):
                self._failures[host or ""] += 1
                return None
            except ValueError:  # no address at all
                return None
            if moved is None:
                return content
            address = urljoin(address, moved)
        return None

    def _get(self, parts: SplitResult, host: str, until: float) -> tuple[bytes | None, str | None]:
        """What one address answers: its content, or the address that it sends to."""
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not found or not all(self._may_call(one, port) for one in found):
            return None, None
        connection = _Pinned(host, port, found[0], secure)
        try:
            path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
                f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
            )
            connection.request("GET", path, headers={"Accept": "image/*", "User-Agent": "learn-explorer"})
            answer = connection.getresponse()
            if answer.status in (301, 302, 303, 307, 308):
                return None, answer.getheader("Location") or ""
            return (_read(answer, until) if answer.status == 200 else None), None
        finally:
            connection.close()


def _read(answer: http.client.HTTPResponse, until: float) -> bytes | None:
    """The whole answer; None where it is larger than a picture may be, or not there in time."""
    content = bytearray()
    while piece := answer.read1(_CHUNK):
        content += piece
        if len(content) > MOST_BYTES or time.monotonic() > until:
            return None
    return bytes(content)


class _Pinned(http.client.HTTPConnection):
    """A connection to the very IP address that was looked at, whatever the name means a moment later."""

    def __init__(self, host: str, port: int, address: str, secure: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self.default_port = 443 if secure else 80
        self._address, self._secure = address, secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
