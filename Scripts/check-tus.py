#!/usr/bin/env python3
"""Uploads a clip with tuspy, a client that others wrote, to a host that is killed in the middle.

    Scripts/check-tus.py [PROGRAM]

Needs `pip install tuspy`. Ends with 0 when the upload goes on where it was, in pieces with checksums, and the video
that it becomes has been processed; when a second client is kept out meanwhile; and when an upload can be ended.
"""
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from urllib.parse import urlsplit

from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

HERE = os.path.dirname(os.path.abspath(__file__))
KEY = "a-key-for-checking-only"
PIECE = 256 * 1024


class Host:
    def __init__(self, program, folder):
        log = os.path.join(folder, "log")
        environment = os.environ | {
            "VIDEOCRAFT_AUTH_API_KEY": KEY, "VIDEOCRAFT_SECURITY_RATE_LIMIT": "0",
            "VIDEOCRAFT_PIPELINES_DIR": os.path.join(HERE, "..", "pipelines")}
        with open(log, "w") as output:
            self.process = subprocess.Popen(
                [program, "serve", "--port", "0", "--data-dir", os.path.join(folder, "data")],
                stderr=output, env=environment)
        for _ in range(600):
            with open(log) as written:
                found = re.search(r"listens on (http://[^;]+);", written.read())
            if found:
                break
            time.sleep(0.1)
        else:
            raise SystemExit("the host did not listen")
        self.address = found[1]

    def ask(self, method, path, headers={}, body=None):
        place = urlsplit(self.address)
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        fields = {"Authorization": f"Bearer {KEY}", "Tus-Resumable": "1.0.0"} | headers
        connection.request(method, path, body, fields)
        answer = connection.getresponse()
        return answer, answer.read()

    def client(self):
        return TusClient(self.address + "/files/", headers={"Authorization": f"Bearer {KEY}"})

    def kill(self):
        self.process.kill()
        self.process.wait()


def check(what, holds):
    if not holds:
        raise SystemExit(f"failed: {what}")
    print(f"ok: {what}")


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../.build/release/videocraft")
    with tempfile.TemporaryDirectory(prefix="videocraft-tus-") as folder:
        clip = os.path.join(folder, "clip.mp4")
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=4",
             "-c:v", "libx264", "-preset", "ultrafast", "-qp", "8", "-pix_fmt", "yuv420p", clip], check=True)
        size = os.path.getsize(clip)
        check("the clip takes many pieces", size > 6 * PIECE)
        host = Host(program, folder)
        try:
            upload = host.client().uploader(
                clip, chunk_size=PIECE, metadata={"filename": "clip.mp4", "filetype": "video/mp4"},
                upload_checksum=True)
            for _ in range(3):
                upload.upload_chunk()
            check("three pieces came", upload.offset == 3 * PIECE)
            place = urlsplit(upload.url).path

            # A piece without a checksum that comes so slowly that the host dies within it.
            with open(clip, "rb") as file:
                file.seek(upload.offset)
                part = file.read(2 * PIECE)
            arriving = threading.Event()

            def slowly():
                for start in range(0, len(part), 16384):
                    yield part[start:start + 16384]
                    if start > PIECE // 2:
                        arriving.set()
                    time.sleep(0.02)

            def send():
                try:
                    host.ask("PATCH", place, {
                        "Content-Type": "application/offset+octet-stream",
                        "Upload-Offset": str(3 * PIECE), "Content-Length": str(len(part))}, slowly())
                except OSError:
                    pass

            sender = threading.Thread(target=send)
            sender.start()
            arriving.wait(60)
            try:
                host.client().uploader(clip, url=upload.url, chunk_size=PIECE).upload_chunk()
                check("a second client is kept out", False)
            except TusCommunicationError as error:
                check("a second client is kept out", error.status_code in (409, 423))
            host.kill()
            sender.join()
            host = Host(program, folder)
            again = host.client().uploader(
                clip, url=host.address + place, chunk_size=PIECE, upload_checksum=True)
            check(f"it goes on at byte {again.offset} of {size}",
                  3 * PIECE < again.offset < 5 * PIECE)
            again.upload()
            check("all of it came", again.offset == size)
            answer, _ = host.ask("HEAD", place)
            video = answer.headers["Video-Id"]
            check("it became a video", bool(video))
            limit = time.monotonic() + 300
            while host.ask("GET", f"/stream/{video}/manifest")[0].status == 409:
                if time.monotonic() > limit:
                    raise SystemExit("the video was not ready in time")
                time.sleep(0.2)
            answer, body = host.ask("GET", f"/stream/{video}/manifest")
            check("the video has several renditions", body.count(b"#EXT-X-STREAM-INF:") > 1)
            check("the video is listed", json.loads(host.ask("GET", "/stream/ready")[1]) == [video])
            other = host.client().uploader(clip, chunk_size=PIECE)
            other.upload_chunk()
            path = urlsplit(other.url).path
            check("an upload is ended", host.ask("DELETE", path)[0].status == 204)
            check("it is forgotten", host.ask("HEAD", path)[0].status in (404, 410))
        finally:
            host.process.terminate()
            host.process.wait()


if __name__ == "__main__":
    main()
