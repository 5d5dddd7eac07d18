#!/usr/bin/env python3
"""A small client, written from docs/protocol.md alone: if something is missing here, the page lacks it.

Needs `msgpack` and the standard library. Python's ssl gives no exporter (RFC 9266), so it signs in by
password on the Unix socket with SCRAM-SHA-256, becomes a device there, and comes back over TLS by token.
"""

import argparse
import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct
import sys
import unicodedata

import msgpack


class Refused(Exception):
    def __init__(self, fault):
        super().__init__(f"{fault['code']}: {fault['text']}")
        self.code = fault["code"]


def sha256(data):
    return hashlib.sha256(data).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def salted(password, salt, iterations):
    prepared = unicodedata.normalize("NFC", password).encode()
    return hashlib.pbkdf2_hmac("sha256", prepared, salt, iterations)


def verifier(password, iterations):
    """What the daemon keeps instead of the password (section 5.2)."""
    salt = os.urandom(16)
    key = salted(password, salt, iterations)
    return {
        "salt": salt,
        "iterations": iterations,
        "stored_key": sha256(mac(key, b"Client Key")),
        "server_key": mac(key, b"Server Key"),
    }


def der(data, at):
    """The tag, content and end of the DER value at a place."""
    tag, length, start = data[at], data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    return tag, start, start + length


def pin_of(certificate):
    """base64url of SHA-256 of the SubjectPublicKeyInfo: the field after version, serial, signature, issuer,
    validity and subject of the TBSCertificate (RFC 5280 section 4.1)."""
    _, at, _ = der(certificate, 0)
    _, at, _ = der(certificate, at)
    if certificate[at] == 0xA0:
        at = der(certificate, at)[2]
    for _ in range(5):
        at = der(certificate, at)[2]
    end = der(certificate, at)[2]
    return base64.urlsafe_b64encode(sha256(certificate[at:end])).rstrip(b"=").decode()


class Connection:
    """Frames both ways (section 3), answers by id (section 4)."""

    def __init__(self, stream):
        self.stream = stream
        self.stream.settimeout(20)
        self.id = 0
        self.answers = {}
        self.by_themselves = []

    @classmethod
    def unix(cls, path):
        stream = socket.socket(socket.AF_UNIX)
        stream.connect(path)
        return cls(stream)

    @classmethod
    def tls(cls, address, pin):
        host, port = address.rsplit(":", 1)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the pin is what counts
        stream = context.wrap_socket(socket.create_connection((host, int(port)), timeout=20))
        seen = pin_of(stream.getpeercert(binary_form=True))
        if seen != pin:
            raise SystemExit(f"the pin is {seen}, not {pin}")
        return cls(stream)

    def read(self, count):
        data = b""
        while len(data) < count:
            part = self.stream.recv(count - len(data))
            if not part:
                raise SystemExit("the daemon closed the connection")
            data += part
        return data

    def receive(self):
        (length,) = struct.unpack(">I", self.read(4))
        envelope = msgpack.unpackb(self.read(length))
        if envelope["id"] == 0:
            self.by_themselves.append(envelope["body"])
        else:
            self.answers[envelope["id"]] = envelope["body"]

    def send(self, kind, **fields):
        self.id += 1
        value = msgpack.packb({"id": self.id, "body": {"kind": kind, **fields}})
        self.stream.sendall(struct.pack(">I", len(value)) + value)
        return self.id

    def answer(self, id):
        while id not in self.answers:
            self.receive()
        body = self.answers.pop(id)
        if body["kind"] == "fault":
            raise Refused(body["fault"])
        return body

    def ask(self, kind, **fields):
        return self.answer(self.send(kind, **fields))

    def hello(self):
        return self.ask("hello", client="python-client 1", version=1)

    def sign_in(self, name, password):
        """SCRAM-SHA-256 without channel binding, as on the Unix socket (section 5.3)."""
        nonce = base64.b64encode(os.urandom(18)).decode()
        bare = f"n={name.replace('=', '=3D').replace(',', '=2C')},r={nonce}"
        challenge = self.ask("sasl_start", mechanism="SCRAM-SHA-256", data=f"n,,{bare}".encode())
        server_first = challenge["data"].decode()
        parts = dict(part.split("=", 1) for part in server_first.split(","))
        iterations = int(parts["i"])
        if not parts["r"].startswith(nonce) or not 4096 <= iterations <= 5_000_000:
            raise SystemExit("the daemon's challenge is not acceptable")
        key = salted(password, base64.b64decode(parts["s"]), iterations)
        client_key = mac(key, b"Client Key")
        without_proof = f"c={base64.b64encode(b'n,,').decode()},r={parts['r']}"
        auth = f"{bare},{server_first},{without_proof}".encode()
        signature = mac(sha256(client_key), auth)
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        last = f"{without_proof},p={base64.b64encode(proof).decode()}"
        signed_in = self.ask("sasl_respond", data=last.encode())
        expected = b"v=" + base64.b64encode(mac(mac(key, b"Server Key"), auth))
        if not hmac.compare_digest(signed_in["data"], expected):
            raise SystemExit("the daemon does not know the password")
        return signed_in

    def until_entry(self, conversation, seq):
        """Waits until an entry was pushed; checks that what comes is dense (section 7.2)."""
        have = None
        while True:
            for event in self.by_themselves:
                feed = event.get("feed", {})
                if event["kind"] != "entries" or feed.get("conversation") != conversation:
                    continue
                for entry in event["entries"]:
                    if have is not None and entry["seq"] != have + 1:
                        raise SystemExit(f"entry {entry['seq']} does not follow {have}")
                    have = entry["seq"]
                    if entry["seq"] == seq:
                        return entry
            self.by_themselves = [event for event in self.by_themselves if event["kind"] != "entries"]
            self.receive()


