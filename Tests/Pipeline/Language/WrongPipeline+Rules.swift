/// Wrong limits, times, hooks and groups, and all that is said about it.
extension WrongPipeline {
  static let rules = [
    WrongPipeline(
      "limits",
      #"""
      version: 1
      name: film
      defaults: { limits: { tts: 8 } }
      stages:
        a: { uses: count, limits: 4 }
        b: { uses: count, limits: { tts: 0, "a b": 2, x: many } }
        c: { uses: count, limits: { tts: 4 } }
        d: { uses: count, limits: [tts] }
      """#,
      says: #"""
        error[type-mismatch]: `limits` is a map from name to number, found `4`
         --> p.yaml:5:29
          |
        5 |   a: { uses: count, limits: 4 }
          |                             ^ such as `limits: { tts: 4 }`: at most 4 tasks at once among all that name `tts`

        error[out-of-range]: `tts`: expected 1 to 1000, found `0`
         --> p.yaml:6:36
          |
        6 |   b: { uses: count, limits: { tts: 0, "a b": 2, x: many } }
          |                                    ^

        error[invalid-name]: `a b` cannot be the name of a limit
         --> p.yaml:6:39
          |
        6 |   b: { uses: count, limits: { tts: 0, "a b": 2, x: many } }
          |                                       ^^^^^ expected letters, digits, `-` and `_`, a letter first

        error[wrong-value]: `x`: expected integer, found `many`
         --> p.yaml:6:52
          |
        6 |   b: { uses: count, limits: { tts: 0, "a b": 2, x: many } }
          |                                                    ^^^^

        warning[contradiction]: the limit `tts` is 4 here and 8 elsewhere
         --> p.yaml:7:31
          |
        7 |   c: { uses: count, limits: { tts: 4 } }
          |                               ^^^
          = note: it counts the tasks of all stages that name it; the lower number holds
          = note: the other one is here (line 3)

        error[type-mismatch]: `limits` is a map from name to number, found a list
         --> p.yaml:8:29
          |
        8 |   d: { uses: count, limits: [tts] }
          |                             ^^^^^ such as `limits: { tts: 4 }`: at most 4 tasks at once among all that name `tts`
        """#),
    WrongPipeline(
      "times that contradict each other",
      #"""
      version: 1
      name: film
      defaults: { timeout: 10m }
      stages:
        a: { uses: count, deadline: 5m }
        b: { uses: count, stall: 10m }
        c: { uses: count, timeout: 1m, deadline: 2m, stall: 90s }
        d: { uses: count, timeout: 1h, deadline: 30m, stall: 30m }
      """#,
      says: #"""
        warning[contradiction]: `deadline` of 5m ends the stage before an attempt can reach its `timeout` of 10m
         --> p.yaml:5:31
          |
        5 |   a: { uses: count, deadline: 5m }
          |                               ^^
          = note: `timeout` bounds one attempt, `deadline` all of them with the waits between
          = note: the other one is here (line 3)

        warning[contradiction]: `stall` of 10m never ends anything: `timeout` of 10m comes first
         --> p.yaml:6:28
          |
        6 |   b: { uses: count, stall: 10m }
          |                            ^^^
          = note: `stall` bounds the silence inside one attempt
          = note: the other one is here (line 3)

        warning[contradiction]: `stall` of 1m30s never ends anything: `timeout` of 1m comes first
         --> p.yaml:7:55
          |
        7 |   c: { uses: count, timeout: 1m, deadline: 2m, stall: 90s }
          |                                                       ^^^
          = note: `stall` bounds the silence inside one attempt
          = note: the other one is here (line 7)

        warning[contradiction]: `deadline` of 30m ends the stage before an attempt can reach its `timeout` of 1h
         --> p.yaml:8:44
          |
        8 |   d: { uses: count, timeout: 1h, deadline: 30m, stall: 30m }
          |                                            ^^^
          = note: `timeout` bounds one attempt, `deadline` all of them with the waits between
          = note: the other one is here (line 8)

        warning[contradiction]: `stall` of 30m never ends anything: `deadline` of 30m comes first
         --> p.yaml:8:56
          |
        8 |   d: { uses: count, timeout: 1h, deadline: 30m, stall: 30m }
          |                                                        ^^^
          = note: `stall` bounds the silence inside one attempt
          = note: the other one is here (line 8)
        """#),
    WrongPipeline(
      "times that are no durations",
      #"""
      version: 1
      name: film
      stages:
        a: { uses: count, timeout: 30, deadline: never, stall: 0s }
        b: { uses: count, timeout: { max: 3m }, deadline: "${{ vars.x }}", stall: 3 min }
      """#,
      says: #"""
        error[wrong-value]: `timeout`: expected duration such as 300ms, 4s, 2m30s or 1h, found `30`
         --> p.yaml:4:30
          |
        4 |   a: { uses: count, timeout: 30, deadline: never, stall: 0s }
          |                              ^^ did you mean `30s`?

        error[wrong-value]: `deadline`: expected duration such as 300ms, 4s, 2m30s or 1h, found `never`
         --> p.yaml:4:44
          |
        4 |   a: { uses: count, timeout: 30, deadline: never, stall: 0s }
          |                                            ^^^^^

        error[out-of-range]: `stall`: expected 1ms to 168h, found `0s`
         --> p.yaml:4:58
          |
        4 |   a: { uses: count, timeout: 30, deadline: never, stall: 0s }
          |                                                          ^^

        error[type-mismatch]: `timeout`: expected duration, found a map
         --> p.yaml:5:30
          |
        5 |   b: { uses: count, timeout: { max: 3m }, deadline: "${{ vars.x }}", stall: 3 min }
          |                              ^^^^^^^^^^^

        error[not-constant]: `deadline` cannot be computed
         --> p.yaml:5:53
          |
        5 |   b: { uses: count, timeout: { max: 3m }, deadline: "${{ vars.x }}", stall: 3 min }
          |                                                     ^^^^^^^^^^^^^^^ expected duration, written out

        error[wrong-value]: `stall`: expected duration such as 300ms, 4s, 2m30s or 1h, found `3 min`
         --> p.yaml:5:77
          |
        5 |   b: { uses: count, timeout: { max: 3m }, deadline: "${{ vars.x }}", stall: 3 min }
          |                                                                             ^^^^^ did you mean `3m`?
        """#),
    WrongPipeline(
      "retry that contradicts itself",
      #"""
      version: 1
      name: film
      stages:
        a: { uses: count, retry: { max: 0, initial: 5s } }
        b: { uses: count, retry: { max: 2, initial: 5m, cap: 1m } }
        c: { uses: count, retry: { only: [cancelled] } }
        d: { uses: count, retry: { only: [timeout] } }
        e: { uses: count, stall: 5s, retry: { only: [timeout] } }
      """#,
      says: #"""
        warning[contradiction]: `max: 0` allows no second attempt, so `initial` says nothing
         --> p.yaml:4:35
          |
        4 |   a: { uses: count, retry: { max: 0, initial: 5s } }
          |                                   ^
          = note: `max` counts the attempts after the first one
          = note: the other one is here (line 4)

        warning[contradiction]: `initial` of 5m is longer than `cap` of 1m, so every wait has the length of `cap`
         --> p.yaml:5:47
          |
        5 |   b: { uses: count, retry: { max: 2, initial: 5m, cap: 1m } }
          |                                               ^^
          = note: `cap` is the longest wait
          = note: the other one is here (line 5)

        warning[contradiction]: what is cancelled is never tried again
         --> p.yaml:6:36
          |
        6 |   c: { uses: count, retry: { only: [cancelled] } }
          |                                    ^^^^^^^^^^^
          = note: `cancelled` in `only` has no effect

        warning[contradiction]: only `timeout` is tried again, but neither `timeout` nor `stall` is set
         --> p.yaml:7:36
          |
        7 |   d: { uses: count, retry: { only: [timeout] } }
          |                                    ^^^^^^^^^
          = note: without them an attempt may take as long as it likes
        """#),
    WrongPipeline(
      "cache",
      #"""
      version: 1
      name: film
      stages:
        a: { uses: count, cache: false }
        b: { uses: count, cache: true }
        c: { uses: count, cache: of }
        d: { uses: count, cache: { ttl: 1h } }
        e: { uses: count, cache: }
      """#,
      says: #"""
        error[wrong-value]: `cache`: `false` is not one of `auto`, `off`, `refresh`
         --> p.yaml:4:28
          |
        4 |   a: { uses: count, cache: false }
          |                            ^^^^^ did you mean `off`?

        error[wrong-value]: `cache`: `true` is not one of `auto`, `off`, `refresh`
         --> p.yaml:5:28
          |
        5 |   b: { uses: count, cache: true }
          |                            ^^^^ did you mean `auto`?

        error[wrong-value]: `cache`: `of` is not one of `auto`, `off`, `refresh`
         --> p.yaml:6:28
          |
        6 |   c: { uses: count, cache: of }
          |                            ^^ did you mean `off`?

        error[type-mismatch]: `cache`: expected one of `auto`, `off`, `refresh`, found a map
         --> p.yaml:7:28
          |
        7 |   d: { uses: count, cache: { ttl: 1h } }
          |                            ^^^^^^^^^^^

        error[missing-value]: `cache` has no value
         --> p.yaml:8:28
          |
        8 |   e: { uses: count, cache: }
          |                            ^
          = note: expected auto | off | refresh; required
        """#),
    WrongPipeline(
      "isolation",
      #"""
      version: 1
      name: film
      stages:
        a: { uses: count, isolation: process }
        b: { uses: count, isolation: docker }
        c: { uses: count, isolation: host }
      """#,
      says: #"""
        error[unsupported]: this host cannot run stages in processes of their own
         --> p.yaml:4:32
          |
        4 |   a: { uses: count, isolation: process }
          |                                ^^^^^^^ leave `isolation` out, or write `host`

        error[wrong-value]: `isolation`: `docker` is not one of `host`, `process`
         --> p.yaml:5:32
          |
        5 |   b: { uses: count, isolation: docker }
          |                                ^^^^^^
        """#),
    WrongPipeline(
      "priority",
      #"""
      version: 1
      name: film
      priority: hihg
      stages: { a: { uses: count, priority: 3 } }
      """#,
      says: #"""
        error[wrong-value]: `priority` is a number from -100 to 100, or `low`, `normal` or `high`; found `hihg`
         --> p.yaml:3:11
          |
        3 | priority: hihg
          |           ^^^^ did you mean `high`?

        error[unknown-key]: `priority` is not a key of a stage
         --> p.yaml:4:29
          |
        4 | stages: { a: { uses: count, priority: 3 } }
          |                             ^^^^^^^^
          = note: priority belongs to the whole run: it stands beside `stages`
        """#),
    WrongPipeline(
      "priority out of range",
      #"""
      version: 1
      name: film
      priority: 200
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[out-of-range]: `priority`: expected -100 to 100, found `200`
         --> p.yaml:3:11
          |
        3 | priority: 200
          |           ^^^
        """#),
    WrongPipeline(
      "concurrency",
      #"""
      version: 1
      name: film
      inputs: { who: { type: text, optional: true }, v: video }
      concurrency: { group: "film-${{ inputs.who }}", max: 0, polcy: queue, policy: wait }
      stages: { a: { uses: burn, in: { video: inputs.v } } }
      """#,
      says: #"""
        error[may-be-missing]: `group` may have no value: `inputs.who` can be missing
         --> p.yaml:4:33
          |
        4 | concurrency: { group: "film-${{ inputs.who }}", max: 0, polcy: queue, policy: wait }
          |                                 ^^^^^^^^^^ say what it is then: `inputs.who else '…'`

        error[out-of-range]: `max`: expected 1 to 1000, found `0`
         --> p.yaml:4:54
          |
        4 | concurrency: { group: "film-${{ inputs.who }}", max: 0, polcy: queue, policy: wait }
          |                                                      ^

        error[unknown-key]: `polcy` is not a key of `concurrency`
         --> p.yaml:4:57
          |
        4 | concurrency: { group: "film-${{ inputs.who }}", max: 0, polcy: queue, policy: wait }
          |                                                         ^^^^^ did you mean `policy`?

        error[wrong-value]: `policy`: `wait` is not one of `queue`, `refuse`, `cancel`
         --> p.yaml:4:79
          |
        4 | concurrency: { group: "film-${{ inputs.who }}", max: 0, polcy: queue, policy: wait }
          |                                                                               ^^^^ did you mean `queue`?
        """#),
    WrongPipeline(
      "concurrency without a group",
      #"""
      version: 1
      name: film
      concurrency: { max: 2 }
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[missing-key]: `concurrency` needs `group`
         --> p.yaml:3:1
          |
        3 | concurrency: { max: 2 }
          | ^^^^^^^^^^^ runs of one group exclude each other, such as `group: film-${{ inputs.customer }}`
        """#),
    WrongPipeline(
      "concurrency of what a stage makes",
      #"""
      version: 1
      name: film
      inputs: { v: video }
      concurrency: "${{ a.number }}-${{ inputs.v }}"
      stages: { a: { uses: count } }
      outputs: { v: inputs.v }
      """#,
      says: #"""
        error[unknown-reference]: `group` is worked out for the run as a whole; it cannot use `a.number`
         --> p.yaml:4:19
          |
        4 | concurrency: "${{ a.number }}-${{ inputs.v }}"
          |                   ^^^^^^^^
          = note: it sees `inputs`, `vars` and `run`

        error[type-mismatch]: video cannot be part of a text
         --> p.yaml:4:35
          |
        4 | concurrency: "${{ a.number }}-${{ inputs.v }}"
          |                                   ^^^^^^^^
        """#),
    WrongPipeline(
      "concurrency as a list",
      #"""
      version: 1
      name: film
      concurrency: [film]
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[type-mismatch]: `concurrency` is a map or the name of a group, found a list
         --> p.yaml:3:14
          |
        3 | concurrency: [film]
          |              ^^^^^^ such as `concurrency: { group: film, max: 1, policy: queue }`
        """#),
    WrongPipeline(
      "hooks",
      #"""
      version: 1
      name: film
      hooks:
        finish: { webhook: https://example.org/ }
        failed: https://example.org/
        completed: { url: https://example.org/, method: POST }
        started: [{ webhook: "ftp://example.org" }, { secret: x }, { webhook: example.org/hook }]
        cancelled: { webhook: "https://me:word@example.org/" }
        progress: { webhook: https://example.org/ }
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[unknown-key]: `finish` is not a key of `hooks`
         --> p.yaml:4:3
          |
        4 |   finish: { webhook: https://example.org/ }
          |   ^^^^^^ did you mean `finished`?

        error[type-mismatch]: a hook is a map, found `https://example.org/`
         --> p.yaml:5:11
          |
        5 |   failed: https://example.org/
          |           ^^^^^^^^^^^^^^^^^^^^ write `{ webhook: … }` around the address

        error[unknown-key]: `url` is not a key of a hook
         --> p.yaml:6:16
          |
        6 |   completed: { url: https://example.org/, method: POST }
          |                ^^^ did you mean `webhook`?

        error[unknown-key]: `method` is not a key of a hook
         --> p.yaml:6:43
          |
        6 |   completed: { url: https://example.org/, method: POST }
          |                                           ^^^^^^
          = note: a webhook is always a POST of the run's state as JSON, signed where there is a `secret`; the key can go

        error[wrong-value]: `webhook`: `ftp` is not a way to reach a web server
         --> p.yaml:7:24
          |
        7 |   started: [{ webhook: "ftp://example.org" }, { secret: x }, { webhook: example.org/hook }]
          |                        ^^^^^^^^^^^^^^^^^^^ it begins with `https://`

        error[missing-key]: a hook needs `webhook`
         --> p.yaml:7:47
          |
        7 |   started: [{ webhook: "ftp://example.org" }, { secret: x }, { webhook: example.org/hook }]
          |                                               ^^^^^^^^^^^^^ the address that is told, such as `webhook: https://example.org/films`

        error[secret-in-text]: `secret` takes a secret, and a key must not stand in a file
         --> p.yaml:7:57
          |
        7 |   started: [{ webhook: "ftp://example.org" }, { secret: x }, { webhook: example.org/hook }]
          |                                                         ^ write the name of a secret: `${{ secrets.… }}`
          = note: its text is given to the host, which is asked for it when the stage runs

        error[wrong-value]: `webhook`: `example.org/hook` is not the address of a web server
         --> p.yaml:7:73
          |
        7 |   started: [{ webhook: "ftp://example.org" }, { secret: x }, { webhook: example.org/hook }]
          |                                                                         ^^^^^^^^^^^^^^^^ it begins with `https://`

        error[wrong-value]: `webhook`: an address with a name or password in it would be logged
         --> p.yaml:8:25
          |
        8 |   cancelled: { webhook: "https://me:word@example.org/" }
          |                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ sign messages with `secret: ${{ secrets.… }}` instead

        error[unknown-key]: `progress` is not a key of `hooks`
         --> p.yaml:9:3
          |
        9 |   progress: { webhook: https://example.org/ }
          |   ^^^^^^^^
          = note: progress is followed on the run's event stream; hooks are told of its beginning and end
        """#),
    WrongPipeline(
      "addresses of hooks",
      #"""
      version: 1
      name: film
      inputs: { host: { type: text, optional: true }, n: integer }
      vars: { url: "https://example.org" }
      hooks:
        finished:
          - { webhook: "${{ vars.url }}" }
          - { webhook: "${{ inputs.host }}" }
          - { webhook: "https://${{ inputs.host else 'x.org' }}/films" }
          - { webhook: "gopher://${{ inputs.n }}" }
          - { webhook: "https:///path" }
          - { webhook: "${{ a.number }}" }
          - { webhook: [a] }
          - { webhook: }
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[may-be-missing]: `webhook` may have no value: `inputs.host` can be missing
         --> p.yaml:8:23
          |
        8 |     - { webhook: "${{ inputs.host }}" }
          |                       ^^^^^^^^^^^ say what it is then: `inputs.host else '…'`

        error[wrong-value]: `webhook`: `gopher` is not a way to reach a web server
          --> p.yaml:10:18
           |
        10 |     - { webhook: "gopher://${{ inputs.n }}" }
           |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^ it begins with `https://`

        error[wrong-value]: `webhook`: the address names no server
          --> p.yaml:11:18
           |
        11 |     - { webhook: "https:///path" }
           |                  ^^^^^^^^^^^^^^^

        error[unknown-reference]: `webhook` is worked out for the run as a whole; it cannot use `a.number`
          --> p.yaml:12:23
           |
        12 |     - { webhook: "${{ a.number }}" }
           |                       ^^^^^^^^
           = note: it sees `inputs`, `vars` and `run`

        error[type-mismatch]: `webhook`: expected text, found a list
          --> p.yaml:13:18
           |
        13 |     - { webhook: [a] }
           |                  ^^^

        error[missing-value]: `webhook` has no value
          --> p.yaml:14:18
           |
        14 |     - { webhook: }
           |                  ^
           = note: expected text, 1 to 2000 characters; required
        """#),
    WrongPipeline(
      "hooks of another form",
      #"""
      version: 1
      name: film
      hooks: [{ webhook: https://example.org/ }]
      stages: { a: { uses: count, hooks: {}, concurrency: x, secrets: [A] } }
      """#,
      says: #"""
        error[type-mismatch]: `hooks` is a map from occasion to hook, found a list
         --> p.yaml:3:8
          |
        3 | hooks: [{ webhook: https://example.org/ }]
          |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ first when, then whom: `hooks: { finished: [{ webhook: https://… }] }`

        error[unknown-key]: `hooks` is not a key of a stage
         --> p.yaml:4:29
          |
        4 | stages: { a: { uses: count, hooks: {}, concurrency: x, secrets: [A] } }
          |                             ^^^^^
          = note: hooks are told of the whole run and stand beside `stages`

        error[unknown-key]: `concurrency` is not a key of a stage
         --> p.yaml:4:40
          |
        4 | stages: { a: { uses: count, hooks: {}, concurrency: x, secrets: [A] } }
          |                                        ^^^^^^^^^^^
          = note: `concurrency` excludes whole runs and stands beside `stages`; how many tasks run at once is `limits: { tts: 4 }`

        error[unknown-key]: `secrets` is not a key of a stage
         --> p.yaml:4:56
          |
        4 | stages: { a: { uses: count, hooks: {}, concurrency: x, secrets: [A] } }
          |                                                        ^^^^^^^
          = note: secrets are declared beside `stages`, and used in settings: `${{ secrets.NAME }}`
        """#),
    WrongPipeline(
      "hooks without when",
      #"""
      version: 1
      name: film
      hooks: { webhook: https://example.org/, url: x }
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[unknown-key]: `webhook` is not a key of `hooks`
         --> p.yaml:3:10
          |
        3 | hooks: { webhook: https://example.org/, url: x }
          |          ^^^^^^^
          = note: first when, then whom: `hooks: { finished: { webhook: https://… } }`

        error[unknown-key]: `url` is not a key of `hooks`
         --> p.yaml:3:41
          |
        3 | hooks: { webhook: https://example.org/, url: x }
          |                                         ^^^
          = note: first when, then whom: `hooks: { finished: { webhook: https://… } }`
        """#),
    WrongPipeline(
      "defaults of rules",
      #"""
      version: 1
      name: film
      defaults:
        with: { size: 3 }
        on-error: continue
        isolation: process
        cache: never
        uses: { count: { timeout: 5, limits: { a: 2000 }, retry: 3 } }
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[unknown-key]: `with` is not a key of `defaults`
         --> p.yaml:4:3
          |
        4 |   with: { size: 3 }
          |   ^^^^
          = note: settings are given by module: `defaults: { uses: { burn: { with: { size: 60 } } } }`

        error[unknown-key]: `on-error` is not a key of `defaults`
         --> p.yaml:5:3
          |
        5 |   on-error: continue
          |   ^^^^^^^^
          = note: whether a run survives a failure is said by each stage: `on-error: continue`

        error[unknown-key]: `isolation` is not a key of `defaults`
         --> p.yaml:6:3
          |
        6 |   isolation: process
          |   ^^^^^^^^^
          = note: each stage says for itself where its tasks run: `isolation: process`

        error[wrong-value]: `cache`: `never` is not one of `auto`, `off`, `refresh`
         --> p.yaml:7:10
          |
        7 |   cache: never
          |          ^^^^^ did you mean `off`?

        error[wrong-value]: `timeout`: expected duration such as 300ms, 4s, 2m30s or 1h, found `5`
         --> p.yaml:8:29
          |
        8 |   uses: { count: { timeout: 5, limits: { a: 2000 }, retry: 3 } }
          |                             ^ did you mean `5s`?

        error[out-of-range]: `a`: expected 1 to 1000, found `2000`
         --> p.yaml:8:45
          |
        8 |   uses: { count: { timeout: 5, limits: { a: 2000 }, retry: 3 } }
          |                                             ^^^^

        error[type-mismatch]: `retry` is a map, found `3`
         --> p.yaml:8:60
          |
        8 |   uses: { count: { timeout: 5, limits: { a: 2000 }, retry: 3 } }
          |                                                            ^ such as `retry: { max: 3 }`
        """#),
    WrongPipeline(
      "a constant webhook that is misspelt",
      #"""
      version: 1
      name: film
      hooks: { finished: { webhook: "htps://example.org/" } }
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[wrong-value]: `webhook`: `htps` is not a way to reach a web server
         --> p.yaml:3:31
          |
        3 | hooks: { finished: { webhook: "htps://example.org/" } }
          |                               ^^^^^^^^^^^^^^^^^^^^^ it begins with `https://`
        """#),
    WrongPipeline(
      "a name with spaces",
      #"""
      version: 1
      name: My holiday film
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[invalid-name]: `My holiday film` cannot be the name of a pipeline
         --> p.yaml:2:7
          |
        2 | name: My holiday film
          |       ^^^^^^^^^^^^^^^ did you mean `my-holiday-film`?
        """#),
  ]
}
