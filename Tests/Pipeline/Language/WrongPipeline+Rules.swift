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
        """#),
    WrongPipeline(
      "a name with spaces",
      #"""
      version: 1
      name: My holiday film
      stages: { a: { uses: count } }
      """#,
      says: #"""
        """#),
  ]
}
