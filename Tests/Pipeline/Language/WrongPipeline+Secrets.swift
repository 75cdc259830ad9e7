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
        """#),
  ]
}
