#!/usr/bin/env bash
# Makes media to try the pipelines with: two sharp pictures, a clip, a music bed, and `inputs.yaml` with three
# narrated scenes for pipelines/narrated.yaml. Everything is drawn and synthesised by `ffmpeg`; takes a few seconds.
#
#   Scripts/sample-media.sh FOLDER
set -euo pipefail

if [ $# -ne 1 ]; then
  echo "usage: $0 FOLDER" >&2
  exit 64
fi
command -v ffmpeg >/dev/null || {
  echo "$0: the program ffmpeg is missing; apt-get install ffmpeg" >&2
  exit 69
}
mkdir -p "$1"
cd "$1"

make() { ffmpeg -hide_banner -nostdin -loglevel error -y -bitexact "$@"; }

font="font=DejaVu Sans:fontcolor"

# Lines of one pixel, small letters and a checkerboard: what scaling and encoding spoil first is easy to see.
detail() { # x y title
  local x=$1 y=$2
  local line=$((y + 76)) i
  printf 'drawtext=%s=white:fontsize=54:x=%d:y=%d:text=%s:shadowx=2:shadowy=2,' "$font" "$x" "$y" "$3"
  printf 'drawtext=%s=white@0.85:fontsize=18:x=%d:y=%d:text=' "$font" "$((x + 3))" "$line"
  printf 'The quick brown fox jumps over the lazy dog  0123456789,'
  for i in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    printf 'drawbox=x=%d:y=%d:w=1:h=36:color=white@0.9:t=fill,' $((x + 4 + i * (i + 3))) $((line + 34))
    printf 'drawbox=x=%d:y=%d:w=260:h=1:color=white@0.9:t=fill,' $((x + 320)) $((line + 34 + i * (i + 5) / 9))
  done
  printf 'null'
}

# A fractal coast: detail down to the pixel everywhere.
coast() {
  local fractal='mandelbrot=size=1920x1080:start_x=-0.7436447860:start_y=0.1318252536:start_scale=0.0042'
  fractal+=':end_scale=0.0042:maxiter=1500:inner=black:outer=normalized_iteration_count'
  make -f lavfi -i "$fractal" -frames:v 1 -update 1 -vf "hue=s=0,format=gbrp,\
curves=r='0/0.02 0.35/0.06 0.55/0.35 0.75/0.93 1/1':g='0/0.05 0.35/0.36 0.55/0.66 0.75/0.85 1/0.98':b='0/0.20 0.35/0.58 0.55/0.72 0.75/0.62 1/0.9',\
drawbox=x=0:y=70:w=1920:h=240:color=0x061019@0.55:t=fill,$(detail 90 110 'The fractal coast'),format=rgb24" \
    "coast line.png"
}

# A city at dusk: smooth gradients, hard edges, and hundreds of small windows.
city() {
  local graph='' seed=7 x=0 width height top row column
  next() { seed=$(((seed * 1103515245 + 12345) % 2147483648)); }
  for layer in 1 2; do
    x=0
    while [ $x -lt 1920 ]; do
      next; width=$((70 + seed / 65536 % 90))
      next; height=$((layer == 1 ? 380 + seed / 65536 % 300 : 160 + seed / 65536 % 260))
      top=$((1080 - height))
      local wall='0x2b2350' light='0xffd27a@0.55'
      [ $layer = 2 ] && { wall='0x120f26'; light='0xffe3a0@0.95'; }
      graph+="drawbox=x=$x:y=$top:w=$width:h=$height:color=$wall:t=fill,"
      graph+="drawbox=x=$((x + width / 2)):y=$((top - 34)):w=2:h=34:color=$wall:t=fill,"
      for ((row = top + 14; row < 1060; row += 26)); do
        for ((column = x + 10; column < x + width - 14; column += 20)); do
          next
          [ $((seed / 65536 % 5)) -lt 2 ] &&
            graph+="drawbox=x=$column:y=$row:w=9:h=13:color=$light:t=fill,"
        done
      done
      x=$((x + width + 4))
    done
  done
  local sky='gradients=size=1920x1080:rate=1:nb_colors=4:x0=960:y0=0:x1=960:y1=900:speed=0.00001'
  sky+=':c0=0x10163a:c1=0x4b2a6b:c2=0xd4587a:c3=0xffb86b'
  local sun="geq=r='r(X,Y)+(255-r(X,Y))*clip(171-hypot(X-1310,Y-520),0,1)'"
  sun+=":g='g(X,Y)+(214-g(X,Y))*clip(171-hypot(X-1310,Y-520),0,1)'"
  sun+=":b='b(X,Y)+(150-b(X,Y))*clip(171-hypot(X-1310,Y-520),0,1)'"
  local script; script=$(mktemp)
  printf 'format=gbrp,%s,%s%s,format=rgb24' "$sun" "$graph" "$(detail 90 110 'A city at dusk')" > "$script"
  make -f lavfi -i "$sky" -frames:v 1 -update 1 -filter_script:v "$script" "night city.png"
  rm -f "$script"
}

# Eight seconds of moving light with a clock in it, and a soft chord that swells.
clip() {
  local light='gradients=size=320x180:rate=30:duration=8:nb_colors=5:type=spiral:speed=0.02:seed=5'
  light+=':c0=0x06283d:c1=0x1363df:c2=0x47b5ff:c3=0xdff6ff:c4=0x06283d'
  local chord='0.16*sin(2*PI*220*t)+0.12*sin(2*PI*277.18*t)+0.12*sin(2*PI*329.63*t)'
  make -f lavfi -i "$light" \
    -f lavfi -i "aevalsrc='($chord)*(0.6+0.4*sin(2*PI*0.5*t))':s=48000:d=8" \
    -vf "scale=1280:720:flags=bicubic,format=yuv420p,drawgrid=w=80:h=80:t=1:c=white@0.18,\
drawbox=x=0:y=300:w=1280:h=120:color=black@0.35:t=fill,\
drawtext=$font=white:fontsize=64:x='(w-tw)/2':y=328:text='%{eif\:floor(t)\:d\:2}.%{eif\:mod(floor(t*100)\,100)\:d\:2} s',\
drawtext=$font=white@0.8:fontsize=20:x='mod(160*t,w+400)-400':y=680:text='moving letters show blur and judder'" \
    -af "afade=in:d=0.3,afade=out:st=7.5:d=0.5" -c:v libx264 -preset superfast -crf 18 \
    -c:a aac -b:a 160k -ac 2 -movflags +faststart "moving light.mp4"
}

# Four bars of a calm progression (C, A minor, F, G), three seconds each; it repeats without a seam.
music() {
  local frequency voices formula='' chord=0 note
  for notes in '130.81 261.63 329.63 392.00' '110.00 261.63 329.63 440.00' \
    '87.31 261.63 349.23 440.00' '98.00 246.94 293.66 392.00'; do
    voices=0
    note=0
    for frequency in $notes; do
      # Plucked one after the other, with a softer octave above; the end of each chord fades out.
      local start="(t-$((chord * 3))-0.28*$note)"
      voices+="+gte($start,0)*exp(-0.9*$start)*min(1,$start*60)*min(1,($((chord * 3 + 3))-t)*12)"
      voices+="*(0.42*sin(2*PI*$frequency*t)+0.13*sin(4*PI*$frequency*t))"
      note=$((note + 1))
    done
    chord=$((chord + 1))
    formula+="if(lt(t,$((chord * 3))),$voices,"
  done
  make -f lavfi -i "aevalsrc='${formula}0))))':s=48000:d=12" \
    -af "aecho=0.8:0.5:60|110:0.25|0.15,atrim=0:12,aformat=channel_layouts=stereo" \
    -c:a aac -b:a 192k "music bed.m4a"
}

jobs=()
for job in city clip coast music; do
  "$job" &
  jobs+=($!)
done
for job in "${jobs[@]}"; do wait "$job"; done

cat > inputs.yaml <<'YAML'
# For pipelines/narrated.yaml; paths are relative to this file.
scenes:
  - narration: >-
      This coast was never surveyed. Every bay holds smaller bays, and the closer you look,
      the longer its shore becomes.
    image: coast line.png
  - narration: >-
      Light moves like water. It bends, it folds, and it comes back to where it began,
      eight seconds later.
    video: moving light.mp4
    loop: true
  - narration: >-
      At dusk the city counts its windows. One by one they light up, until the towers look
      like pages of a book.
    image: night city.png
music: music bed.m4a
YAML
