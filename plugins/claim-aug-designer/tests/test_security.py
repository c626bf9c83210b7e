"""Nobody but the page that the server sent can use it, and nothing that is sent to it ends it."""

import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from claim_aug_designer.design import Design
from claim_aug_designer.folders import Folders
from claim_aug_designer.guard import HEADERS
from claim_aug_designer.serve import Place, check_host

from claim_aug.errors import InputError


def alive(server):
    return server.ask("GET", "/api/start")[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"x_claim_aug_token": None},
        {"x_claim_aug_token": "guessed"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1:1"},
    ],
    ids=str,
)
def test_another_page_is_refused(headers, serve, scan):
    server = serve(scan)
    for method, path in (("GET", "/api/start"), ("GET", "/api/voxels"), ("POST", "/api/sample"), ("POST", "/api/save")):
        status, answered, body = server.ask(method, path, b"{}" if method == "POST" else None, **headers)
        assert status == 403
        assert not [name for name in answered if name.lower().startswith("access-control")]
        assert b"heart" not in body
    assert not server.out.exists()


def test_a_browser_that_asks_whether_it_may_is_told_nothing(serve):
    server = serve()
    headers = {"Origin": "http://evil.example", "Access_Control_Request_Headers": "x-claim-aug-token"}
    status, answered, _ = server.ask("OPTIONS", "/api/save", None, x_claim_aug_token=None, **headers)
    assert status == 403
    assert not [name for name in answered if name.lower().startswith("access-control")]


def test_the_page_needs_the_token_in_its_address(serve):
    server = serve()
    assert server.ask("GET", "/", x_claim_aug_token=None)[0] == 403
    assert server.ask("GET", "/?token=guessed", x_claim_aug_token=None)[0] == 403
    status, headers, body = server.ask("GET", f"/?token={server.place.token}", x_claim_aug_token=None)
    assert status == 200
    assert b"Scar designer" in body
    assert {name.lower(): value for name, value in headers.items()}.items() >= HEADERS.items()


def test_every_start_has_a_token_of_its_own():
    first, second = Place.at("127.0.0.1", 0), Place.at("127.0.0.1", 0)
    assert first.token != second.token
    assert len(first.token) >= 32
    for place in (first, second):
        place.listener.close()


def test_an_address_that_others_reach_is_refused_unless_asked_for_twice():
    for host in ("0.0.0.0", "::", "192.168.1.7"):
        with pytest.raises(InputError, match="--open-to-network"):
            check_host(host, open_to_network=False)
        check_host(host, open_to_network=True)
    check_host("127.0.0.1", open_to_network=False)
    with pytest.raises(InputError, match="needs an IP address"):
        check_host("localhost:80", open_to_network=False)


@pytest.mark.parametrize(
    "path", ["/static/../server.py", "/static/%2e%2e/server.py", "/static/..%2f..%2fpyproject.toml"]
)
def test_static_files_are_those_of_the_folder_alone(path, serve):
    status, _, body = serve().ask("GET", path)
    assert status in (404, 405)
    assert b"import" not in body


def test_files_outside_the_folders_given_are_refused(serve, scan, heart, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "bank.npz").write_bytes(b"secret")
    link = tmp_path / "designed" / "link.npz"
    link.parent.mkdir()
    link.symlink_to(secret / "bank.npz")
    server = serve(scan)
    outside = [secret / "bank.npz", link, f"{tmp_path}/designed/../secret/bank.npz", "/etc/passwd", "~/x", "\0"]
    for path in map(str, outside):
        for design in (
            {"generator": f"transplant:{path}"},
            {"prior": f"smile:{path}"},
            {"generator": "ddpm", "options": {"model": path}},
            {"generator": "ddpm", "options": {"model": [path]}},
        ):
            status, said = server.post("sample", design=design)
            assert status == 422
            assert "outside the folders" in said["error"]
        status, said = server.post("open", image=path, labels=str(heart[1]), scheme="phantom")
        assert status == 422
        assert "outside the folders" in said["error"]


@pytest.mark.parametrize("folder", ["../away", "/tmp/away", "a/b", ".hidden", "", "a\0b", "uploads", 7, "x" * 300])
def test_results_go_into_the_output_folder_alone(folder, tmp_path):
    folders = Folders(tmp_path / "designed")
    with pytest.raises(InputError):
        folders.check_new(folder)


def test_a_name_that_is_taken_is_refused(serve, scan):
    server = serve(scan)
    assert server.post("save", design={}, folder="mine")[0] == 200
    status, said = server.post("save", design={}, folder="mine")
    assert (status, "exists already" in said["error"]) == (422, True)


@pytest.mark.parametrize("name", ["..%2f..%2fevil.nii", "%2fetc%2fevil.nii", ".nii.gz", "evil.sh", "a%00b.nii"])
def test_uploads_have_names_of_scans(name, serve):
    server = serve()
    status = server.ask("PUT", f"/api/upload/image/{name}", b"x")[0]
    assert status in (404, 422)
    assert not [path for path in server.out.rglob("*") if path.is_file()]


