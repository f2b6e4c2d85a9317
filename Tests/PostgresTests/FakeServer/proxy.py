#!/usr/bin/env python3
"""Stands between a PostgreSQL client and server and misbehaves as the client's application_name asks.

    proxy.py SOCKET-DIRECTORY UPSTREAM-SOCKET

The name is a plan of words: an action, the number of the server's message at which it happens (0 is before the first),
and perhaps `once=ID`, after which further connections with the same ID are served well.

    split           every byte travels alone, in both directions
    notices N       N notices precede every message of the server
    die K           both directions close after K messages
    cut B           both directions close after B bytes, mostly within a message
    half K          after K messages the server says that it will send no more, and goes on reading
    stall K         after K messages nothing travels any more, and nothing closes
    garbage K       random bytes follow K messages
    fatal K         a FATAL error follows K messages, then both directions close
    unsync K        the Kth ReadyForQuery after the startup does not arrive
    resync K        the Kth ReadyForQuery after the startup arrives twice
    swap K          the Kth message after the startup changes its type
"""
import os
import random
import socket
import struct
import sys
import threading

CANCEL = 80877102
done = set()
lock = threading.Lock()


def message(kind, fields):
    body = b"".join(k.encode() + v.encode() + b"\0" for k, v in fields) + b"\0"
    return kind + struct.pack("!I", len(body) + 4) + body


NOTICE = message(b"N", [("S", "NOTICE"), ("V", "NOTICE"), ("C", "00000"), ("M", "noise " * 20)])
FATAL = message(b"E", [("S", "FATAL"), ("V", "FATAL"), ("C", "57P01"), ("M", "terminating connection")])


def exactly(sock, count):
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def shut(*socks):
    for sock in socks:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        sock.close()


class Session:
    def __init__(self, client, upstream_path):
        self.client = client
        self.stalled = threading.Event()
        length = struct.unpack("!I", exactly(client, 4))[0]
        startup = exactly(client, length - 4)
        self.server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.server.connect(upstream_path)
        self.server.sendall(struct.pack("!I", length) + startup)
        self.action, self.at = "none", 0
        if struct.unpack("!I", startup[:4])[0] == CANCEL:
            return
        words = startup[4:].split(b"\0")
        parameters = dict(zip(words[0::2], words[1::2]))
        plan = parameters.get(b"application_name", b"").decode().split()
        once = [word[5:] for word in plan if word.startswith("once=")]
        with lock:
            if once and once[0] in done:
                return
            done.update(once)
        if plan:
            self.action = plan[0]
            self.at = int(plan[1]) if len(plan) > 1 and plan[1].isdigit() else 0

    def run(self):
        threading.Thread(target=self.guard, args=(self.from_client,), daemon=True).start()
        self.guard(self.from_server)

    def guard(self, body):
        try:
            body()
        except (OSError, EOFError, struct.error):
            pass
        if not self.stalled.is_set() or self.action in ("half", "garbage"):
            shut(self.client, self.server)

    def from_client(self):
        while True:
            data = self.client.recv(65536)
            if not data:
                raise EOFError
            if self.stalled.is_set():
                continue
            if self.action == "split":
                for byte in data:
                    self.server.sendall(bytes([byte]))
            else:
                self.server.sendall(data)

    def stall(self):
        self.stalled.set()
        # The client gives up some day.
        while self.server.recv(65536):
            pass
        shut(self.server)

    def from_server(self):
        count, sent, ready, is_started = 0, 0, 0, False
        while True:
            if self.action == "die" and count == self.at:
                raise EOFError
            if self.action == "half" and count == self.at:
                self.client.shutdown(socket.SHUT_WR)
                return self.stall()
            if self.action == "stall" and count == self.at:
                return self.stall()
            if self.action == "garbage" and count == self.at:
                self.client.sendall(random.Random(count).randbytes(64))
                return self.stall()
            if self.action == "fatal" and count == self.at:
                self.client.sendall(FATAL)
                raise EOFError
            kind = exactly(self.server, 1)
            head = exactly(self.server, 4)
            data = kind + head + exactly(self.server, struct.unpack("!I", head)[0] - 4)
            count += 1
            if kind == b"Z":
                if is_started:
                    ready += 1
                    if self.action == "unsync" and ready == self.at:
                        continue
                    if self.action == "resync" and ready == self.at:
                        data += data
                is_started = True
            if self.action == "swap" and is_started and count == self.at:
                data = random.Random(count).choice([b"T", b"D", b"C", b"1", b"2", b"G", b"?"]) + data[1:]
            if self.action == "notices":
                data = NOTICE * self.at + data
            if self.action == "cut" and sent + len(data) > self.at:
                self.client.sendall(data[: self.at - sent])
                raise EOFError
            if self.action == "split":
                for byte in data:
                    self.client.sendall(bytes([byte]))
            else:
                self.client.sendall(data)
            sent += len(data)


def serve(client, upstream_path):
    try:
        Session(client, upstream_path).run()
    except (OSError, EOFError, struct.error):
        shut(client)


def main():
    directory, upstream_path = sys.argv[1:]
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(os.path.join(directory, ".s.PGSQL.5432"))
    listener.listen(256)
    print("ready", flush=True)
    # Ends with the test, whose end of the pipe closes.
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, upstream_path), daemon=True).start()


main()