def say(connection, conversation, nonce, text):
    done = connection.ask("post", nonce=nonce, settled=nonce - 1, conversation=conversation, text=text)
    again = connection.ask("post", nonce=nonce, settled=nonce - 1, conversation=conversation, text=text)
    assert again == done, "sent again under its number, it gets the first outcome"
    return done["seq"]


def main():
    arguments = argparse.ArgumentParser()
    for name in ("socket", "server", "pin", "invite", "name", "text"):
        arguments.add_argument(f"--{name}", required=True)
    options = arguments.parse_args()
    password = "an example of a password"

    # On the Unix socket: register, sign in, become a device, sync, post.
    local = Connection.unix(options.socket)
    welcome = local.hello()
    assert "SCRAM-SHA-256" in welcome["mechanisms"], welcome
    account = local.ask(
        "register",
        name=options.name,
        verifier=verifier(password, welcome["iterations"]),
        invite=options.invite,
    )
    try:
        local.sign_in(options.name, "not the password")
        raise SystemExit("a wrong password was taken")
    except Refused as fault:
        assert fault.code == "sign_in_failed", fault
    signed_in = local.sign_in(options.name, password)
    assert signed_in["account"] == account["account"], signed_in
    device = local.ask("add_device", label="python")
    assert local.ask("open_stream", stream=0)["last"] == 0
    synced = local.ask("sync", house=0, newest=100)
    (general,) = [c for c in synced["conversations"] if c["about"].get("name") == "general"]
    seq = say(local, general["conversation"], 1, options.text)
    entry = local.until_entry(general["conversation"], seq)
    assert entry["body"] == {"kind": "posted", "text": options.text}, entry
    assert entry["by"] == account["account"], entry
    local.stream.close()

    # Over TLS: come back by token, catch up from a cursor, post again, read back.
    remote = Connection.tls(options.server, options.pin)
    remote.hello()
    resumed = remote.ask("resume", token=device["token"])
    assert resumed["account"] == account["account"] and resumed["device"] == device["device"], resumed
    assert remote.ask("open_stream", stream=0)["last"] == 1
    cursor = {"conversation": general["conversation"], "seq": seq - 1}
    synced = remote.ask("sync", cursors=[cursor])
    (summary,) = [c for c in synced["conversations"] if c["conversation"] == general["conversation"]]
    assert summary["after"] == seq - 1 and summary["seq"] == seq, summary
    assert remote.until_entry(general["conversation"], seq)["body"]["text"] == options.text
    second = say(remote, general["conversation"], 2, options.text + " (TLS)")
    assert second == seq + 1
    remote.until_entry(general["conversation"], second)
    page = remote.ask("history", conversation=general["conversation"], after=0, limit=200)
    assert [entry["seq"] for entry in page["entries"]] == list(range(1, second + 1)), page
    try:
        remote.ask("post", nonce=3, settled=2, conversation=general["conversation"], text="")
        raise SystemExit("an empty message was taken")
    except Refused as fault:
        assert fault.code == "message_empty", fault
    try:
        remote.ask("paint", colour="green")
        raise SystemExit("an unknown request was taken")
    except Refused as fault:
        assert fault.code == "unknown_request", fault
    # What else is wanted done is a command, and told to everybody (sections 9.1 and 11.5).
    profile = {"full_name": "An Example", "department": "Documentation"}
    remote.ask("command", nonce=3, settled=2, command={"kind": "set_profile", "profile": profile})
    card = remote.ask("card", account=account["account"])["card"]
    assert card["name"] == account["name"] and card["profile"]["department"] == "Documentation", card
    found = remote.ask("search_people", text="example docu")["people"]
    assert [person["account"] for person in found] == [account["account"]], found
    assert remote.ask("ping")["kind"] == "pong"
    print("all is well")


if __name__ == "__main__":
    sys.exit(main())
