"""Serves a folder on the loopback interface, with ranges, and remembers what could not be served."""
import http.server
import os
import re
import threading

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t", ".m4s": "video/iso.segment",
    ".mp4": "video/mp4", ".vtt": "text/vtt", ".html": "text/html", ".js": "text/javascript",
    ".jpg": "image/jpeg",
}


class FolderServer:
    def __init__(self, folder, pages):
        """pages: texts by path, served beside the folder's files."""
        served = self.served = []
        missing = self.missing = []
        root = os.path.realpath(folder)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                path = self.path.split("?")[0].lstrip("/")
                body = pages.get(path)
                if body is None:
                    body = self.read(path)
                if body is None:
                    if path != "favicon.ico":
                        missing.append(path)
                    return self.answer(404, b"", {})
                served.append(path)
                # Without a validator, a browser would ask for the range that it has of a playlist that has grown.
                headers = {"Content-Type": TYPES.get(os.path.splitext(path)[1],
                                                     "application/octet-stream"),
                           "Cache-Control": "no-store", "Accept-Ranges": "bytes"}
                wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
                if not wanted or not body:
                    return self.answer(200, body, headers)
                first = int(wanted[1])
                last = min(int(wanted[2] or len(body)), len(body) - 1)
                if first > last:
                    return self.answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
                headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
                self.answer(206, body[first:last + 1], headers)

            def read(self, path):
                file = os.path.realpath(os.path.join(root, path))
                if not file.startswith(root + os.sep) or not os.path.isfile(file):
                    return None
                with open(file, "rb") as opened:
                    return opened.read()

            def answer(self, status, body, headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except (BrokenPipeError, ConnectionResetError):
                    pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                """A browser may hang up whenever it likes."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
