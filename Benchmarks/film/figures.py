"""Figures of VideoCraft alone. Each prints a line or a table and says whether the goal was met."""
import json, os, re, shutil, subprocess

import measure
from material import TEXTS, Film, ffmpeg

HERE = os.path.dirname(os.path.abspath(__file__))


def caption_steps(path):
    """What can be read when, from an ASS script: words to come are drawn with nothing and are left out."""
    def time(text):
        hours, minutes, rest = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(rest)

    steps = []
    for line in open(path, encoding="utf-8"):
        if not line.startswith("Dialogue:"):
            continue
        _, start, end, *rest = line.split(":", 1)[1].split(",", 9)
        seen = re.split(r"\{[^}]*alpha&HFF&[^}]*\}|\{[^}]*\\1a&HFF&[^}]*\}", rest[-1])[0]
        text = re.sub(r"\{[^}]*\}", "", seen).replace("\\N", "\n").strip()
        if text:
            steps.append({"start": time(start.strip()), "end": time(end.strip()), "text": text})
    return steps


def long_film(options, size="1280x720"):
    film = Film(options.folder, 120, options.program, os.path.join(HERE, "film.yaml"), size=size)
    film.make()
    return film


def fresh_copy(film):
    fresh = os.path.join(film.folder, "fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(film.spoken, fresh)
    return fresh


def caption_change(options):
    """A word of the captions of a film of ten minutes is changed; the sound stays, since it is spoken alike."""
    film = long_film(options)
    fresh, log = fresh_copy(film), os.path.join(options.folder, "change.log")
    open(log, "w").close()
    whole = measure.run(film.command(fresh, measure.empty(os.path.join(options.folder, "output-whole"))),
                        options.folder, log)
    texts = list(film.texts)
    middle = next(i for i in range(len(texts) // 2, len(texts)) if " voice," in texts[i])
    texts[middle] = texts[middle].replace(" voice,", " Voice,")
    changed_inputs = os.path.join(film.media, "changed.json")
    film.write_inputs(changed_inputs, texts)
    changed = measure.run(
        film.command(fresh, measure.empty(os.path.join(options.folder, "output-changed")), inputs=changed_inputs),
        options.folder, log)
    share = changed.cpu / whole.cpu
    print(f"a changed word in a film of {film.seconds / 60:.1f} minutes, {film.size}: {changed.wall:.1f} s of "
          f"{whole.wall:.1f} s wall ({changed.wall / whole.wall:.1%}), {changed.cpu:.1f} of {whole.cpu:.1f} CPU s "
          f"({share:.1%}); {rendered(log)}", flush=True)
    return goal(changed.wall <= 0.1 * whole.wall, "a changed word costs more than a tenth of the film")


def rendered(log):
    found = re.findall(r"(\d+) of (\d+) chunks rendered", open(log, errors="replace").read())
    return "chunks rendered: " + ", then ".join(f"{some} of {all}" for some, all in found)


def memory(options):
    """Peak memory of films of one looping clip at 320x180, of a minute and of an hour."""
    media = os.path.join(options.folder, "media")
    os.makedirs(media, exist_ok=True)
    clip = os.path.join(media, "loop.mp4")
    if not os.path.exists(clip):
        ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=61.7", "-f", "lavfi", "-i",
               "sine=frequency=220:duration=61.7", "-c:v", "libx264", "-preset", "veryfast", "-g", "60", "-c:a", "aac",
               "-shortest", clip)
    rows, peaks = [], []
    for minutes in (1, 60):
        inputs = os.path.join(media, f"hour-{minutes}.json")
        with open(inputs, "w") as file:
            json.dump({"clip": "loop.mp4", "length": f"{minutes * 60}s"}, file)
        data, log = os.path.join(options.folder, "hour-data"), os.path.join(options.folder, "hour.log")
        shutil.rmtree(data, ignore_errors=True)
        taken = measure.run(
            [options.program, "run", os.path.join(HERE, "hour.yaml"), "--input-file", inputs, "--data-dir", data,
             "--output", measure.empty(os.path.join(options.folder, "output-hour")), "--format", "lines"],
            options.folder, log)
        shutil.rmtree(data, ignore_errors=True)
        peaks.append(taken.peak)
        rows.append([f"{minutes}", measure.megabytes(taken.peak), f"{taken.wall:.1f}", f"{taken.cpu:.1f}"])
    print("memory by the length of a film, 320x180:")
    measure.table(["minutes", "peak MB", "wall s", "CPU s"], rows)
    return goal(peaks[-1] <= 1.15 * peaks[0], "an hour takes more memory than a minute")


def goal(is_met, otherwise):
    if not is_met:
        print(f"MISSED: {otherwise}")
    return is_met


FIGURES = {"caption": caption_change, "memory": memory}
