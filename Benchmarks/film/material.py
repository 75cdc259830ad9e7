"""Makes what the film is made of: pictures of 3840x2160, music, narration, captions. The same each time."""
import json, os, shutil, subprocess, wave

FPS = 30
LEAD, TAIL = 0.2, 0.4
ATTACK, RELEASE, DUCKED, MUSIC_GAIN, MUSIC_FADE = 0.3, 1.0, 10 ** (-12 / 20), 0.5, 2.0

TEXTS = [
    "This coast was never surveyed, and the closer you look, the longer it becomes.",
    "Every bay holds smaller bays, and every stone on the beach has a shore of its own.",
    "At dusk the city counts its windows, one by one, until the towers look like pages.",
    "Light moves like water here: it bends, it folds, and it comes back at last.",
    "A map is a promise that somebody walked this way before and came home again.",
    "The old harbour keeps its lamps burning for ships that nobody expects any more.",
    "Numbers are patient: they wait in the dark until somebody asks the right question.",
    "In the morning the fog takes the bridges first, and then the houses on the hill.",
    "What we call a line is only the edge of something that we have not yet seen.",
    "So the journey ends where it began, with a picture, a voice, and a little music.",
]


def ffmpeg(*arguments):
    subprocess.run(
        ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-bitexact", *arguments],
        check=True)


def picture_source(index):
    """Fractals with detail in every pixel, and soft gradients between them."""
    if index % 3 == 2:
        return (f"gradients=size=3840x2160:rate=1:nb_colors=5:seed={index}:speed=0.00001,"
                f"noise=alls=6:all_seed={index}")
    places = [(-0.743644, 0.131825, 0.0042), (-0.1592, -1.0317, 0.02), (-1.25066, 0.02012, 0.003),
              (0.2850, 0.0110, 0.012), (-0.7453, 0.1127, 0.0065), (-0.761574, -0.0847596, 0.004),
              (-1.7490, 0.0003, 0.006)]
    x, y, scale = places[index * 2 // 3 % len(places)]
    return (f"mandelbrot=size=3840x2160:rate=1:start_x={x}:start_y={y}:start_scale={scale}"
            f":end_scale={scale}:maxiter=700:inner=black:outer=normalized_iteration_count,"
            f"hue=h={index * 53}:s={0.5 + index % 3 * 0.3}")


def make_pictures(folder, count):
    """Pairs at once; a picture that is there is kept."""
    missing = [i for i in range(count) if not os.path.exists(picture(folder, i))]
    running = []
    for index in missing:
        running.append((index, subprocess.Popen(
            ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-y", "-bitexact",
             "-f", "lavfi", "-i", picture_source(index), "-frames:v", "1", "-update", "1",
             "-pix_fmt", "yuvj420p", "-q:v", "2", picture(folder, index) + ".part.jpg"])))
        if len(running) == 2 or index == missing[-1]:
            for made, process in running:
                if process.wait():
                    raise SystemExit(f"picture {made + 1} could not be made")
                os.rename(picture(folder, made) + ".part.jpg", picture(folder, made))
            running = []


def picture(folder, index):
    return os.path.join(folder, f"picture {index % len(TEXTS) + 1}.jpg")


def make_music(path):
    if os.path.exists(path):
        return
    notes = "".join(
        f"+lt(mod(t,12),{3 * c + 3})*gte(mod(t,12),{3 * c})*0.2*exp(-0.8*mod(t,3))*sin(2*PI*{f}*t)"
        for c, chord in enumerate([(131, 262, 330), (110, 262, 330), (87, 262, 349), (98, 247, 294)])
        for f in chord)
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{notes}':s=48000:d=24",
           "-af", "aecho=0.8:0.5:60|110:0.25|0.15,atrim=0:24,aformat=channel_layouts=stereo",
           "-c:a", "aac", "-b:a", "192k", path)


