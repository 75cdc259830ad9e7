/// Secrets where they must not be, and all that is said about it.
extension WrongPipeline {
  static let secrets = [
    WrongPipeline(
      "secret that is not declared",
      #"""
      version: 1
      name: film
      stages:
        a: { uses: tts, with: { text: hello, api-key: "${{ secrets.TTS_KEY }}" } }
      """#,
      says: #"""
        error[unknown-secret]: this pipeline declares no secret `TTS_KEY`
         --> p.yaml:4:62
          |
        4 |   a: { uses: tts, with: { text: hello, api-key: "${{ secrets.TTS_KEY }}" } }
          |                                                              ^^^^^^^ declare it: `secrets: [TTS_KEY]`
        """#),
    WrongPipeline(
      "secret that is misspelt",
      #"""
      version: 1
      name: film
      secrets: [TTS_KEY, OTHER_KEY]
      stages:
        a: { uses: tts, with: { text: hello, api-key: "${{ secrets.TSS_KEY }}" } }
        b: { uses: tts, with: { text: hello, api-key: "${{ secrets.OTHER_KEY }}" } }
      """#,
      says: #"""
        error[unknown-secret]: this pipeline declares no secret `TSS_KEY`
         --> p.yaml:5:62
          |
        5 |   a: { uses: tts, with: { text: hello, api-key: "${{ secrets.TSS_KEY }}" } }
          |                                                              ^^^^^^^ did you mean `TTS_KEY`?
        """#),
    WrongPipeline(
      "secret missing in a list",
      #"""
      version: 1
      name: film
      secrets:
        - HOOK
      hooks: { finished: { webhook: https://example.org/, secret: "${{ secrets.HOOK }}" } }
      stages:
        a: { uses: tts, with: { text: hello, api-key: "${{ secrets.VOICE_SERVICE }}" } }
      """#,
      says: #"""
        error[unknown-secret]: this pipeline declares no secret `VOICE_SERVICE`
         --> p.yaml:7:62
          |
        7 |   a: { uses: tts, with: { text: hello, api-key: "${{ secrets.VOICE_SERVICE }}" } }
          |                                                              ^^^^^^^^^^^^^ declare it: `secrets: [HOOK, VOICE_SERVICE]`
        """#),
    WrongPipeline(
      "secret in a text",
      #"""
      version: 1
      name: film
      secrets: [TTS_KEY]
      stages:
        a: { uses: tts, with: { text: "key ${{ secrets.TTS_KEY }}", voice: "${{ secrets.TTS_KEY }}" } }
        b: { uses: count, with: { value: { key: "${{ secrets.TTS_KEY }}" }, words: [a, "${{ secrets.TTS_KEY }}"] } }
      """#,
      says: #"""
        error[secret-leak]: a secret cannot be part of a text
         --> p.yaml:5:42
          |
        5 |   a: { uses: tts, with: { text: "key ${{ secrets.TTS_KEY }}", voice: "${{ secrets.TTS_KEY }}" } }
          |                                          ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into `api-key` of `tts`; anything else can be logged and is kept with the results

        error[secret-leak]: `voice` is not declared secret
         --> p.yaml:5:75
          |
        5 |   a: { uses: tts, with: { text: "key ${{ secrets.TTS_KEY }}", voice: "${{ secrets.TTS_KEY }}" } }
          |                                                                           ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into `api-key` of `tts`; anything else can be logged and is kept with the results

        error[secret-leak]: `key` is not declared secret
         --> p.yaml:6:48
          |
        6 |   b: { uses: count, with: { value: { key: "${{ secrets.TTS_KEY }}" }, words: [a, "${{ secrets.TTS_KEY }}"] } }
          |                                                ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: `words[1]` is not declared secret
         --> p.yaml:6:87
          |
        6 |   b: { uses: count, with: { value: { key: "${{ secrets.TTS_KEY }}" }, words: [a, "${{ secrets.TTS_KEY }}"] } }
          |                                                                                       ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results
        """#),
    WrongPipeline(
      "secret in expressions",
      #"""
      version: 1
      name: film
      secrets: [TTS_KEY, B_KEY]
      stages:
        a: { uses: count, if: "secrets.TTS_KEY == 'x'", with: { flag: "${{ contains(secrets.TTS_KEY, 'a') }}" } }
        b: { uses: count, if: secrets.TTS_KEY, with: { number: "${{ len(secrets.TTS_KEY) }}" } }
        c: { uses: count, foreach: secrets.TTS_KEY, with: { text: "${{ item }}" } }
        d: { uses: tts, with: { text: x, api-key: "${{ secrets.TTS_KEY else secrets.B_KEY }}" } }
        e: { uses: count, with: { text: "${{ 'a' + secrets.TTS_KEY }}", value: "${{ json(secrets.TTS_KEY) }}" } }
        f: { uses: count, with: { text: "${{ secrets.TTS_KEY.length }}", flag: "${{ !secrets.B_KEY }}" } }
        g: { uses: count, with: { value: "${{ secrets }}" } }
        h: { uses: count, in: { numbers: [1, secrets.B_KEY] } }
      """#,
      says: #"""
        error[secret-leak]: a secret cannot be used with `==`
         --> p.yaml:5:26
          |
        5 |   a: { uses: count, if: "secrets.TTS_KEY == 'x'", with: { flag: "${{ contains(secrets.TTS_KEY, 'a') }}" } }
          |                          ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be given to `contains`
         --> p.yaml:5:79
          |
        5 |   a: { uses: count, if: "secrets.TTS_KEY == 'x'", with: { flag: "${{ contains(secrets.TTS_KEY, 'a') }}" } }
          |                                                                               ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: `if` cannot look at a secret
         --> p.yaml:6:25
          |
        6 |   b: { uses: count, if: secrets.TTS_KEY, with: { number: "${{ len(secrets.TTS_KEY) }}" } }
          |                         ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be given to `len`
         --> p.yaml:6:67
          |
        6 |   b: { uses: count, if: secrets.TTS_KEY, with: { number: "${{ len(secrets.TTS_KEY) }}" } }
          |                                                                   ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: `foreach` cannot take a secret
         --> p.yaml:7:30
          |
        7 |   c: { uses: count, foreach: secrets.TTS_KEY, with: { text: "${{ item }}" } }
          |                              ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be used with `else`
         --> p.yaml:8:50
          |
        8 |   d: { uses: tts, with: { text: x, api-key: "${{ secrets.TTS_KEY else secrets.B_KEY }}" } }
          |                                                  ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be used with `else`
         --> p.yaml:8:71
          |
        8 |   d: { uses: tts, with: { text: x, api-key: "${{ secrets.TTS_KEY else secrets.B_KEY }}" } }
          |                                                                       ^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be used with `+`
         --> p.yaml:9:46
          |
        9 |   e: { uses: count, with: { text: "${{ 'a' + secrets.TTS_KEY }}", value: "${{ json(secrets.TTS_KEY) }}" } }
          |                                              ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be given to `json`
         --> p.yaml:9:84
          |
        9 |   e: { uses: count, with: { text: "${{ 'a' + secrets.TTS_KEY }}", value: "${{ json(secrets.TTS_KEY) }}" } }
          |                                                                                    ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be taken apart
          --> p.yaml:10:40
           |
        10 |   f: { uses: count, with: { text: "${{ secrets.TTS_KEY.length }}", flag: "${{ !secrets.B_KEY }}" } }
           |                                        ^^^^^^^^^^^^^^^
           = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be used with `!`
          --> p.yaml:10:80
           |
        10 |   f: { uses: count, with: { text: "${{ secrets.TTS_KEY.length }}", flag: "${{ !secrets.B_KEY }}" } }
           |                                                                                ^^^^^^^^^^^^^
           = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[unknown-reference]: `secrets` has no value of its own
          --> p.yaml:11:41
           |
        11 |   g: { uses: count, with: { value: "${{ secrets }}" } }
           |                                         ^^^^^^^
           = note: name one of its members: `secrets.TTS_KEY`, `secrets.B_KEY`

        error[secret-leak]: this is not declared secret
          --> p.yaml:12:40
           |
        12 |   h: { uses: count, in: { numbers: [1, secrets.B_KEY] } }
           |                                        ^^^^^^^^^^^^^
           = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results
        """#),
    WrongPipeline(
      "secret given back",
      #"""
      version: 1
      name: film
      secrets: [TTS_KEY]
      stages:
        a: { uses: count }
      outputs:
        key: secrets.TTS_KEY
        keys: [a.number, secrets.TTS_KEY]
      """#,
      says: #"""
        error[secret-leak]: a secret cannot be an output of the pipeline
         --> p.yaml:7:8
          |
        7 |   key: secrets.TTS_KEY
          |        ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be put into a list with other things
         --> p.yaml:8:20
          |
        8 |   keys: [a.number, secrets.TTS_KEY]
          |                    ^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results
        """#),
    WrongPipeline(
      "secret among constants",
      #"""
      version: 1
      name: film
      secrets: [TTS_KEY]
      description: "${{ secrets.TTS_KEY }}"
      vars: { key: "${{ secrets.TTS_KEY }}" }
      labels: { key: "${{ secrets.TTS_KEY }}" }
      inputs: { key: { type: text, default: "${{ secrets.TTS_KEY }}" }, other: { type: secret } }
      stages:
        a: { uses: tts, with: { text: "${{ vars.key }}${{ inputs.key }}${{ inputs.other }}" } }
      """#,
      says: #"""
        error[secret-leak]: a secret cannot be in `description`
         --> p.yaml:4:14
          |
        4 | description: "${{ secrets.TTS_KEY }}"
          |              ^^^^^^^^^^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be among constants
         --> p.yaml:5:14
          |
        5 | vars: { key: "${{ secrets.TTS_KEY }}" }
          |              ^^^^^^^^^^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be in `key`
         --> p.yaml:6:16
          |
        6 | labels: { key: "${{ secrets.TTS_KEY }}" }
          |                ^^^^^^^^^^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be among constants
         --> p.yaml:7:39
          |
        7 | inputs: { key: { type: text, default: "${{ secrets.TTS_KEY }}" }, other: { type: secret } }
          |                                       ^^^^^^^^^^^^^^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results

        error[unknown-type]: a `secret` is no input: declare it in `secrets: [NAME]` and use it as `${{ secrets.NAME }}`
         --> p.yaml:7:82
          |
        7 | inputs: { key: { type: text, default: "${{ secrets.TTS_KEY }}" }, other: { type: secret } }
          |                                                                                  ^^^^^^
        """#),
    WrongPipeline(
      "secret written down",
      #"""
      version: 1
      name: film
      inputs: { key: text }
      stages:
        a: { uses: tts, with: { text: hello, api-key: sk-12345678 } }
        b: { uses: tts, with: { text: hello, api-key: "Bearer ${{ inputs.key }}" } }
        c: { uses: tts, with: { text: hello, api-key: "${{ inputs.key }}" } }
        d: { uses: tts, with: { text: hello, api-key: "${{ 'abc' }}" } }
        e: { uses: tts, with: { text: hello, api-key: [a] } }
      """#,
      says: #"""
        error[secret-in-text]: `api-key` takes a secret, and a key must not stand in a file
         --> p.yaml:5:49
          |
        5 |   a: { uses: tts, with: { text: hello, api-key: sk-12345678 } }
          |                                                 ^^^^^^^^^^^ write the name of a secret: `${{ secrets.… }}`
          = note: its text is given to the host, which is asked for it when the stage runs

        error[secret-in-text]: `api-key` takes a secret, and a key must not stand in a file
         --> p.yaml:6:49
          |
        6 |   b: { uses: tts, with: { text: hello, api-key: "Bearer ${{ inputs.key }}" } }
          |                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^ write the name of a secret: `${{ secrets.… }}`
          = note: its text is given to the host, which is asked for it when the stage runs

        error[secret-in-text]: `api-key` takes a secret, and a key must not stand in a file
         --> p.yaml:7:49
          |
        7 |   c: { uses: tts, with: { text: hello, api-key: "${{ inputs.key }}" } }
          |                                                 ^^^^^^^^^^^^^^^^^^^ write the name of a secret: `${{ secrets.… }}`
          = note: its text is given to the host, which is asked for it when the stage runs

        error[secret-in-text]: `api-key` takes a secret, and a key must not stand in a file
         --> p.yaml:8:49
          |
        8 |   d: { uses: tts, with: { text: hello, api-key: "${{ 'abc' }}" } }
          |                                                 ^^^^^^^^^^^^^^ write the name of a secret: `${{ secrets.… }}`
          = note: its text is given to the host, which is asked for it when the stage runs

        error[secret-in-text]: `api-key` takes a secret, and a key must not stand in a file
         --> p.yaml:9:49
          |
        9 |   e: { uses: tts, with: { text: hello, api-key: [a] } }
          |                                                 ^^^ write the name of a secret: `${{ secrets.… }}`
          = note: its text is given to the host, which is asked for it when the stage runs
        """#),
    WrongPipeline(
      "secret that nothing uses",
      #"""
      version: 1
      name: film
      secrets: [TTS_KEY]
      stages:
        a: { uses: tts, with: { text: hello } }
      """#,
      says: #"""
        warning[unused-secret]: nothing uses the secret `TTS_KEY`
         --> p.yaml:3:11
          |
        3 | secrets: [TTS_KEY]
          |           ^^^^^^^
        """#),
    WrongPipeline(
      "secrets that are no names",
      #"""
      version: 1
      name: film
      secrets: [TTS-KEY, A, A, sk 123, { name: B }, "${{ vars.x }}"]
      stages:
        a: { uses: tts, with: { text: hello, api-key: "${{ secrets.A }}" } }
      """#,
      says: #"""
        error[invalid-name]: this cannot be the name of a secret
         --> p.yaml:3:11
          |
        3 | secrets: [TTS-KEY, A, A, sk 123, { name: B }, "${{ vars.x }}"]
          |           ^^^^^^^ expected letters, digits and `_`, a letter first, such as `TTS_KEY`

        error[duplicate-key]: the secret `A` is here twice
         --> p.yaml:3:23
          |
        3 | secrets: [TTS-KEY, A, A, sk 123, { name: B }, "${{ vars.x }}"]
          |                       ^
          = note: the first one is here (line 3)

        error[invalid-name]: this cannot be the name of a secret
         --> p.yaml:3:26
          |
        3 | secrets: [TTS-KEY, A, A, sk 123, { name: B }, "${{ vars.x }}"]
          |                          ^^^^^^ expected letters, digits and `_`, a letter first, such as `TTS_KEY`

        error[type-mismatch]: `secrets` is text, found a map
         --> p.yaml:3:34
          |
        3 | secrets: [TTS-KEY, A, A, sk 123, { name: B }, "${{ vars.x }}"]
          |                                  ^^^^^^^^^^^

        error[not-constant]: `secrets` cannot be computed
         --> p.yaml:3:47
          |
        3 | secrets: [TTS-KEY, A, A, sk 123, { name: B }, "${{ vars.x }}"]
          |                                               ^^^^^^^^^^^^^^^
        """#),
    WrongPipeline(
      "secrets with texts",
      #"""
      version: 1
      name: film
      secrets: { TTS_KEY: sk-12345678 }
      stages:
        a: { uses: tts, with: { text: hello, api-key: "${{ secrets.TTS_KEY }}" } }
      """#,
      says: #"""
        error[type-mismatch]: `secrets` is a list of names, found a map
         --> p.yaml:3:1
          |
        3 | secrets: { TTS_KEY: sk-12345678 }
          | ^^^^^^^ such as `secrets: [TTS_KEY]`
          = note: their texts are given to the host and stand in no file that others read
        """#),
    WrongPipeline(
      "secret in a hook and a group",
      #"""
      version: 1
      name: film
      secrets: [KEY]
      concurrency: "film-${{ secrets.KEY }}"
      hooks:
        failed: { webhook: "https://example.org/${{ secrets.KEY }}", secret: plain-text }
        finished: { webhook: "${{ secrets.KEY }}" }
      stages:
        a: { uses: count }
      """#,
      says: #"""
        error[secret-leak]: a secret cannot be part of a text
         --> p.yaml:4:24
          |
        4 | concurrency: "film-${{ secrets.KEY }}"
          |                        ^^^^^^^^^^^
          = note: a secret goes, whole, into `secret` of a hook or a setting that is declared secret; anything else can be logged and is kept with the results

        error[secret-leak]: a secret cannot be part of a text
         --> p.yaml:6:47
          |
        6 |   failed: { webhook: "https://example.org/${{ secrets.KEY }}", secret: plain-text }
          |                                               ^^^^^^^^^^^
          = note: a secret goes, whole, into `secret` of a hook or a setting that is declared secret; anything else can be logged and is kept with the results

        error[secret-in-text]: `secret` takes a secret, and a key must not stand in a file
         --> p.yaml:6:72
          |
        6 |   failed: { webhook: "https://example.org/${{ secrets.KEY }}", secret: plain-text }
          |                                                                        ^^^^^^^^^^ write the name of a secret: `${{ secrets.… }}`
          = note: its text is given to the host, which is asked for it when the stage runs

        error[secret-leak]: `webhook` is not declared secret
         --> p.yaml:7:29
          |
        7 |   finished: { webhook: "${{ secrets.KEY }}" }
          |                             ^^^^^^^^^^^
          = note: a secret goes, whole, into `secret` of a hook or a setting that is declared secret; anything else can be logged and is kept with the results
        """#),
    WrongPipeline(
      "secret at a port",
      #"""
      version: 1
      name: film
      secrets: [KEY]
      stages:
        a: { uses: burn, in: { video: secrets.KEY } }
      """#,
      says: #"""
        error[secret-leak]: `video` is not declared secret
         --> p.yaml:5:33
          |
        5 |   a: { uses: burn, in: { video: secrets.KEY } }
          |                                 ^^^^^^^^^^^
          = note: a secret goes, whole, into a setting that is declared secret or `secret` of a hook; anything else can be logged and is kept with the results
        """#),
    WrongPipeline(
      "environment instead of a secret",
      #"""
      version: 1
      name: film
      stages:
        a: { uses: tts, with: { text: hello, api-key: "${{ env.KEY }}" } }
        b: { uses: tts, with: { text: hello, api-key: "${KEY}" } }
      """#,
      says: #"""
        error[unknown-reference]: there is nothing called `env`
         --> p.yaml:4:54
          |
        4 |   a: { uses: tts, with: { text: hello, api-key: "${{ env.KEY }}" } }
          |                                                      ^^^
          = note: an expression sees no environment: a constant is `vars.x`, what changes from run to run `inputs.x`, a key `secrets.X`

        error[secret-in-text]: `api-key` takes a secret, and a key must not stand in a file
         --> p.yaml:5:49
          |
        5 |   b: { uses: tts, with: { text: hello, api-key: "${KEY}" } }
          |                                                 ^^^^^^^^ write the name of a secret: `${{ secrets.… }}`
          = note: its text is given to the host, which is asked for it when the stage runs
        """#),
  ]
}