def test_an_upload_is_checked_as_a_file_is(serve, heart):
    server = serve()
    image, labels = (path.read_bytes() for path in heart)
    for body, said in ((b"no scan", "cannot be read as NIfTI"), (image[: len(image) // 2], "cannot be read as NIfTI")):
        assert server.ask("PUT", "/api/upload/image/a.nii.gz", body)[0] == 200
        assert server.ask("PUT", "/api/upload/labels/a.nii.gz", labels)[0] == 200
        paths = {role: str(server.out / "uploads" / role / "a.nii.gz") for role in ("image", "labels")}
        status, answer = server.post("open", scheme="phantom", **paths)
        assert status == 422
        assert said in answer["error"]
    assert server.ask("PUT", "/api/upload/image/a.nii.gz", image)[0] == 200
    status, answer = server.post("open", scheme="phantom", **paths)
    assert status == 200
    assert answer["scan"]["case"] == "a"
    assert server.post("sample", design={})[0] == 200


UPLOAD = "PUT /api/upload/image/a.nii"


def send(server, request, *headers, megabytes):
    """The first line of the answer to a body that goes on, and how many MB of it were sent before it was refused."""
    host, _, port = server.place.authority.rpartition(":")
    own = (f"Host: {server.place.authority}", f"x-claim-aug-token: {server.place.token}")
    sent = 0
    with socket.create_connection((host, int(port)), timeout=20) as speaking:
        speaking.sendall("\r\n".join([f"{request} HTTP/1.1", *own, *headers, "", ""]).encode())
        try:
            while sent < megabytes and not select.select([speaking], [], [], 0)[0]:
                speaking.sendall(f"{1 << 20:x}\r\n".encode() + bytes(1 << 20) + b"\r\n")
                sent += 1
            with contextlib.suppress(OSError):  # it may have hung up already
                speaking.shutdown(socket.SHUT_WR)
            return speaking.makefile("rb").readline(), sent
        except ConnectionError:
            return b"", sent  # it hung up on the rest


@pytest.mark.parametrize("request_", [UPLOAD, "POST /api/sample"])
@pytest.mark.parametrize(("header", "status"), [
    (f"Content-Length: {4 << 30}", b" 413 "), ("Transfer-Encoding: chunked", b" 411 "),
])  # fmt: skip
def test_an_endless_body_is_refused_before_it_is_read(request_, header, status, serve):
    server = serve()
    answered, sent = send(server, request_, header, megabytes=256)
    assert status in answered or not answered
    assert sent < 256
    assert not server.out.exists()
    assert alive(server)


def test_a_body_that_is_longer_than_it_says_ends_where_it_says(serve):
    server = serve()
    send(server, UPLOAD, "Content-Length: 1000", megabytes=64)
    assert alive(server)
    assert [path.stat().st_size for path in server.out.rglob("*.nii")] in ([], [1000])


def test_an_upload_that_ends_too_soon_leaves_nothing(serve):
    server = serve()
    send(server, UPLOAD, f"Content-Length: {8 << 20}", megabytes=1)
    assert alive(server)
    assert not [path for path in server.out.rglob("*.nii") if path.is_file()]


def test_an_upload_that_would_fill_the_disk_is_refused(tmp_path):
    folders = Folders(tmp_path / "designed")
    assert folders.upload("image", "a.nii", 1 << 20) == tmp_path / "designed" / "uploads" / "image" / "a.nii"
    with pytest.raises(InputError, match="would fill the disk"):
        folders.upload("image", "a.nii", shutil.disk_usage(tmp_path).free)


def test_a_thousand_requests_a_second_are_answered_or_told_to_come_back(serve, scan):
    server = serve(scan)
    client = [sys.executable, Path(__file__).with_name("flooding.py"), server.place.address, "1000", "2"]
    answers = json.loads(subprocess.run(client, capture_output=True, check=True).stdout)["answers"]
    assert answers.keys() == {"200", "503"}
    assert sum(answers.values()) == 2000
    assert server.post("sample", design={})[0] == 200


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b"7", b'{"design": 7}', b'{"design": {"options": 7}}', b"[" * 100000]
)
def test_what_is_no_request_is_refused_in_words(body, serve, scan):
    server = serve(scan)
    status, _, said = server.ask("POST", "/api/sample", body)
    assert status == 422
    assert json.loads(said)["error"]
    assert alive(server)


def test_options_out_of_range_are_sentences_for_the_page(serve, scan):
    server = serve(scan)
    for design, said in (
        ({"options": {"burden": 500}}, "burden"),
        ({"options": {"nonsense": 1}}, "nonsense"),
        ({"prior": "smyle"}, "did you mean 'smile'"),
        ({"generator": "transplant"}, "bank"),
        ({"options": {"burden": 20, "transmurality": 0.5, "extent": 0.5}}, "clash"),
    ):
        status, answer = server.post("sample", design=design)
        assert status == 422
        assert said in answer["error"]


def test_nothing_is_open_at_first_and_that_is_said(serve):
    server = serve()
    assert server.post("sample", design={}) == (
        422,
        {"error": "no scan is open; open an image and its label map first"},
    )
    assert not os.path.lexists(server.out)


def test_what_design_names_is_checked_for_lists_and_maps(tmp_path):
    folders = Folders(tmp_path / "out", (tmp_path,))
    folders.check_design(Design(options={"model": str(tmp_path / "m"), "burden": 3, "levels": ["mid"]}))
    with pytest.raises(InputError, match="--allow"):
        folders.check_design(Design(options={"a": {"b": [str(Path(tmp_path.anchor) / "elsewhere")]}}))
