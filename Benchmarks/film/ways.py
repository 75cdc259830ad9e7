"""The ways to make the film. Each gives commands that run one after the other and leave `video.mp4` and `hls/` in a
folder: 1920x1080, 30 frames per second, x264 veryfast CRF 20 with an IDR frame every four seconds, AAC of 160 kbit/s."""
import os
from xml.sax.saxutils import quoteattr

from material import ATTACK, DUCKED, FPS, MUSIC_FADE, MUSIC_GAIN, RELEASE

HERE = os.path.dirname(os.path.abspath(__file__))
QUIET = ["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-y"]
TAGS = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"]
PICTURES = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-profile:v", "high", "-pix_fmt", "yuv420p",
            *TAGS, "-force_key_frames", "expr:gte(t,n_forced*4)", "-sc_threshold", "0", "-g", "122"]
SOUND = ["-c:a", "aac", "-b:a", "160k", "-ar", "48000", "-ac", "2"]
# Pictures are bt601 in full range.
# Programs that scale each picture once can afford the better filter; people write none, which is bicubic.
PLACED = ("scale=1920:1080:force_original_aspect_ratio=increase:flags=lanczos:out_color_matrix=bt709:out_range=tv,"
          "crop=1920:1080,setsar=1,format=yuv420p")
LOOPED = PLACED.replace("flags=lanczos:", "")


def seconds(frames):
    return f"{frames / FPS:.6f}"


def hls(folder):
    return ["-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_filename",
            f"{folder}/hls/segment%04d.ts", f"{folder}/hls/index.m3u8"]


def both(folder):
    return ["-flags", "+global_header", "-f", "tee",
            f"[f=mp4:movflags=+faststart]{folder}/video.mp4|"
            f"[f=hls:hls_time=4:hls_playlist_type=vod:hls_segment_filename={folder}/hls/segment%04d.ts]"
            f"{folder}/hls/index.m3u8"]


def sound_graph(film, first):
    """Mixes inputs `first` and on: the narration of each scene, then the music."""
    graph, voices, spans = [], "", "0"
    for index in range(film.scenes):
        start = film.speech_start(index)
        graph.append(f"[{first + index}:a]aresample=48000,aformat=channel_layouts=stereo,"
                     f"adelay={round(start * 48000)}S:all=1[voice{index}]")
        voices += f"[voice{index}]"
        spans = (f"max({spans},clip(min((t-{start - ATTACK:.6f})/{ATTACK},"
                 f"({start + film.speech[index] + RELEASE:.6f}-t)/{RELEASE}),0,1))")
    graph.append(
        f"[{first + film.scenes}:a]aresample=48000,aformat=channel_layouts=stereo,volume={MUSIC_GAIN},"
        f"afade=t=out:st={film.seconds - MUSIC_FADE:.6f}:d={MUSIC_FADE},"
        f"volume='if(isnan(t),1,pow({DUCKED:.6f},{spans}))':eval=frame[under]")
    graph.append(f"{voices}[under]amix=inputs={film.scenes + 1}:normalize=0:duration=longest,apad,"
                 f"atrim=0:{film.seconds:.6f},alimiter=limit=0.98:level=0[sound]")
    return graph


def sound_inputs(film):
    inputs = []
    for index in range(film.scenes):
        inputs += ["-i", film.narration(index)]
    return inputs + ["-stream_loop", "-1", "-t", f"{film.seconds:.6f}", "-i", film.music]


def captions(film):
    """A name that has nothing that the syntax of filters would take for its own."""
    link = os.path.join(film.folder, "captions.ass")
    if not os.path.islink(link) or os.readlink(link) != film.captions:
        if os.path.lexists(link):
            os.remove(link)
        os.symlink(film.captions, link)
    return "ass=f=captions.ass"


# ------------------------------------------------------------------ videocraft

def videocraft(film, folder):
    return [film.command(os.path.join(film.folder, "fresh"), folder)]


# ------------------------------------------------------------------ ffmpeg

