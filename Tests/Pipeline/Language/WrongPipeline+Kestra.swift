/// What people who know Kestra write first, and all that is said about it.
extension WrongPipeline {
  static let kestra = [
    WrongPipeline(
      "kestra: a whole flow",
      #"""
      id: film
      namespace: company.team
      tasks:
        - id: speak
          type: io.kestra.plugin.scripts.shell.Commands
          commands: [echo hello]
      triggers:
        - id: daily
          type: io.kestra.plugin.core.trigger.Schedule
          cron: "0 9 * * *"
      """#,
      says: #"""
        error[unknown-key]: `id` is not a key of a pipeline
         --> p.yaml:1:1
          |
        1 | id: film
          | ^^ did you mean `name`?

        error[missing-key]: a pipeline needs `version`
         --> p.yaml:1:1
          |
        1 | id: film
          | ^ write `version: 1`

        error[unknown-key]: `namespace` is not a key of a pipeline
         --> p.yaml:2:1
          |
        2 | namespace: company.team
          | ^^^^^^^^^
          = note: pipelines are known by `name` alone; the key can go

        error[unknown-key]: `tasks` is not a key of a pipeline
         --> p.yaml:3:1
          |
        3 | tasks:
          | ^^^^^ did you mean `stages`?
          = note: a map from an id of yours to one step: `stages: { words: { uses: transcribe, in: { audio: inputs.video } } }`

        error[unknown-key]: `triggers` is not a key of a pipeline
         --> p.yaml:7:1
          |
        7 | triggers:
          | ^^^^^^^^
          = note: a pipeline has no triggers; a run is started with its inputs
        """#),
    WrongPipeline(
      "kestra: inputs and outputs as lists",
      #"""
      version: 1
      name: film
      inputs:
        - id: title
          type: STRING
          required: false
      outputs:
        - id: film
          type: STRING
          value: "{{ outputs.speak.uri }}"
      variables: { voice: en-us }
      labels:
        - key: team
      stages:
        speak: { uses: tts, with: { text: "{{ inputs.title }}" } }
      """#,
      says: #"""
        error[type-mismatch]: `inputs` is a map from name to value, found a list
         --> p.yaml:3:1
          |
        3 | inputs:
          | ^^^^^^ write `inputs: { title: { … } }`

        error[type-mismatch]: `outputs` is a map from name to value, found a list
         --> p.yaml:7:1
          |
        7 | outputs:
          | ^^^^^^^ write `outputs: { film: { … } }`

        error[unknown-key]: `variables` is not a key of a pipeline
          --> p.yaml:11:1
           |
        11 | variables: { voice: en-us }
           | ^^^^^^^^^ did you mean `vars`?

        error[type-mismatch]: `labels` is a map from name to value, found a list
          --> p.yaml:12:1
           |
        12 | labels:
           | ^^^^^^ write `labels: { team: { … } }`

        warning[plain-braces]: `{{ inputs.… }}` without a `$` is plain text
          --> p.yaml:15:37
           |
        15 |   speak: { uses: tts, with: { text: "{{ inputs.title }}" } }
           |                                     ^^^^^^^^^^^^^^^^^^^^ did you mean `${{ … }}`?
        """#),
    WrongPipeline(
      "kestra: types of tasks and inputs",
      #"""
      version: 1
      name: film
      inputs: { title: { type: STRING }, when: { type: DATETIME }, n: { type: INT, defaults: 3 } }
      stages:
        a: { type: io.kestra.plugin.core.log.Log }
        b: { uses: io.kestra.plugin.core.log.Log }
        c: { uses: tts, with: { text: "${{ inputs.title }} ${{ inputs.n }}" } }
      """#,
      says: #"""
        error[unknown-type]: `STRING` is not a type
         --> p.yaml:3:26
          |
        3 | inputs: { title: { type: STRING }, when: { type: DATETIME }, n: { type: INT, defaults: 3 } }
          |                          ^^^^^^ did you mean `text`?

        error[unknown-type]: `DATETIME` is not a type; types are text, integer, number, boolean, duration, size, colour, enum, json, file, image, audio, media, video, list<…> and map<…>
         --> p.yaml:3:50
          |
        3 | inputs: { title: { type: STRING }, when: { type: DATETIME }, n: { type: INT, defaults: 3 } }
          |                                                  ^^^^^^^^

        error[unknown-type]: `INT` is not a type
         --> p.yaml:3:73
          |
        3 | inputs: { title: { type: STRING }, when: { type: DATETIME }, n: { type: INT, defaults: 3 } }
          |                                                                         ^^^ did you mean `integer`?

        error[unknown-key]: `defaults` is not a key of an input
         --> p.yaml:3:78
          |
        3 | inputs: { title: { type: STRING }, when: { type: DATETIME }, n: { type: INT, defaults: 3 } }
          |                                                                              ^^^^^^^^ did you mean `default`?

        error[unknown-key]: `type` is not a key of a stage
         --> p.yaml:5:8
          |
        5 |   a: { type: io.kestra.plugin.core.log.Log }
          |        ^^^^ did you mean `uses`?
          = note: a module is one word, such as `uses: burn`

        error[unknown-stage]: there is no stage `io.kestra.plugin.core.log.Log`
         --> p.yaml:6:14
          |
        6 |   b: { uses: io.kestra.plugin.core.log.Log }
          |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = note: a stage uses a module of this host, by one word: `burn`, `compose`, `count`, `segment`, `transcribe`, `tts`, `validate`
        """#),
    WrongPipeline(
      "kestra: templates without a dollar",
      #"""
      version: 1
      name: film
      inputs: { title: text, video: video }
      stages:
        speak: { uses: tts, with: { text: "{{ inputs.title }}" } }
        a: { uses: tts, with: { text: "{{ outputs.speak.uri }} {{ vars.voice }}" } }
        b: { uses: tts, with: { text: "{{ taskrun.value }}", voice: "{{ secret('VOICE') }}" } }
        c: { uses: burn, in: { video: "{{ inputs.video }}" } }
        d: { uses: burn, in: { video: "{{ outputs.cut.video }}" }, if: "{{ inputs.title == 'x' }}" }
        e: { uses: tts, with: { text: "{{ execution.id }} {{ 'a' | upper }}" } }
      """#,
      says: #"""
        warning[plain-braces]: `{{ inputs.… }}` without a `$` is plain text
         --> p.yaml:5:37
          |
        5 |   speak: { uses: tts, with: { text: "{{ inputs.title }}" } }
          |                                     ^^^^^^^^^^^^^^^^^^^^ did you mean `${{ … }}`?

        warning[plain-braces]: `{{ outputs.… }}` without a `$` is plain text
         --> p.yaml:6:33
          |
        6 |   a: { uses: tts, with: { text: "{{ outputs.speak.uri }} {{ vars.voice }}" } }
          |                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `${{ … }}`?
          = note: an output is named by its stage's id alone: `id.output`

        warning[plain-braces]: `{{ taskrun.… }}` without a `$` is plain text
         --> p.yaml:7:33
          |
        7 |   b: { uses: tts, with: { text: "{{ taskrun.value }}", voice: "{{ secret('VOICE') }}" } }
          |                                 ^^^^^^^^^^^^^^^^^^^^^ did you mean `${{ … }}`?
          = note: a stage with `foreach` has one task per item; it sees its own as `item`, and its number as `index`

        warning[plain-braces]: `{{ secret(…) }}` without a `$` is plain text
         --> p.yaml:7:63
          |
        7 |   b: { uses: tts, with: { text: "{{ taskrun.value }}", voice: "{{ secret('VOICE') }}" } }
          |                                                               ^^^^^^^^^^^^^^^^^^^^^^^ did you mean `${{ … }}`?
          = note: a secret is `secrets.NAME`

        error[expression-syntax]: braces without a `$` are no template
         --> p.yaml:8:34
          |
        8 |   c: { uses: burn, in: { video: "{{ inputs.video }}" } }
          |                                  ^^ an expression stands here bare, such as `inputs.video`, or in `${{ … }}`

        error[expression-syntax]: braces without a `$` are no template
         --> p.yaml:9:34
          |
        9 |   d: { uses: burn, in: { video: "{{ outputs.cut.video }}" }, if: "{{ inputs.title == 'x' }}" }
          |                                  ^^ an expression stands here bare, such as `inputs.video`, or in `${{ … }}`

        error[expression-syntax]: braces without a `$` are no template
         --> p.yaml:9:67
          |
        9 |   d: { uses: burn, in: { video: "{{ outputs.cut.video }}" }, if: "{{ inputs.title == 'x' }}" }
          |                                                                   ^^ an expression stands here bare, such as `inputs.video`, or in `${{ … }}`

        warning[plain-braces]: `{{ execution.… }}` without a `$` is plain text
          --> p.yaml:10:33
           |
        10 |   e: { uses: tts, with: { text: "{{ execution.id }} {{ 'a' | upper }}" } }
           |                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `${{ … }}`?
           = note: the run's id is `run.id`, what the pipeline is called `run.name`
        """#),
    WrongPipeline(
      "kestra: unquoted braces",
      #"""
      version: 1
      name: film
      inputs: { title: text }
      stages:
        speak:
          uses: tts
          with:
            text: {{ inputs.title }}
      """#,
      says: #"""
        error[complex-key]: a key must be text, found a map
         --> p.yaml:8:14
          |
        8 |       text: {{ inputs.title }}
          |              ^^^^^^^^^^^^^^^^ does a template need quotes?
          = note: a template is written in quotes and with a `$`: "${{ … }}"
        """#),
    WrongPipeline(
      "kestra: outputs by their path",
      #"""
      version: 1
      name: film
      stages:
        count: { uses: count }
        a: { uses: tts, with: { text: "${{ outputs.count.number }} ${{ outputs.count.vars.number }}" } }
        b: { uses: tts, with: { text: "${{ outputs.nobody.number }} ${{ tasks.count.number }}" } }
      """#,
      says: #"""
        error[unknown-reference]: `outputs.count.number` is not how an output is named here
         --> p.yaml:5:38
          |
        5 |   a: { uses: tts, with: { text: "${{ outputs.count.number }} ${{ outputs.count.vars.number }}" } }
          |                                      ^^^^^^^^^^^^^^^^^^^^ did you mean `count.number`?

        error[unknown-reference]: `outputs.count.vars.number` is not how an output is named here
         --> p.yaml:5:66
          |
        5 |   a: { uses: tts, with: { text: "${{ outputs.count.number }} ${{ outputs.count.vars.number }}" } }
          |                                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `count.number`?

        error[unknown-reference]: `outputs.nobody.number` is not how an output is named here
         --> p.yaml:6:38
          |
        6 |   b: { uses: tts, with: { text: "${{ outputs.nobody.number }} ${{ tasks.count.number }}" } }
          |                                      ^^^^^^^^^^^^^^^^^^^^^
          = note: an output is named by its stage's id alone: `id.output`
          = note: there is no stage `nobody`

        error[unknown-reference]: `tasks.count.number` is not how an output is named here
         --> p.yaml:6:67
          |
        6 |   b: { uses: tts, with: { text: "${{ outputs.nobody.number }} ${{ tasks.count.number }}" } }
          |                                                                   ^^^^^^^^^^^^^^^^^^ did you mean `count.number`?
        """#),
    WrongPipeline(
      "kestra: retry and time",
      #"""
      version: 1
      name: film
      stages:
        a:
          uses: count
          retry: { type: constant, maxAttempt: 3, interval: PT5S, maxDuration: PT10M }
          timeout: PT1H30M
        b:
          uses: count
          retry: { type: exponential, maxAttempts: 5, maxInterval: PT1M, delayFactor: 2.0 }
          timeout: 90
          stall: 00:01:30
          deadline: 5 minutes
      """#,
      says: #"""
        error[unknown-key]: `type` is not a key of `retry`
         --> p.yaml:6:14
          |
        6 |     retry: { type: constant, maxAttempt: 3, interval: PT5S, maxDuration: PT10M }
          |              ^^^^ did you mean `backoff`?
          = note: `constant` or `exponential`; how long to wait is drawn at random up to the bound

        error[unknown-key]: `maxAttempt` is not a key of `retry`
         --> p.yaml:6:30
          |
        6 |     retry: { type: constant, maxAttempt: 3, interval: PT5S, maxDuration: PT10M }
          |                              ^^^^^^^^^^ did you mean `max: 2`?
          = note: `max` counts the attempts after the first one

        error[unknown-key]: `interval` is not a key of `retry`
         --> p.yaml:6:45
          |
        6 |     retry: { type: constant, maxAttempt: 3, interval: PT5S, maxDuration: PT10M }
          |                                             ^^^^^^^^ did you mean `initial`?

        error[unknown-key]: `maxDuration` is not a key of `retry`
         --> p.yaml:6:61
          |
        6 |     retry: { type: constant, maxAttempt: 3, interval: PT5S, maxDuration: PT10M }
          |                                                             ^^^^^^^^^^^
          = note: how long all attempts may take together is `deadline` of the stage, beside `retry`

        error[wrong-value]: `timeout`: expected duration such as 300ms, 4s, 2m30s or 1h, found `PT1H30M`
         --> p.yaml:7:14
          |
        7 |     timeout: PT1H30M
          |              ^^^^^^^ did you mean `1h30m`?

        error[unknown-key]: `type` is not a key of `retry`
          --> p.yaml:10:14
           |
        10 |     retry: { type: exponential, maxAttempts: 5, maxInterval: PT1M, delayFactor: 2.0 }
           |              ^^^^ did you mean `backoff`?
           = note: `constant` or `exponential`; how long to wait is drawn at random up to the bound

        error[unknown-key]: `maxAttempts` is not a key of `retry`
          --> p.yaml:10:33
           |
        10 |     retry: { type: exponential, maxAttempts: 5, maxInterval: PT1M, delayFactor: 2.0 }
           |                                 ^^^^^^^^^^^ did you mean `max: 4`?
           = note: `max` counts the attempts after the first one

        error[unknown-key]: `maxInterval` is not a key of `retry`
          --> p.yaml:10:49
           |
        10 |     retry: { type: exponential, maxAttempts: 5, maxInterval: PT1M, delayFactor: 2.0 }
           |                                                 ^^^^^^^^^^^ did you mean `cap`?

        error[unknown-key]: `delayFactor` is not a key of `retry`
          --> p.yaml:10:68
           |
        10 |     retry: { type: exponential, maxAttempts: 5, maxInterval: PT1M, delayFactor: 2.0 }
           |                                                                    ^^^^^^^^^^^
           = note: an exponential wait doubles each time, up to `cap`; the key can go

        error[wrong-value]: `timeout`: expected duration such as 300ms, 4s, 2m30s or 1h, found `90`
          --> p.yaml:11:14
           |
        11 |     timeout: 90
           |              ^^ did you mean `90s`?

        error[wrong-value]: `stall`: expected duration such as 300ms, 4s, 2m30s or 1h, found `00:01:30`
          --> p.yaml:12:12
           |
        12 |     stall: 00:01:30
           |            ^^^^^^^^ did you mean `1m30s`?

        error[wrong-value]: `deadline`: expected duration such as 300ms, 4s, 2m30s or 1h, found `5 minutes`
          --> p.yaml:13:15
           |
        13 |     deadline: 5 minutes
           |               ^^^^^^^^^ did you mean `5m`?
        """#),
    WrongPipeline(
      "kestra: keys of a flow",
      #"""
      version: 1
      name: film
      pluginDefaults:
        - type: io.kestra.plugin.core.log.Log
          values: { level: DEBUG }
      errors:
        - id: tell
          type: io.kestra.plugin.notifications.slack.SlackExecution
      finally: []
      concurrency: { limit: 2, behavior: QUEUE }
      disabled: true
      retry: { max: 3 }
      sla: []
      stages:
        a: { uses: count }
      """#,
      says: #"""
        error[unknown-key]: `pluginDefaults` is not a key of a pipeline
         --> p.yaml:3:1
          |
        3 | pluginDefaults:
          | ^^^^^^^^^^^^^^ did you mean `defaults`?
          = note: by the name of the module: `defaults: { uses: { burn: { with: { size: 60 } } } }`

        error[unknown-key]: `errors` is not a key of a pipeline
         --> p.yaml:6:1
          |
        6 | errors:
          | ^^^^^^ did you mean `hooks`?
          = note: who is told when a run ends stands in `hooks: { failed: { webhook: https://… } }`; a stage whose failure the run survives says `on-error: continue`

        error[unknown-key]: `finally` is not a key of a pipeline
         --> p.yaml:9:1
          |
        9 | finally: []
          | ^^^^^^^ did you mean `hooks`?
          = note: who is told when a run ends stands in `hooks: { failed: { webhook: https://… } }`; a stage whose failure the run survives says `on-error: continue`

        error[missing-key]: `concurrency` needs `group`
          --> p.yaml:10:1
           |
        10 | concurrency: { limit: 2, behavior: QUEUE }
           | ^^^^^^^^^^^ runs of one group exclude each other, such as `group: film-${{ inputs.customer }}`

        error[unknown-key]: `limit` is not a key of `concurrency`
          --> p.yaml:10:16
           |
        10 | concurrency: { limit: 2, behavior: QUEUE }
           |                ^^^^^ did you mean `max`?
           = note: runs of one `group` exclude each other; `max` of them may run at once

        error[unknown-key]: `behavior` is not a key of `concurrency`
          --> p.yaml:10:26
           |
        10 | concurrency: { limit: 2, behavior: QUEUE }
           |                          ^^^^^^^^ did you mean `policy`?

        error[unknown-key]: `disabled` is not a key of a pipeline
          --> p.yaml:11:1
           |
        11 | disabled: true
           | ^^^^^^^^
           = note: a pipeline that nobody starts does not run; a stage is left out with `if: false`

        error[unknown-key]: `retry` is not a key of a pipeline
          --> p.yaml:12:1
           |
        12 | retry: { max: 3 }
           | ^^^^^
           = note: what holds for every stage stands in `defaults`: `defaults: { retry: { max: 3 } }`

        error[unknown-key]: `sla` is not a key of a pipeline
          --> p.yaml:13:1
           |
        13 | sla: []
           | ^^^
           = note: known are `version`, `name`, `description`, `inputs`, `vars`, `secrets`, `labels`, `defaults`, `stages`, `outputs`, `priority`, `concurrency`, `hooks`
        """#),
    WrongPipeline(
      "kestra: keys of a task",
      #"""
      version: 1
      name: film
      stages:
        a: { uses: count, allowFailure: true, dependsOn: [b], runIf: "true", disabled: true, taskCache: { enabled: true } }
        b: { uses: count, workerGroup: { key: gpu }, values: [1, 2] }
        each:
          type: io.kestra.plugin.core.flow.ForEach
          values: [1, 2]
          tasks:
            - id: inner
      """#,
      says: #"""
        error[unknown-key]: `allowFailure` is not a key of a stage
         --> p.yaml:4:21
          |
        4 |   a: { uses: count, allowFailure: true, dependsOn: [b], runIf: "true", disabled: true, taskCache: { enabled: true } }
          |                     ^^^^^^^^^^^^ did you mean `on-error: continue`?
          = note: its outputs are then things that may be missing: `a.video else b.video`

        error[unknown-key]: `dependsOn` is not a key of a stage
         --> p.yaml:4:41
          |
        4 |   a: { uses: count, allowFailure: true, dependsOn: [b], runIf: "true", disabled: true, taskCache: { enabled: true } }
          |                                         ^^^^^^^^^ did you mean `needs`?

        error[unknown-key]: `runIf` is not a key of a stage
         --> p.yaml:4:57
          |
        4 |   a: { uses: count, allowFailure: true, dependsOn: [b], runIf: "true", disabled: true, taskCache: { enabled: true } }
          |                                                         ^^^^^ did you mean `if`?

        error[unknown-key]: `disabled` is not a key of a stage
         --> p.yaml:4:72
          |
        4 |   a: { uses: count, allowFailure: true, dependsOn: [b], runIf: "true", disabled: true, taskCache: { enabled: true } }
          |                                                                        ^^^^^^^^ did you mean `if: false`?

        error[unknown-key]: `taskCache` is not a key of a stage
         --> p.yaml:4:88
          |
        4 |   a: { uses: count, allowFailure: true, dependsOn: [b], runIf: "true", disabled: true, taskCache: { enabled: true } }
          |                                                                                        ^^^^^^^^^ did you mean `cache`?

        error[unknown-key]: `workerGroup` is not a key of a stage
         --> p.yaml:5:21
          |
        5 |   b: { uses: count, workerGroup: { key: gpu }, values: [1, 2] }
          |                     ^^^^^^^^^^^
          = note: a pipeline runs on the host that is asked to run it; the key can go

        error[unknown-key]: `values` is not a key of a stage
         --> p.yaml:5:48
          |
        5 |   b: { uses: count, workerGroup: { key: gpu }, values: [1, 2] }
          |                                                ^^^^^^ did you mean `foreach`?

        error[unknown-key]: `type` is not a key of a stage
         --> p.yaml:7:5
          |
        7 |     type: io.kestra.plugin.core.flow.ForEach
          |     ^^^^ did you mean `uses`?
          = note: a module is one word, such as `uses: burn`

        error[unknown-key]: `values` is not a key of a stage
         --> p.yaml:8:5
          |
        8 |     values: [1, 2]
          |     ^^^^^^ did you mean `foreach`?

        error[unknown-key]: `tasks` is not a key of a stage
         --> p.yaml:9:5
          |
        9 |     tasks:
          |     ^^^^^
          = note: a stage is one step; make each of these a stage of its own, connected by `in`
        """#),
    WrongPipeline(
      "kestra: concurrency of another policy",
      #"""
      version: 1
      name: film
      concurrency: { group: film, policy: FAIL }
      stages: { a: { uses: count } }
      """#,
      says: #"""
        error[wrong-value]: `policy`: `FAIL` is not one of `queue`, `refuse`, `cancel`
         --> p.yaml:3:37
          |
        3 | concurrency: { group: film, policy: FAIL }
          |                                     ^^^^ did you mean `refuse`?
        """#),
  ]
}