class Film:
    """One film of so many scenes: where its material is, and when each thing happens."""

    def __init__(self, folder, scenes, videocraft, pipeline, texts=None, size="1920x1080"):
        self.folder, self.scenes, self.videocraft, self.pipeline = folder, scenes, videocraft, pipeline
        self.size = size
        self.texts = texts or [TEXTS[i] if i < len(TEXTS) else f"{i + 1}. {TEXTS[i % len(TEXTS)]}"
                               for i in range(scenes)]
        self.media = os.path.join(folder, "media")
        self.inputs = os.path.join(self.media, f"film-{scenes}.json")
        self.music = os.path.join(self.media, "music bed.m4a")
        self.prepared = os.path.join(folder, f"prepared-{scenes}")
        self.spoken = os.path.join(folder, f"spoken-{scenes}")

    def picture(self, index):
        return picture(self.media, index)

    def make(self):
        os.makedirs(self.media, exist_ok=True)
        make_pictures(self.media, min(self.scenes, len(TEXTS)))
        make_music(self.music)
        self.write_inputs(self.inputs, self.texts)
        # What VideoCraft has rendered it does not render again, so each run begins with a copy of a data folder in
        # which the narration is all there is.
        done = os.path.join(self.prepared, "done")
        if not os.path.exists(done):
            for old in (self.prepared, self.spoken):
                shutil.rmtree(old, ignore_errors=True)
            self.run(self.spoken, self.prepared + "-voice", "--until", "voice")
            data = self.prepared + "-data"
            shutil.rmtree(data, ignore_errors=True)
            shutil.copytree(self.spoken, data)
            self.run(data, self.prepared, pipeline=self.captions_pipeline())
            shutil.rmtree(data)
            open(done, "w").close()
        self.measure()

    def write_inputs(self, path, texts):
        scenes = [{"narration": text, "image": os.path.basename(self.picture(i)), "fit": "cover"}
                  for i, text in enumerate(texts)]
        with open(path, "w") as file:
            json.dump({"music": os.path.basename(self.music), "size": self.size, "scenes": scenes}, file, indent=1)

    def captions_pipeline(self):
        """The pipeline without the stage that renders."""
        text = open(self.pipeline).read()
        head, rest = text.split("\n  package:\n")
        outputs = rest[rest.index("\noutputs:"):]
        outputs = "\n".join(line for line in outputs.split("\n") if "package." not in line)
        path = os.path.join(self.folder, "captions.yaml")
        with open(path, "w") as file:
            file.write(head + "\n" + outputs)
        return path

    def command(self, data, output, *more, pipeline=None, inputs=None):
        return [self.videocraft, "run", pipeline or self.pipeline, "--input-file", inputs or self.inputs,
                "--data-dir", data, "--output", output, "--format", "lines", *more]

    def run(self, data, output, *more, **options):
        made = subprocess.run(self.command(data, output, *more, **options), capture_output=True, text=True)
        if made.returncode:
            raise SystemExit(f"videocraft could not make the material:\n{made.stdout[-3000:]}{made.stderr[-3000:]}")

    def narration(self, index):
        return os.path.join(self.prepared, f"narration-{index + 1}.wav")

    @property
    def captions(self):
        return os.path.join(self.prepared, "captions.ass")

    def measure(self):
        """When scenes begin, in frames, and how long speech is. Ends are on frames, as `compose` has them."""
        self.starts, self.speech, frame = [], [], 0
        for index in range(self.scenes):
            with wave.open(self.narration(index)) as sound:
                spoken = sound.getnframes() / sound.getframerate()
            self.starts.append(frame)
            self.speech.append(spoken)
            end = frame + (LEAD + spoken + TAIL) * FPS
            frame = int(end) + (end - int(end) > 1e-6)
        self.frames = frame

    @property
    def seconds(self):
        return self.frames / FPS

    def length(self, index):
        """Of a scene, in frames."""
        following = self.starts[index + 1] if index + 1 < self.scenes else self.frames
        return following - self.starts[index]

    def speech_start(self, index):
        return self.starts[index] / FPS + LEAD

    def music_level(self, time):
        """How loud the music is, as a factor."""
        span = 0.0
        for index, spoken in enumerate(self.speech):
            start = self.speech_start(index)
            span = max(span, min((time - start + ATTACK) / ATTACK, (start + spoken + RELEASE - time) / RELEASE, 1))
        fade = min(1, max(0, (self.seconds - time) / MUSIC_FADE))
        return MUSIC_GAIN * fade * DUCKED ** max(0.0, span)

    def music_keys(self):
        """Times at which the level of the music has a corner."""
        keys = {0.0, self.seconds - MUSIC_FADE, self.seconds}
        for index, spoken in enumerate(self.speech):
            start = self.speech_start(index)
            for time in (start - ATTACK, start, start + spoken, start + spoken + RELEASE):
                keys.add(min(max(time, 0), self.seconds))
            # Where the release of one meets the attack of the next.
            if index + 1 < self.scenes:
                keys.add((start + spoken + self.speech_start(index + 1)) / 2)
        return sorted(keys)