def single(film, picture_input, picture_chain):
    inputs, graph, joined = [], [], ""
    for index in range(film.scenes):
        inputs += picture_input(index)
        graph.append(f"[{index}:v]{picture_chain(index)}[scene{index}]")
        joined += f"[scene{index}]"
    graph.append(f"{joined}concat=n={film.scenes}:v=1:a=0,{captions(film)}[film]")
    return inputs + sound_inputs(film), graph + sound_graph(film, film.scenes)


def plain_parts(film):
    return single(
        film, lambda i: ["-loop", "1", "-framerate", str(FPS), "-t", seconds(film.length(i)), "-i", film.picture(i)],
        lambda i: LOOPED)


def tuned_parts(film):
    """Each picture is scaled once, and the same frame repeated."""
    return single(
        film, lambda i: ["-threads", "1", "-i", film.picture(i)],
        lambda i: f"{PLACED},loop=loop={film.length(i) - 1}:size=1,settb=1/{FPS},setpts=N,fps={FPS}")


def one_command(film, folder, parts, *more):
    inputs, graph = parts
    return [[*QUIET, *inputs, "-filter_complex", ";".join(graph), "-map", "[film]", "-map", "[sound]", *more,
             *PICTURES, *SOUND, "-t", f"{film.seconds:.6f}", *both(folder)]]


def plain(film, folder):
    return one_command(film, folder, plain_parts(film))


def tuned(film, folder):
    return one_command(film, folder, tuned_parts(film))


def chain(film, folder):
    """What scripts do: a file per scene, joined, captions burned in, sound mixed, cut into segments."""
    commands, listed = [], os.path.join(folder, "scenes.txt")
    with open(listed, "w") as file:
        for index in range(film.scenes):
            file.write(f"file 'scene{index}.mp4'\n")
    for index in range(film.scenes):
        commands.append([*QUIET, "-loop", "1", "-framerate", str(FPS), "-i", film.picture(index), "-vf", LOOPED,
                         *PICTURES, "-frames:v", str(film.length(index)), f"{folder}/scene{index}.mp4"])
    commands.append([*QUIET, "-f", "concat", "-i", listed, "-c", "copy", f"{folder}/joined.mp4"])
    commands.append([*QUIET, "-i", f"{folder}/joined.mp4", "-vf", captions(film), *PICTURES, f"{folder}/burned.mp4"])
    commands.append([*QUIET, "-i", f"{folder}/burned.mp4", *sound_inputs(film), "-filter_complex",
                     ";".join(sound_graph(film, 1)), "-map", "0:v", "-map", "[sound]", "-c:v", "copy", *SOUND,
                     "-movflags", "+faststart", f"{folder}/video.mp4"])
    commands.append([*QUIET, "-i", f"{folder}/video.mp4", "-c", "copy", *hls(folder)])
    return commands


# ------------------------------------------------------------------ the floor

def raw_path(film):
    return os.path.join(film.folder, f"raw-{film.scenes}.y4m")


def make_raw(film):
    """All frames of the film, finished; 3.1 MB each."""
    inputs, graph = tuned_parts(film)
    return [*QUIET, *inputs, "-filter_complex", ";".join(graph[:film.scenes + 1]), "-map", "[film]",
            "-pix_fmt", "yuv420p", "-frames:v", str(film.frames), "-f", "yuv4mpegpipe", raw_path(film)]


def x264(film, folder):
    """Nothing but encoding, of frames that are finished, without sound or packaging."""
    return [[*QUIET, "-i", raw_path(film), *PICTURES, f"{folder}/video.mp4"]]


def reading(film, folder):
    """What reading those frames from disk costs, which is part of the line above."""
    return [[*QUIET, "-i", raw_path(film), "-c", "copy", "-f", "null", "-"]]


# ------------------------------------------------------------------ melt

def melt(film, folder):
    path = os.path.join(folder, "film.mlt")
    with open(path, "w") as file:
        file.write(mlt(film))
    film_command = ["melt", path, "-consumer", f"avformat:{folder}/video.mp4", "real_time=-2", "vcodec=libx264",
                    "preset=veryfast", "crf=20", "g=120", "keyint_min=120", "sc_threshold=0", "vprofile=high",
                    "pix_fmt=yuv420p", "acodec=aac", "ab=160k", "ar=48000", "channels=2", "movflags=+faststart",
                    "progressive=1"]
    return [film_command, [*QUIET, "-i", f"{folder}/video.mp4", "-c", "copy", *hls(folder)]]


