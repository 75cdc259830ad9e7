/// A wrong graph, and all that is said about it.
extension WrongPipeline {
  static let graph = [
    WrongPipeline(
      "unknown stage",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: bern, in: { video: inputs.video } }
      """#,
      says: #"""
        error[unknown-stage]: there is no stage `bern`
         --> p.yaml:5:14
          |
        5 |   a: { uses: bern, in: { video: inputs.video } }
          |              ^^^^ did you mean `burn`? (Draws captions into a video.)
        """#),
    WrongPipeline(
      "unknown stage far",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: wibble, in: { video: inputs.video } }
      """#,
      says: #"""
        error[unknown-stage]: there is no stage `wibble`
         --> p.yaml:5:14
          |
        5 |   a: { uses: wibble, in: { video: inputs.video } }
          |              ^^^^^^
          = note: this host has `burn`, `compose`, `count`, `segment`, `transcribe`, `tts`, `validate`
        """#),
    WrongPipeline(
      "stage version",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn@2, in: { video: inputs.video } }
      """#,
      says: #"""
        error[unknown-stage]: `burn` is here in version 1.0.0, not 2
         --> p.yaml:5:14
          |
        5 |   a: { uses: burn@2, in: { video: inputs.video } }
          |              ^^^^^^ did you mean `burn@1`?
        """#),
    WrongPipeline(
      "unknown port",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { vidoe: inputs.video } }
      """#,
      says: #"""
        error[unknown-port]: `vidoe` is not an input of `burn`
         --> p.yaml:5:26
          |
        5 |   a: { uses: burn, in: { vidoe: inputs.video } }
          |                          ^^^^^ did you mean `video`? (video)
        """#),
    WrongPipeline(
      "port is setting",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video, size: 42 } }
      """#,
      says: #"""
        error[unknown-port]: `size` is not an input of `burn`
         --> p.yaml:5:47
          |
        5 |   a: { uses: burn, in: { video: inputs.video, size: 42 } }
          |                                               ^^^^
          = note: it is a setting: write it under `with`
        """#),
    WrongPipeline(
      "setting is port",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, with: { video: '${{ inputs.video }}' } }
      """#,
      says: #"""
        error[unknown-field]: `video` is an input of `burn`, not a setting
         --> p.yaml:5:28
          |
        5 |   a: { uses: burn, with: { video: '${{ inputs.video }}' } }
          |                            ^^^^^
          = note: connect it under `in`
        """#),
    WrongPipeline(
      "no port",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, with: { size: 9 } }
        b: { uses: burn }
      outputs: { v: inputs.video }
      """#,
      says: #"""
        error[missing-port]: stage `a` needs `video` in `in` (video)
         --> p.yaml:5:14
          |
        5 |   a: { uses: burn, with: { size: 9 } }
          |              ^^^^
          = note: `video`: The picture to draw on.

        error[missing-port]: stage `b` needs `video` in `in` (video)
         --> p.yaml:6:14
          |
        6 |   b: { uses: burn }
          |              ^^^^
          = note: `video`: The picture to draw on.
        """#),
    WrongPipeline(
      "unknown input",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.vidio } }
      """#,
      says: #"""
        error[unknown-reference]: there is no input `vidio`
         --> p.yaml:5:40
          |
        5 |   a: { uses: burn, in: { video: inputs.vidio } }
          |                                        ^^^^^ did you mean `video`?
        """#),
    WrongPipeline(
      "bare input name",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: video } }
      """#,
      says: #"""
        error[unknown-reference]: there is nothing called `video`
         --> p.yaml:5:33
          |
        5 |   a: { uses: burn, in: { video: video } }
          |                                 ^^^^^ did you mean `inputs.video`?
        """#),
    WrongPipeline(
      "unknown output",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video } }
        b: { uses: segment, in: { video: a.vid } }
      """#,
      says: #"""
        error[unknown-port]: stage `a` has no output `vid`
         --> p.yaml:6:38
          |
        6 |   b: { uses: segment, in: { video: a.vid } }
          |                                      ^^^ did you mean `video`? (video)
        """#),
    WrongPipeline(
      "abbreviated output",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video } }
        b: { uses: segment, in: { video: a.vid } }
      """#,
      says: #"""
        error[unknown-port]: stage `a` has no output `vid`
         --> p.yaml:6:38
          |
        6 |   b: { uses: segment, in: { video: a.vid } }
          |                                      ^^^ did you mean `video`? (video)
        """#),
    WrongPipeline(
      "stage without output",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video } }
        b: { uses: segment, in: { video: a } }
      """#,
      says: #"""
        error[unknown-reference]: `a` is a stage; name one of its outputs
         --> p.yaml:6:36
          |
        6 |   b: { uses: segment, in: { video: a } }
          |                                    ^
          = note: they are `a.video`, `a.captions`
        """#),
    WrongPipeline(
      "wrong port type",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: transcribe, in: { audio: inputs.video } }
        b: { uses: burn, in: { video: a.transcript } }
      """#,
      says: #"""
        error[type-mismatch]: `video` takes video, found transcript
         --> p.yaml:6:33
          |
        6 |   b: { uses: burn, in: { video: a.transcript } }
          |                                 ^^^^^^^^^^^^
        """#),
    WrongPipeline(
      "foreach list to one",
      #"""
      version: 1
      name: p
      inputs: { texts: list<text> }
      stages:
        voice: { uses: tts, foreach: inputs.texts, with: { text: '${{ item }}' } }
        check: { uses: validate, in: { media: voice.audio } }
      """#,
      says: #"""
        error[type-mismatch]: `media` takes media, found a list of audio
         --> p.yaml:6:41
          |
        6 |   check: { uses: validate, in: { media: voice.audio } }
          |                                         ^^^^^^^^^^^
          = note: one of a list is taken as `[0]`; one task per item is made with `foreach`
        """#),
    WrongPipeline(
      "foreach not a list",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, foreach: inputs.video, in: { video: item } }
      """#,
      says: #"""
        error[type-mismatch]: `foreach` takes a list, found video
         --> p.yaml:5:29
          |
        5 |   a: { uses: burn, foreach: inputs.video, in: { video: item } }
          |                             ^^^^^^^^^^^^
        """#),
    WrongPipeline(
      "item outside",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: item } }
      """#,
      says: #"""
        error[unknown-reference]: `item` exists only in `with` and `in` of a stage with `foreach`
         --> p.yaml:5:33
          |
        5 |   a: { uses: burn, in: { video: item } }
          |                                 ^^^^
        """#),
    WrongPipeline(
      "if not boolean",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, if: inputs.video, in: { video: inputs.video } }
      """#,
      says: #"""
        error[type-mismatch]: `if` is boolean, found video
         --> p.yaml:5:24
          |
        5 |   a: { uses: burn, if: inputs.video, in: { video: inputs.video } }
          |                        ^^^^^^^^^^^^ compare it, such as `… != null`
        """#),
    WrongPipeline(
      "cycle",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a:
          uses: burn
          in: { video: b.video }
        b:
          uses: burn
          in: { video: c.video }
        c:
          uses: burn
          in: { video: inputs.video }
          needs: a
      """#,
      says: #"""
        error[cycle]: these stages wait for each other: `a` → `b` → `c` → `a`
         --> p.yaml:7:18
          |
        7 |     in: { video: b.video }
          |                  ^^^^^^^
          = note: `a` takes `b.video` (line 7)
          = note: `b` takes `c.video` (line 10)
          = note: `c` needs `a` (line 14)
        """#),
    WrongPipeline(
      "two cycles",
      #"""
      version: 1
      name: p
      stages:
        a: { uses: count, needs: b }
        b: { uses: count, needs: a }
        c: { uses: count, needs: d }
        d: { uses: count, needs: c }
      """#,
      says: #"""
        error[cycle]: these stages wait for each other: `a` → `b` → `a`
         --> p.yaml:4:28
          |
        4 |   a: { uses: count, needs: b }
          |                            ^
          = note: `a` needs `b` (line 4)
          = note: `b` needs `a` (line 5)

        error[cycle]: these stages wait for each other: `c` → `d` → `c`
         --> p.yaml:6:28
          |
        6 |   c: { uses: count, needs: d }
          |                            ^
          = note: `c` needs `d` (line 6)
          = note: `d` needs `c` (line 7)
        """#),
    WrongPipeline(
      "self",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: a.video } }
        b: { uses: burn, in: { video: inputs.video }, needs: b }
      """#,
      says: #"""
        error[cycle]: `a` cannot use its own outputs
         --> p.yaml:5:33
          |
        5 |   a: { uses: burn, in: { video: a.video } }
          |                                 ^

        error[cycle]: `b` cannot wait for itself
         --> p.yaml:6:56
          |
        6 |   b: { uses: burn, in: { video: inputs.video }, needs: b }
          |                                                        ^
        """#),
    WrongPipeline(
      "unknown need",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        first: { uses: burn, in: { video: inputs.video } }
        b: { uses: burn, in: { video: inputs.video }, needs: [frist] }
      """#,
      says: #"""
        error[unknown-reference]: there is no stage `frist` in this pipeline
         --> p.yaml:6:57
          |
        6 |   b: { uses: burn, in: { video: inputs.video }, needs: [frist] }
          |                                                         ^^^^^ did you mean `first`?
        """#),
    WrongPipeline(
      "unused",
      #"""
      version: 1
      name: p
      inputs:
        video: video
        music: audio
      stages:
        a: { uses: burn, in: { video: inputs.video } }
        b: { uses: burn, in: { video: inputs.video } }
      outputs: { video: a.video }
      """#,
      says: #"""
        warning[unused-input]: nothing uses the input `music`
         --> p.yaml:5:3
          |
        5 |   music: audio
          |   ^^^^^

        warning[unused-stage]: nothing uses the outputs of `b`
         --> p.yaml:8:3
          |
        8 |   b: { uses: burn, in: { video: inputs.video } }
          |   ^
          = note: it runs all the same; a stage that must wait for it says `needs: b`
        """#),
    WrongPipeline(
      "else types",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: transcribe, in: { audio: inputs.video } }
        b: { uses: burn, in: { video: inputs.video else a.transcript } }
      """#,
      says: #"""
        error[type-mismatch]: both sides of `else` must be of one type, found video and transcript
         --> p.yaml:6:33
          |
        6 |   b: { uses: burn, in: { video: inputs.video else a.transcript } }
          |                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        """#),
  ]
}
