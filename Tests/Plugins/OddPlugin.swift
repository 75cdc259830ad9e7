import Foundation
import Pipeline
import PluginHost
import TestSupport

/// A plugin in Python without any library, which does whatever its setting `mode` says.
enum OddPlugin {
  static let script = #"""
    import json, os, signal, socket, sys, threading, time

    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    lock = threading.Lock()
    cancelled = {}

    def send(**message):
        with lock:
            out.write((json.dumps({"jsonrpc": "2.0", **message}) + "\n").encode())

    def raw(data):
        with lock:
            out.write(data)

    def log(run, text):
        send(method="stage/log", params={"run": run, "message": str(text)})

    answers = {}

    def ask(method, params):
        with lock:
            number = len(answers) + 1
            answers[number] = None
        send(id=number, method=method, params=params)
        while answers[number] is None: time.sleep(0.001)
        if "error" in answers[number]: raise Failure(answers[number]["error"])
        return answers[number]["result"]

    STAGE = {
        "name": "odd", "version": "1.2.0", "cacheVersion": 1, "summary": "Does odd things.",
        "options": [
            {"name": "mode", "summary": "What to do.", "type": "text", "default": "echo"},
            {"name": "size", "summary": "How large.", "type": {"optional": "integer"}, "minimum": 1},
            {"name": "wait", "summary": "How long.", "type": "duration", "default": "2s"},
            {"name": "key", "summary": "A secret.", "type": {"optional": "secret"}},
        ],
        "inputs": [
            {"name": "text", "summary": "A text.", "type": {"optional": "text"}},
            {"name": "video", "summary": "A film.", "type": {"optional": "video"}},
            {"name": "file", "summary": "A file.", "type": {"optional": "file"}},
            {"name": "data", "summary": "Anything.", "type": {"optional": "json"}},
        ],
        "outputs": [
            {"name": "text", "summary": "The text.", "type": {"optional": "text"}},
            {"name": "video", "summary": "The film.", "type": {"optional": "video"}},
            {"name": "file", "summary": "The file.", "type": {"optional": "file"}},
            {"name": "data", "summary": "Anything.", "type": {"optional": "json"}},
        ],
    }

    def attempt(action):
        try:
            action()
            return "done"
        except Exception as error:
            return type(error).__name__

