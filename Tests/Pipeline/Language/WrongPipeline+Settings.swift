/// Wrong settings, and all that is said about it.
extension WrongPipeline {
  static let settings = [
    WrongPipeline(
      "unknown setting",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a:
          uses: burn
          in: { video: inputs.video }
          with: { style: progressive, font-sise: 42 }
      """#,
      says: #"""
        error[unknown-field]: `font-sise` is not a setting of `burn`
         --> p.yaml:8:33
          |
        8 |     with: { style: progressive, font-sise: 42 }
          |                                 ^^^^^^^^^ did you mean `size`? (integer, 8 to 300, pixels; default 42)
        """#),
    WrongPipeline(
      "setting typo kebab",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a:
          uses: burn
          in: { video: inputs.video }
          with: { maxlines: 2 }
      """#,
      says: #"""
        error[unknown-field]: `maxlines` is not a setting of `burn`
         --> p.yaml:8:13
          |
        8 |     with: { maxlines: 2 }
          |             ^^^^^^^^ did you mean `max-lines`? (integer, 1 to 4; default 2)
        """#),
    WrongPipeline(
      "unknown setting far",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a:
          uses: segment
          in: { video: inputs.video }
          with: { quality: high }
      """#,
      says: #"""
        error[unknown-field]: `quality` is not a setting of `segment`
         --> p.yaml:8:13
          |
        8 |     with: { quality: high }
          |             ^^^^^^^
          = note: known are `duration`, `ladder`
        """#),
    WrongPipeline(
      "out of range",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video }, with: { size: 5 } }
      """#,
      says: #"""
        error[out-of-range]: `size`: expected 8 to 300, found `5`
         --> p.yaml:5:63
          |
        5 |   a: { uses: burn, in: { video: inputs.video }, with: { size: 5 } }
          |                                                               ^
        """#),
    WrongPipeline(
      "choice typo",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video }, with: { style: progresive } }
      """#,
      says: #"""
        error[wrong-value]: `style`: `progresive` is not one of `progressive`, `classic`, `karaoke`
         --> p.yaml:5:64
          |
        5 |   a: { uses: burn, in: { video: inputs.video }, with: { style: progresive } }
          |                                                                ^^^^^^^^^^ did you mean `progressive`?
        """#),
    WrongPipeline(
      "yaml11 boolean",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video }, with: { box: yes } }
      """#,
      says: #"""
        error[wrong-value]: `box`: expected boolean, found `yes`
         --> p.yaml:5:62
          |
        5 |   a: { uses: burn, in: { video: inputs.video }, with: { box: yes } }
          |                                                              ^^^ did you mean `true`?
        """#),
    WrongPipeline(
      "not an integer",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video }, with: { size: 1e3 } }
      """#,
      says: #"""
        error[wrong-value]: `size`: expected integer, found `1e3`
         --> p.yaml:5:63
          |
        5 |   a: { uses: burn, in: { video: inputs.video }, with: { size: 1e3 } }
          |                                                               ^^^
        """#),
    WrongPipeline(
      "not a colour",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video }, with: { colour: '#12' } }
      """#,
      says: #"""
        error[wrong-value]: `colour`: expected colour such as #FFD700 or #000000AA, found `#12`
         --> p.yaml:5:65
          |
        5 |   a: { uses: burn, in: { video: inputs.video }, with: { colour: '#12' } }
          |                                                                 ^^^^^
        """#),
    WrongPipeline(
      "not a duration",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: segment, in: { video: inputs.video }, with: { duration: 12:30:45 } }
      """#,
      says: #"""
        error[wrong-value]: `duration`: expected duration such as 300ms, 4s, 2m30s or 1h, found `12:30:45`
         --> p.yaml:5:70
          |
        5 |   a: { uses: segment, in: { video: inputs.video }, with: { duration: 12:30:45 } }
          |                                                                      ^^^^^^^^ did you mean `12h30m45s`?
        """#),
    WrongPipeline(
      "list for text",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video }, with: { font: [Arial] } }
      """#,
      says: #"""
        error[type-mismatch]: `font`: expected text, found a list
         --> p.yaml:5:63
          |
        5 |   a: { uses: burn, in: { video: inputs.video }, with: { font: [Arial] } }
          |                                                               ^^^^^^^
        """#),
    WrongPipeline(
      "map for integer",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a: { uses: burn, in: { video: inputs.video }, with: { size: { px: 4 } } }
      """#,
      says: #"""
        error[type-mismatch]: `size`: expected integer, found a map
         --> p.yaml:5:63
          |
        5 |   a: { uses: burn, in: { video: inputs.video }, with: { size: { px: 4 } } }
          |                                                               ^^^^^^^^^
        """#),
    WrongPipeline(
      "list of words",
      #"""
      version: 1
      name: p
      stages: { a: { uses: segment, in: { video: "'a.mp4'" }, with: { ladder: [1080p, big, 480p] } } }
      """#,
      says: #"""
        error[wrong-value]: `ladder[1]`: expected size such as 1920x1080 or 720p, found `big`
         --> p.yaml:3:81
          |
        3 | stages: { a: { uses: segment, in: { video: "'a.mp4'" }, with: { ladder: [1080p, big, 480p] } } }
          |                                                                                 ^^^
        """#),
    WrongPipeline(
      "cross field",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a:
          uses: burn
          in: { video: inputs.video }
          with:
            min-lines: 3
            max-lines: 2
      """#,
      says: #"""
        error[invalid-settings]: `min-lines` is greater than `max-lines`
         --> p.yaml:9:18
          |
        9 |       min-lines: 3
          |                  ^
        """#),
    WrongPipeline(
      "nested record",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a:
          uses: compose
          with:
            scenes:
              - { image: a.png, duration: 2m }
              - { narration: hi }
              - { image: b.png, narrration: ho }
      """#,
      says: #"""
        error[out-of-range]: `duration`: expected 0s to 1m, found `2m`
         --> p.yaml:9:37
          |
        9 |         - { image: a.png, duration: 2m }
          |                                     ^^

        error[missing-field]: `scenes[1]` needs `image`
          --> p.yaml:10:11
           |
        10 |         - { narration: hi }
           |           ^^^^^^^^^^^^^^^^^
           = note: `image`: What is shown. (image)

        error[unknown-field]: `narrration` is not a setting of `scenes[2]`
          --> p.yaml:11:27
           |
        11 |         - { image: b.png, narrration: ho }
           |                           ^^^^^^^^^^ did you mean `narration`? (text)
        """#),
    WrongPipeline(
      "missing setting",
      #"""
      version: 1
      name: p
      stages:
        a: { uses: tts }
      """#,
      says: #"""
        error[missing-field]: `tts` needs `text`
         --> p.yaml:4:14
          |
        4 |   a: { uses: tts }
          |              ^^^
          = note: `text`: What is said. (text)
        """#),
    WrongPipeline(
      "empty setting",
      #"""
      version: 1
      name: p
      inputs: { video: video }
      stages:
        a:
          uses: burn
          in: { video: inputs.video }
          with:
            size:
      """#,
      says: #"""
        error[missing-value]: `size` has no value
         --> p.yaml:9:12
          |
        9 |       size:
          |            ^
          = note: expected integer, 8 to 300, pixels; default 42; leave `size` out to get the default
        """#),
    WrongPipeline(
      "plain braces",
      #"""
      version: 1
      name: p
      inputs: { text: text }
      stages:
        a: { uses: tts, with: { text: 'say {{ inputs.text }}' } }
      """#,
      says: #"""
        warning[unused-input]: nothing uses the input `text`
         --> p.yaml:3:11
          |
        3 | inputs: { text: text }
          |           ^^^^

        warning[plain-braces]: `{{ inputs.… }}` without a `$` is plain text
         --> p.yaml:5:33
          |
        5 |   a: { uses: tts, with: { text: 'say {{ inputs.text }}' } }
          |                                 ^^^^^^^^^^^^^^^^^^^^^^^ did you mean `${{ … }}`?
        """#),
    WrongPipeline(
      "mixed for number",
      #"""
      version: 1
      name: p
      inputs: { a: integer }
      stages: { a: { uses: count, with: { number: "1${{ inputs.a }}" } } }
      """#,
      says: #"""
        error[type-mismatch]: `number` takes integer, found a text with templates
         --> p.yaml:4:45
          |
        4 | stages: { a: { uses: count, with: { number: "1${{ inputs.a }}" } } }
          |                                             ^^^^^^^^^^^^^^^^^^
          = note: a value that is exactly one `${{ … }}` keeps its type
        """#),
    WrongPipeline(
      "wide and tabs",
      #"""
      version: 1
      name: p
      inputs: { t: text }
      stages:
        a: { uses: tts, with: { text: "日本語\#t😀 é ${{ inputs.x }}" } }
      """#,
      says: #"""
        error[unknown-reference]: there is no input `x`
         --> p.yaml:5:54
          |
        5 |   a: { uses: tts, with: { text: "日本語    😀 é ${{ inputs.x }}" } }
          |                                                            ^
          = note: declared are `t`
        """#),
    WrongPipeline(
      "in block scalar",
      #"""
      version: 1
      name: p
      inputs: { t: text }
      stages:
        a:
          uses: tts
          with:
            text: |
              Hello
                you, ${{ inputs.x }}!
      """#,
      says: #"""
        error[unknown-reference]: there is no input `x`
          --> p.yaml:10:27
           |
        10 |           you, ${{ inputs.x }}!
           |                           ^
           = note: declared are `t`
        """#),
    WrongPipeline(
      "in quoted scalar",
      #"""
      version: 1
      name: p
      inputs: { t: text }
      stages:
        a:
          uses: tts
          with:
            text: "Gr\u00fc\u00dfe \"${{ inputs.x }}\""
      """#,
      says: #"""
        error[unknown-reference]: there is no input `x`
         --> p.yaml:8:43
          |
        8 |       text: "Gr\u00fc\u00dfe \"${{ inputs.x }}\""
          |                                           ^
          = note: declared are `t`
        """#),
  ]
}