def mlt(film):
    """Three tracks: pictures with captions, narration, music with its level as keyframes in dB."""
    import math

    def producer(name, path, *properties):
        lines = "".join(f'<property name="{key}">{value}</property>' for key, value in properties)
        return (f'<producer id="{name}"><property name="resource">{quoteattr(path)[1:-1]}</property>'
                f'{lines}</producer>')

    lines = ['<?xml version="1.0"?>', '<mlt root="/" producer="film">',
             f'<profile width="1920" height="1080" frame_rate_num="{FPS}" frame_rate_den="1" progressive="1" '
             'sample_aspect_num="1" sample_aspect_den="1" display_aspect_num="16" display_aspect_den="9" '
             'colorspace="709"/>']
    for index in range(film.scenes):
        lines.append(producer(f"picture{index}", film.picture(index), ("ttl", 1), ("length", film.length(index))))
        lines.append(producer(f"voice{index}", film.narration(index), ("mlt_service", "avformat")))
    lines.append(producer("music", film.music, ("mlt_service", "avformat")))
    pictures, voices, at = [], [], 0
    for index in range(film.scenes):
        pictures.append(f'<entry producer="picture{index}" in="0" out="{film.length(index) - 1}"/>')
        first = round(film.speech_start(index) * FPS)
        count = min(int(film.speech[index] * FPS), film.starts[index] + film.length(index) - first)
        voices.append(f'<blank length="{first - at}"/><entry producer="voice{index}" in="0" out="{count - 1}"/>')
        at = first + count
    rest, music = film.frames, ""
    while rest > 0:
        music += f'<entry producer="music" in="0" out="{min(rest, 24 * FPS) - 1}"/>'
        rest -= min(rest, 24 * FPS)
    keys = ";".join(f"{min(round(t * FPS), film.frames - 1)}={20 * math.log10(max(film.music_level(t), 1e-4)):.3f}"
                    for t in film.music_keys())
    captions(film)
    lines += [f'<playlist id="pictures">{"".join(pictures)}</playlist>',
              f'<playlist id="voices">{"".join(voices)}</playlist>',
              f'<playlist id="bed">{music}<filter><property name="mlt_service">volume</property>'
              f'<property name="level">{keys}</property></filter></playlist>',
              '<tractor id="film"><multitrack><track producer="pictures"/><track producer="voices" hide="video"/>'
              '<track producer="bed" hide="video"/></multitrack>']
    for track in (1, 2):
        lines.append(f'<transition><property name="mlt_service">mix</property><property name="a_track">0</property>'
                     f'<property name="b_track">{track}</property><property name="sum">1</property>'
                     '<property name="always_active">1</property></transition>')
    lines.append('<filter><property name="mlt_service">avfilter.subtitles</property>'
                 f'<property name="av.filename">{film.folder}/captions.ass</property></filter>')
    return "\n".join(lines + ["</tractor></mlt>"])


# ------------------------------------------------------------------ MoviePy

def moviepy(film, folder):
    python = os.path.join(film.folder, "moviepy", "bin", "python")
    return [[python, os.path.join(HERE, "moviepy_film.py"), film.state, folder],
            [*QUIET, "-i", f"{folder}/video.mp4", "-c", "copy", *hls(folder)]]


WAYS = {
    "videocraft": (videocraft, "compose, burn and segment in one run; the narration is taken from the cache"),
    "tuned": (tuned, "one ffmpeg command optimised by hand: each picture scaled once and repeated"),
    "plain": (plain, "one ffmpeg command as people write it: pictures looped and scaled for every frame"),
    "chain": (chain, "the usual chain of ffmpeg commands: a file per scene, concat, burn, mix, segment"),
    "reading": (reading, "ffmpeg reads finished raw frames and does nothing with them; also brings them into memory"),
    "x264": (x264, "the floor: ffmpeg encodes those frames, no sound, no HLS"),
    "melt": (melt, "melt, with two threads, then HLS by ffmpeg"),
    "moviepy": (moviepy, "MoviePy 2 as its manual has it, then HLS by ffmpeg"),
}
