"""The server of `learn app` as somebody on the network, or a page of another site in the same browser, meets it."""

import http.client
import os
import signal
import socket
import subprocess
import sys

import pytest

from learn.cli import app_server
from learn.cli.app_server import ROOT, host_names, options, serve
from learn.workspace import Workspace
from tests.cli.test_app_server import answers, free_port, until

CARELESS = """
[server]
enableCORS = false
enableXsrfProtection = false
address = "0.0.0.0"
allowedHosts = ["*"]
"""
"""A user's own configuration of Streamlit, for all their apps."""


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / ".streamlit").mkdir()
    (home / ".streamlit" / "config.toml").write_text(CARELESS, encoding="utf-8")
    port = free_port()
    environment = os.environ | {"HOME": str(home), "LEARN_WORKSPACE": str(home / "w"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "learn.cli", "app", "--api", "--headless", "--port", str(port)]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, **quiet)
    try:
        assert until(lambda: answers(port) or server.poll() is not None, 120) and server.poll() is None
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def websocket(port, host, origin=None):
    """The status that the server answers to a browser that asks for a session."""
    lines = ["GET /_stcore/stream HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13"]
    lines += [f"Origin: {origin}"] if origin else []
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(connection.recv(200).split()[1])


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_its_own_names_get_a_session(port, host):
    assert websocket(port, f"{host}:{port}", f"http://{host}:{port}") == 101


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", ""])
def test_another_name_for_this_machine_gets_no_session(port, host):
    """DNS rebinding: a site lets its own name lead to 127.0.0.1, so that its pages may read what the server says."""
    assert websocket(port, f"{host}:{port}", f"http://{host}:{port}") == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost.evil.example", "null", "file://"])
def test_a_page_of_another_site_gets_no_session(port, origin):
    assert websocket(port, f"localhost:{port}", origin) == 403


