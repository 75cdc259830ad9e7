/// What people who know Benthos (Redpanda Connect) write first, and all that is said about it.
extension WrongPipeline {
  static let benthos = [
    WrongPipeline(
      "benthos: a whole stream",
      #"""
      input:
        http_server: { path: /films }
      pipeline:
        processors:
          - mapping: root.title = this.title.uppercase()
      output:
        aws_s3: { bucket: films }
      http: { address: 0.0.0.0:4195 }
      logger: { level: INFO }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "benthos: resources",
      #"""
      version: 1
      name: film
      cache_resources:
        - label: kept
          memory: {}
      rate_limit_resources: []
      resources: {}
      buffer: { memory: {} }
      metrics: { prometheus: {} }
      stages: { a: { uses: count } }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "benthos: processors and mappings",
      #"""
      version: 1
      name: film
      inputs: { title: text }
      stages:
        a:
          label: speak
          mapping: root.text = this.title
        b: { bloblang: "root = this" }
        c: { processors: [{ mapping: root = this }] }
        d: { branch: { request_map: root = this } }
        e: { uses: tts, label: speak, max_in_flight: 4, with: { text: x } }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "benthos: bloblang in expressions",
      #"""
      version: 1
      name: film
      inputs: { title: text, words: list<text> }
      stages:
        a: { uses: tts, if: this.title != null, with: { text: "${{ inputs.title.uppercase() }}" } }
        b: { uses: tts, with: { text: "${{ this.title }} ${{ root.x }}" } }
        c: { uses: tts, with: { text: "${! json(\"title\") }", voice: "${VOICE}" } }
        d: { uses: tts, with: { text: "${TITLE:untitled} and ${HOME}" } }
        e: { uses: tts, with: { text: "${{ inputs.words.map_each(w -> w) }}" } }
        f: { uses: tts, with: { text: "${{ inputs.title | \"none\" }} ${{ deleted() }}" } }
        g: { uses: tts, if: "inputs.title.length() > 3", with: { text: "${{ $x }}" } }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "benthos: environment in places of their own",
      #"""
      version: 1
      name: ${PIPELINE_NAME}
      vars: { voice: "${VOICE:en-us}" }
      inputs: { size: { type: integer, default: "${SIZE}" } }
      stages:
        a: { uses: "${STAGE}", with: { text: "${{ inputs.size }}${{ vars.voice }}" } }
        b: { uses: tts, timeout: "${TIMEOUT}", with: { text: hello } }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "benthos: input and output of a stage",
      #"""
      version: 1
      name: film
      inputs: { video: video }
      stages:
        a: { uses: burn, input: { video: inputs.video }, output: { video: x.mp4 } }
      """#,
      says: #"""
        """#),
    WrongPipeline(
      "benthos: a component as the key",
      #"""
      version: 1
      name: film
      inputs: { video: video }
      stages:
        a: { burn: { size: 60 } }
        b: { tts: { text: hello }, needs: a }
      """#,
      says: #"""
        """#),
  ]
}