    def run(id, p):
        mode = p["options"]["mode"]
        inputs = p["inputs"]
        scratch = p["scratch"]
        if mode in ("wait", "stubborn"): log(id, "begun")
        if mode == "echo":
            send(method="stage/progress", params={"run": id, "done": 1, "total": 2, "unit": "items", "phase": "echo"})
            return {name: inputs[name] for name in inputs}
        if mode == "context":
            return {"data": {name: p[name] for name in p if name not in ("options", "inputs", "files", "scratch")}}
        if mode == "wait":
            deadline = time.time() + (p["options"].get("size") or 60)
            while time.time() < deadline:
                if cancelled.get(id):
                    raise Cancelled()
                time.sleep(0.01)
            return {"text": "waited"}
        if mode == "make":
            path = os.path.join(scratch, "made.txt")
            open(path, "w").write("made here")
            return {"file": {"$file": {"path": "made.txt", "name": "made.txt"}}}
        if mode == "read":
            reference = inputs["file"]["$file"]
            return {"text": open(p["files"][reference["digest"]]).read()}
        if mode == "lie":
            open(os.path.join(scratch, "a"), "w").write("a")
            return {"file": {"$file": {"path": "a", "digest": "0" * 64}}}
        if mode == "unknown-file":
            return {"file": {"$file": {"digest": "ab" * 32, "byteCount": 3, "mediaType": "text/plain", "name": "x"}}}
        if mode == "outside":
            return {"file": {"$file": {"path": "../../secret"}}}
        if mode == "link":
            os.symlink("/etc/hostname", os.path.join(scratch, "link"))
            return {"file": {"$file": {"path": "link"}}}
        if mode == "wrong-type":
            return {"text": {"a": 1}, "video": 3}
        if mode == "wrong-output":
            return {"txet": "a"}
        if mode == "impossible-film":
            film = inputs["video"]
            film["$video"]["timeline"]["_0"]["canvas"]["frameRate"] = {"numerator": 0, "denominator": 0}
            return {"video": film}
        if mode == "layer":
            film = inputs["video"]
            timeline = film["$video"]["timeline"]["_0"]
            timeline["layers"].append({"clips": [{
                "source": {"colour": {"_0": "#FF0000"}}, "at": 0, "duration": timeline["duration"],
                "sourceStart": 0, "loops": False, "fit": "cover", "opacity": 1,
                "frame": {"x": 0, "y": 0, "width": 20, "height": 20}}]})
            return {"video": film}
        if mode == "large":
            path = os.path.join(scratch, "large.json")
            json.dump(["x" * 1000] * 3000, open(path, "w"))
            return {"data": {"$spill": "large.json"}}
        if mode == "error":
            raise Failure({"code": -32000, "message": "no such colour", "data": {
                "class": "invalid-input", "field": "mode", "at": "[2]", "cause": "blue-ish", "retryAfterMs": 1500}})
        if mode == "warn":
            send(method="stage/diagnostic", params={"run": id, "message": "rather long", "field": "size"})
            print("a print goes to the log", flush=True)
            raw(b"a stray line\n")
            print("to stderr", file=sys.stderr, flush=True)
            time.sleep(0.3)
            return {"text": "warned"}
        if mode == "checkpoint":
            done = p.get("resume") or 0
            for number in (1, 2):
                ask("stage/checkpoint", {"run": id, "state": done + number})
            return {"data": p.get("resume")}
        if mode == "store":
            open(os.path.join(scratch, "kept.txt"), "w").write("kept")
            kept = ask("stage/store", {"run": id, "path": "kept.txt", "name": "kept.txt"})["file"]
            path = ask("stage/open", {"run": id, "file": kept})["path"]
            return {"file": {"$file": kept}, "text": open(path).read()}
        if mode == "steal":
            ask("stage/open", {"run": id, "file": {"digest": "ab" * 32, "byteCount": 1, "mediaType": "", "name": "x"}})
        if mode == "secret":
            log(id, "the key is " + p["secrets"]["KEY"])
            return {"text": str(len(p["secrets"]["KEY"]))}
        if mode == "places":
            home = p["options"].get("size")
            found = {
                "etc": attempt(lambda: open("/etc/passwd").read()),
                "host": attempt(lambda: open(os.environ.get("ODD_FORBIDDEN", "/root/.profile")).read()),
                "write": attempt(lambda: open("/tmp/odd-was-here", "w").write("x")),
                "own": attempt(lambda: open(os.path.join(scratch, "x"), "w").write("x")),
                "parent": attempt(lambda: open(os.path.join(scratch, "..", "..", "x"), "w").write("x")),
                "signal": attempt(lambda: os.kill(os.getppid(), 0)),
                "network": attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM)),
                "unix": attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)),
                "group": attempt(os.setsid),
                "environment": ",".join(sorted(os.environ)),
                "descriptors": str(len(os.listdir("/proc/self/fd"))),
            }
            return {"data": found}
        if mode == "abort": os.abort()
        if mode == "fault":
            os.kill(os.getpid(), signal.SIGSEGV)
            time.sleep(60)
        if mode == "exit": os._exit(7)
        if mode == "complain-and-exit":
            print("something is wrong with my ears", file=sys.stderr, flush=True)
            os._exit(3)
        if mode == "hang":
            while True: time.sleep(1)
        if mode == "stubborn":
            while True: time.sleep(1)
        if mode == "flood":
            while True: raw(b"x" * 65536)
        if mode == "flood-lines":
            while True: raw(b"nothing to see here\n" * 1000)
        if mode == "flood-messages":
            line = json.dumps({"jsonrpc": "2.0", "method": "stage/log", "params": {"run": id, "message": "again"}})
            while True: raw((line + "\n").encode() * 1000)
        if mode == "flood-errors":
            for _ in range(2000): sys.stderr.write("e" * 10000 + "\n")
            return {"text": "said"}
        if mode == "long-line":
            raw(b"{" + b"x" * (10 << 20) + b"\n")
            while True: time.sleep(1)
        if mode == "close-output":
            out.close(); os.close(1); os.close(2)
            while True: time.sleep(1)
        if mode == "close-input":
            os.close(0)
            log(id, "deaf")
            while True: time.sleep(1)
        if mode == "fork":
            child = os.fork()
            if child == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                while True: time.sleep(1)
            log(id, child)
            time.sleep(0.2)
            os._exit(1)
        if mode == "fill":
            with open(os.path.join(scratch, "big"), "wb") as file:
                while True: file.write(b"x" * (1 << 20))
        if mode == "fill-many":
            for number in range(100000):
                with open(os.path.join(scratch, str(number)), "wb") as file: file.write(b"x" * (1 << 20))
        if mode == "allocate":
            kept = []
            try:
                while True: kept.append(bytearray(64 << 20))
            except MemoryError:
                kept = None
                print("MemoryError", file=sys.stderr, flush=True)
                os._exit(1)
        if mode == "nonsense-message":
            raw(b'{"jsonrpc": "1.0", "hello": true}\n')
            while True: time.sleep(1)
        if mode == "progress-backwards":
            for done in (1, 5, 3, float("nan"), 1e308):
                if done == done: send(method="stage/progress", params={"run": id, "done": done, "total": 10, "unit": "items"})
            return {"text": "far"}
        raise Failure({"code": -32000, "message": "there is no mode " + mode})

    class Failure(Exception): pass
    class Cancelled(Exception): pass

    def call(id, params):
        try:
            send(id=id, result={"outputs": run(id, params)})
        except Cancelled:
            send(id=id, error={"code": -32800, "message": "cancelled"})
        except Failure as failure:
            send(id=id, error=failure.args[0])
        except Exception as error:
            send(id=id, error={"code": -32000, "message": "%s: %s" % (type(error).__name__, error)})

    # Python itself would have an error made of it.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    if os.environ.get("ODD_STUBBORN"): signal.signal(signal.SIGTERM, signal.SIG_IGN)

    HANDSHAKE = os.environ.get("ODD_HANDSHAKE", "")
    if HANDSHAKE == "nonsense":
        raw(b"Hello, I am a friendly program\n")
    if HANDSHAKE == "crash":
        sys.exit("cannot find my library")
    if HANDSHAKE == "silent":
        while True: time.sleep(1)

    while True:
        line = sys.stdin.readline()
        if not line: break
        message = json.loads(line)
        method, id, params = message.get("method"), message.get("id"), message.get("params")
        if method == "initialize":
            introduction = {"protocol": 1, "plugin": {"id": "odd", "version": "1.2.0"},
                            "stages": [STAGE], "concurrency": 64}
            if HANDSHAKE == "version": introduction["protocol"] = 7
            if HANDSHAKE == "name": introduction["plugin"]["id"] = "even"
            if HANDSHAKE == "no-stages": del introduction["stages"]
            if HANDSHAKE == "type": STAGE["options"][0]["type"] = "integr"
            if HANDSHAKE == "default": STAGE["options"][2]["default"] = "soon"
            if HANDSHAKE == "greedy": introduction["concurrency"] = 1000
            send(id=id, result=introduction)
        elif method == "stage/run":
            threading.Thread(target=call, args=(id, params), daemon=True).start()
        elif method == "$/cancel":
            cancelled[params["id"]] = True
        elif method == "ping" or method == "shutdown":
            send(id=id, result={})
        elif id is not None and not method:
            answers[id] = message
        elif id is not None and method:
            send(id=id, error={"code": -32601, "message": "no such method"})
    os._exit(0)
    """#

  static let manifest = #"""
    {
      "id": "odd", "version": "1.2.0", "command": ["python3", "plugin.py"]
    }
    """#

  /// A folder of plugins with this one in it.
  static func install(
    in folder: TestFolder, named name: String = "odd", manifest: String = manifest,
    script: String = script
  ) throws -> URL {
    let plugins = try folder.folder("plugins")
    let place = try folder.folder("plugins/\(name)")
    for url in [folder.url, plugins, place] { chmod(url.path, 0o755) }
    for (text, file) in [(manifest, "plugin.json"), (script, "plugin.py")] {
      chmod(try folder.write(text, to: "plugins/\(name)/\(file)").path, 0o644)
    }
    return plugins
  }
}
