"""A scanner that speaks INSTREAM: it knows EICAR, and by its mode it is silent, drops the connection, or lies."""
import socket
import struct
import sys
import threading

mode = sys.argv[1]
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def answer(connection):
    with connection:
        assert exactly(connection, 10) == b"zINSTREAM\0"
        file = b""
        while True:
            length = struct.unpack(">I", exactly(connection, 4))[0]
            if length == 0:
                break
            file += exactly(connection, length)
            if mode == "drop":
                return
        if mode == "silent":
            threading.Event().wait(30)
        if mode == "lie":
            return connection.sendall(b"stream: OK, probably\0")
        if mode == "limit":
            return connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
        connection.sendall(b"stream: Eicar-Signature FOUND\0" if EICAR in file else b"stream: OK\0")


server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
print(server.getsockname()[1], flush=True)
while True:
    threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()
