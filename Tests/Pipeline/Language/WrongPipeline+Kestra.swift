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
        """#),
  ]
}
