"""Makes the film with MoviePy 2 the way its manual does. usage: moviepy_film.py STATE.json FOLDER"""
import json, sys

import numpy
from moviepy import (AudioFileClip, CompositeAudioClip, CompositeVideoClip, ImageClip, TextClip, afx,
                     concatenate_audioclips, concatenate_videoclips)

film = json.load(open(sys.argv[1]))
folder = sys.argv[2]
length = film["seconds"]

scenes = [ImageClip(scene["picture"]).resized((1920, 1080)).with_duration(scene["frames"] / film["fps"])
          for scene in film["scenes"]]
video = concatenate_videoclips(scenes)

words = []
for step in film["captions"]:
    letters = TextClip(
        font=film["font"], text=step["text"], font_size=44, color="white", stroke_color="black", stroke_width=2,
        method="caption", size=(1500, None), text_align="center", margin=(0, 10))
    words.append(letters.with_start(step["start"]).with_end(step["end"]).with_position(("center", 930)))

voices = [AudioFileClip(scene["voice"]).with_start(scene["speaks"]) for scene in film["scenes"]]
bed = AudioFileClip(film["music"])
bed = concatenate_audioclips([bed] * (int(length / bed.duration) + 1)).subclipped(0, length)
times = numpy.array([key[0] for key in film["levels"]])
levels = numpy.array([key[1] for key in film["levels"]])


def under(frame, t):
    level = numpy.interp(t, times, levels)
    return frame(t) * (level[:, None] if numpy.ndim(t) else level)


music = bed.transform(under, keep_duration=True)
result = CompositeVideoClip([video, *words]).with_duration(length)
result = result.with_audio(CompositeAudioClip([music, *voices]).with_duration(length))
result.write_videofile(
    f"{folder}/video.mp4", fps=film["fps"], codec="libx264", preset="veryfast", audio_codec="aac",
    audio_bitrate="160k", audio_fps=48000, temp_audiofile=f"{folder}/sound.m4a", threads=2, logger=None,
    ffmpeg_params=["-crf", "20", "-pix_fmt", "yuv420p", "-profile:v", "high", "-g", "120", "-sc_threshold", "0",
                   "-movflags", "+faststart"])
