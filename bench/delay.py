"""A proxy that lets every request wait, and touches no byte: signatures stay valid, connections stay open.

    delay.py UPSTREAM MILLISECONDS      prints the address it listens on, and serves until it is killed
"""

import socket
import sys
import threading
import time

BUFFER = 1 << 20
CONTINUE = b"HTTP/1.1 100 "


class Connection:
    """One client's connection and the one to the server that belongs to it."""

    def __init__(self, client: socket.socket, server: socket.socket, delay: float) -> None:
        self.client, self.server, self.delay = client, server, delay
        # A request begins with the first bytes of a client who was answered, or who has not spoken yet.
        self.answered = True
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self) -> None:
        for way in (self.requests, self.replies):
            threading.Thread(target=way, daemon=True).start()

    def requests(self) -> None:
        for content in pieces(self.client):
            if self.answered:
                self.answered = False
                time.sleep(self.delay)
            self.server.sendall(content)
        shut(self.server)

    def replies(self) -> None:
        for content in pieces(self.server):
            # The server's leave to send the body is not yet the answer.
            self.answered = content[: len(CONTINUE)] != CONTINUE
            self.client.sendall(content)
        shut(self.client)


def pieces(end: socket.socket):
    """What arrives at one end, until it is closed."""
    buffer = memoryview(bytearray(BUFFER))
    while True:
        try:
            size = end.recv_into(buffer)
        except OSError:
            return
        if size == 0:
            return
        yield buffer[:size]


def shut(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # Gone already.


def main(upstream: str, milliseconds: str) -> None:
    host, port = upstream.rsplit(":", 1)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print("{}:{}".format(*listener.getsockname()), flush=True)
    while True:
        client, _ = listener.accept()
        server = socket.create_connection((host, int(port)))
        Connection(client, server, int(milliseconds) / 1000).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
