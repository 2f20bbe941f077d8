"""A login by OpenID Connect against a small provider on this machine: nothing is drawn before, the pages are after."""

import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from learn.cli.app_server import ROOT
from tests.cli.test_app_server import answers, free_port, until

pytest.importorskip("authlib", reason="of the extra `login`")
jwk = pytest.importorskip("joserfc.jwk")
jwt = pytest.importorskip("joserfc.jwt")
connect = pytest.importorskip("websockets.sync.client").connect


class Provider(BaseHTTPRequestHandler):
    """Lets everybody in as ada@example.org."""

    key = nonce = None

    def do_GET(self):
        me = f"http://localhost:{self.server.server_port}"
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if self.path.startswith("/authorize"):
            Provider.nonce = asked["nonce"]
            self.send_response(302)
            self.send_header(
                "Location", asked["redirect_uri"] + "?" + urlencode({"code": "code", "state": asked["state"]})
            )
            self.end_headers()
        elif self.path.startswith("/keys"):
            self.say({"keys": [self.key.as_dict(private=False)]})
        else:
            self.say({
                "issuer": me, "authorization_endpoint": f"{me}/authorize", "token_endpoint": f"{me}/token",
                "jwks_uri": f"{me}/keys", "id_token_signing_alg_values_supported": ["RS256"],
            })  # fmt: skip

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        now, me = int(time.time()), f"http://localhost:{self.server.server_port}"
        claims = {"iss": me, "aud": "explorer", "sub": "1", "iat": now, "exp": now + 600, "email": "ada@example.org"}
        claims["nonce"] = self.nonce
        token = jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
        self.say({"access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    def say(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def provider():
    Provider.key = jwk.RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def port(provider, tmp_path):
    port = free_port()
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(
        f"""[auth]
redirect_uri = "http://localhost:{port}/oauth2callback"
cookie_secret = "a long text that nobody can know of all"
client_id = "explorer"
client_secret = "secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
""",
        encoding="utf-8",
    )
    environment = os.environ | {"HOME": str(tmp_path), "LEARN_WORKSPACE": str(tmp_path / "w"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "learn.cli", "app", "--headless", "--port", str(port)]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            assert until(lambda: answers(port) or server.poll() is not None, 120) and server.poll() is None
            yield port
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


def opened(port, cookies, button="", enough="never said"):
    """What the first page says to a browser with ``cookies``, up to ``enough``; and where a click on ``button`` leads
    to, if there is such a one."""
    jar = {cookie.name: cookie.value for cookie in cookies}
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} if jar else {}
    protocols = ["streamlit", jar.get("_streamlit_xsrf", "")] if jar else ["streamlit"]
    with connect(
        f"ws://localhost:{port}/_stcore/stream", origin=f"http://localhost:{port}", additional_headers=headers,
        subprotocols=[one for one in protocols if one], max_size=None,
    ) as page:  # fmt: skip
        ask = BackMsg()
        ask.rerun_script.query_string = ""
        page.send(ask.SerializeToString())
        said, clicked = "", False
        while True:
            message = ForwardMsg.FromString(page.recv(timeout=240))
            kind = message.WhichOneof("type")
            if kind == "auth_redirect":
                return said, message.auth_redirect.url
            said += str(message.delta) if kind == "delta" else ""
            if enough in said:
                return said, ""
            if kind == "script_finished":
                found = re.search(rf'id: "([^"]+)"\s+label: "{button}"', said) if button else None
                if found is None or clicked:
                    return said, ""
                clicked = True
                widget = ask.rerun_script.widget_states.widgets.add()
                widget.id, widget.trigger_value = found.group(1), True
                page.send(ask.SerializeToString())


def test_nothing_is_drawn_before_the_login_and_the_pages_after_it(port):
    before, leads_to = opened(port, [], button="Log in")
    assert "Log in" in before and "Dataset" not in before and "completejourney" not in before
    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    browser.open(f"http://localhost:{port}/_stcore/health", timeout=60).close()  # it gives the page's token
    browser.open(f"http://localhost:{port}/{leads_to.lstrip('/')}", timeout=60).close()
    assert "_streamlit_user" in {cookie.name for cookie in cookies}
    after, _ = opened(port, cookies, enough="Dataset")
    assert "ada@example" in after.replace("\\", "").replace(":color[@]", "@") and "Log in" not in after
    forged = [cookie for cookie in cookies if cookie.name != "_streamlit_user"]
    stolen = next(cookie for cookie in cookies if cookie.name == "_streamlit_user")
    stolen.value = stolen.value[:-6] + "AAAAA" + stolen.value[-1]
    assert "Dataset" not in opened(port, [*forged, stolen])[0]
