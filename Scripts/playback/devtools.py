"""A headless Chromium, spoken to over its DevTools protocol (https://chromedevtools.github.io/devtools-protocol/).

Messages go through a pair of pipes, each ended by a zero byte, so nothing but Chromium itself is needed.
"""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import threading


class Chromium:
    NAMES = ("chromium", "chromium-browser", "google-chrome")

    @classmethod
    def find(cls):
        return next(filter(None, map(shutil.which, cls.NAMES)), None)

    def __init__(self, program, window="960x600"):
        self.profile = tempfile.mkdtemp(prefix="videocraft-chromium-")
        to_browser, self.commands = os.pipe()
        self.messages, from_browser = os.pipe()
        # Chromium reads from 3 and writes to 4.
        plumbing = f"exec 3<&{to_browser} 4>&{from_browser}; exec \"$@\""
        self.process = subprocess.Popen(
            ["sh", "-c", plumbing, "sh", program, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--mute-audio", "--no-first-run",
             "--autoplay-policy=no-user-gesture-required", "--remote-debugging-pipe",
             f"--user-data-dir={self.profile}", "--window-size=" + window.replace("x", ","),
             "about:blank"],
            pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.changed = threading.Condition()
        self.answers = {}
        self.last = 0
        self.isOver = False
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        rest = b""
        while True:
            piece = os.read(self.messages, 1 << 20)
            if not piece:
                break
            *messages, rest = (rest + piece).split(b"\0")
            with self.changed:
                for message in map(json.loads, messages):
                    if "id" in message:
                        self.answers[message["id"]] = message
                self.changed.notify_all()
        with self.changed:
            self.isOver = True
            self.changed.notify_all()

    def call(self, method, session=None, **parameters):
        self.last += 1
        number = self.last
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        with self.changed:
            self.changed.wait_for(lambda: number in self.answers or self.isOver, timeout=60)
            answer = self.answers.pop(number, None)
        if answer is None:
            raise RuntimeError(f"Chromium did not answer to {method}")
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def open(self, address):
        target = self.call("Target.createTarget", url=address)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Page(self, session)

    def close(self):
        try:
            self.call("Browser.close")
            self.process.wait(timeout=20)
        except (RuntimeError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    def __init__(self, browser, session):
        self.browser = browser
        self.session = session

    def value(self, expression):
        """What a piece of JavaScript comes to."""
        answer = self.browser.call(
            "Runtime.evaluate", self.session, expression=expression, returnByValue=True,
            awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"].get("value")

    def screenshot(self, path):
        picture = self.browser.call("Page.captureScreenshot", self.session)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture))