def test_an_upload_without_the_pages_token_is_refused(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("PUT", "/_stcore/upload_file/session/file", body=b"x", headers={"Content-Type": "text/plain"})
    assert connection.getresponse().status in (400, 403)


def test_no_answer_may_be_read_by_another_site(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for path in ("/_stcore/health", "/_stcore/host-config", "/"):
        connection.request("GET", path, headers={"Origin": "https://evil.example"})
        answer = connection.getresponse()
        answer.read()
        assert answer.getheader("Access-Control-Allow-Origin") in (None, f"http://localhost:{port}"), path


def api(port, path="/api/health", method="GET", body=None, **headers):
    """Status and words of the API."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=given)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), answer


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0"])
def test_another_name_for_this_machine_gets_no_answer_of_the_api(port, host):
    assert api(port, Host=f"{host}:{port}")[0] == 403
    assert api(port, Host=f"localhost:{port}")[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_a_page_of_another_site_gets_no_answer_of_the_api(port, origin):
    status, _, answer = api(port, Origin=origin)
    assert status == 403 and answer.getheader("Access-Control-Allow-Origin") is None
    assert api(port, Sec_Fetch_Site="cross-site")[0] == 403
    status, _, answer = api(port, "/api/recommend", "OPTIONS", Origin=origin, Access_Control_Request_Method="POST")
    assert status == 403 and answer.getheader("Access-Control-Allow-Origin") is None


def test_the_api_stands_beside_the_pages(port):
    assert '"/recommend"' in api(port, "/api/openapi.json")[1]
    assert "learn_api_requests_total" in api(port, "/api/metrics")[1]
    assert api(port, "/api/nothing")[0] == 404 and "<html" in api(port, "/")[1]


def test_no_agent_drives_the_pages_unless_it_was_let_in(port):
    body, kind = b"{}", {"Content_Type": "application/json"}
    status, words, _ = api(port, "/_stcore/agent/interact", "POST", body, **kind)
    assert status == 403 and "not_available" in words


def test_it_listens_on_this_machine_only(port):
    with socket.socket() as other:  # a server on all addresses would have this one too
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.2", port))


class TestOptions:
    @pytest.fixture
    def started(self, monkeypatch):
        """Commands that would have been started, and how."""
        found = []

        class Process:
            def __init__(self, command, **how):
                found.append((command, how))

            def wait(self):
                return 0

            terminate = poll = wait

        monkeypatch.setattr(app_server.subprocess, "Popen", Process)
        monkeypatch.setattr(app_server.signal, "signal", lambda *_: None)
        monkeypatch.setattr(app_server.socket, "getfqdn", lambda: "box.example.org")
        return found

    def test_open_to_the_network_is_said_in_red_with_the_names_that_it_answers_to(self, started, tmp_path, capsys):
        serve(Workspace.at(tmp_path), "0.0.0.0", free_port(), open_browser=False, also_called=["shop.example.org"])
        said = capsys.readouterr().err
        assert "Open to the network" in said and "without a password" in said
        assert "box.example.org, " in said and "shop.example.org" in said and str(tmp_path) in said
        words = started[0][0]
        assert words[-2:] == ["--server.allowedHosts", "shop.example.org"] and "*" not in words

    def test_open_to_the_network_it_is_said_who_else_may_ask(self, started, tmp_path, capsys, monkeypatch):
        monkeypatch.delenv("LEARN_API_TOKEN", raising=False)
        serve(Workspace.at(tmp_path), "0.0.0.0", free_port(), open_browser=False, api=True, agents=True)
        said = capsys.readouterr().err
        assert "program that asks /api" in said and "LEARN_API_TOKEN" in said and "Agents may drive" in said
        monkeypatch.setenv("LEARN_API_TOKEN", "word")
        serve(Workspace.at(tmp_path), "0.0.0.0", free_port(), open_browser=False, api=True)
        said = capsys.readouterr().err
        assert "Programs that ask /api send the token" in said and "word" not in said.replace("password", "")
        assert "Agents" not in said

    def test_programs_and_agents_are_let_in_when_asked_for_alone(self, started, tmp_path, monkeypatch):
        monkeypatch.setenv("LEARN_API", "1")  # what a shell happens to hold opens nothing
        serve(Workspace.at(tmp_path), "127.0.0.1", free_port(), open_browser=False)
        serve(Workspace.at(tmp_path), "127.0.0.1", free_port(), open_browser=False, api=True, agents=True)
        found = [(command, how["env"]["LEARN_API"]) for command, how in started if "streamlit" in command]
        agents = [command[command.index("--server.enableAgentApi") + 1] for command, _ in found]
        assert [api for _, api in found] == ["", "1"] and agents == ["false", "true"]

    @pytest.mark.parametrize("address", ["localhost", "127.0.0.1"])
    def test_closed_nothing_is_said(self, started, tmp_path, capsys, address):
        serve(Workspace.at(tmp_path), address, free_port(), open_browser=False)
        command, how = started[0]
        assert capsys.readouterr().err == "" and how["cwd"] == ROOT  # not the user's folder, which may hold an `app`
        assert command[command.index("--server.address") + 1] == "127.0.0.1"

    def test_protection_is_on_whatever_is_configured(self):
        words = options("127.0.0.1", 1, host_names("127.0.0.1"))
        for name in ("server.enableCORS", "server.enableXsrfProtection"):
            assert words[words.index(f"--{name}") + 1] == "true"
        assert host_names("127.0.0.1") == ["localhost", "127.0.0.1", "::1"]

    def test_the_models_are_made_ready_beside_the_server(self, started, tmp_path):
        serve(Workspace.at(tmp_path), "127.0.0.1", free_port(), open_browser=False)
        assert started[1][0][-1] == "learn.cli.convert_models"
        assert started[1][1]["env"]["LEARN_WORKSPACE"] == str(tmp_path.resolve())


def test_tables_of_pages_have_no_download_of_their_own_and_uploads_a_limit():
    import tomllib

    config = tomllib.loads((ROOT / "app" / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["client"]["disableDataExport"] is True and config["client"]["showErrorDetails"] == "type"
    assert config["server"]["maxUploadSize"] <= 200 and config["server"]["address"] == "127.0.0.1"
    assert config["server"]["allowedHosts"] == ["localhost", "127.0.0.1", "::1"]
