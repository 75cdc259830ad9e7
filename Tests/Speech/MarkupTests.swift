import Foundation
import Pipeline
import Speech
import SpeechProviders
import TTSStage
import TestSupport
import Testing

@Suite("SSML", .timeLimit(.minutes(5)))
struct MarkupTests {
  private static let text = """
    <speak>Hello <emphasis level="strong">dear</emphasis> guests!<break time="500ms"/> \
    We paid <say-as interpret-as="currency">$5</say-as> to the <sub alias="World Wide Web">WWW</sub> &amp; co.\
    <p>Next.</p></speak>
    """

  @Test("Words, paragraphs and elements are read")
  func reading() throws {
    let paragraphs = try MarkupReader.read(Self.text)
    #expect(
      paragraphs.map { $0.map(\.text) } == [
        ["Hello", "dear", "guests!", "We", "paid", "$5", "to", "the", "WWW", "&", "co."], ["Next."],
      ])
    #expect(paragraphs[0][1].tags.map(\.element) == [.emphasis])
    #expect(paragraphs[0][3].breaksBefore.count == 1)
    #expect(paragraphs[0][5].isReadByElement)
  }

  @Test(
    "What is not taken is told with its place",
    arguments: [
      ("<voice name=\"x\">a</voice>", "1:1", "`<voice>` is not taken"),
      ("a\n b <break time=\"5 parsecs\"/>", "2:4", "write a time"),
      ("<emphasis>a", "1:12", "is not closed"), ("a</p>", "1:2", "closes nothing"),
      ("<sub>WWW</sub>", "1:1", "needs the attribute `alias`"), ("a & b", "1:3", "`&amp;`"),
      ("<!DOCTYPE x []>a", "1:1", "document types"), ("&evil;", "1:1", "no entity"),
      ("<prosody rate=\"quick\">a</prosody>", "1:1", "write one of"),
      ("<break strength=weak/>a", "1:8", "in quotes"), ("<speak></speak>", "1:1", "nothing to say"),
      ("<sub alias=\"x\"><break/>a</sub>", "1:16", "text alone"),
      ("<break time=\"9999s\"/>a", "1:1", "up to 10 s"),
    ])
  func refusals(text: String, place: String, hint: String) {
    do throws(Markup.Problem) {
      _ = try MarkupReader.read(text)
      Issue.record("it was taken: \(text)")
    } catch {
      #expect("\(error)".hasPrefix("\(place):"), "\(error)")
      #expect(error.message.contains(hint), "\(error)")
    }
  }

  @Test("Azure is sent what was written, sentence by sentence, and captions show the text alone")
  func azure() async throws {
    let fake = try FakeSpeaker(.azure)
    var settings = fake.settings()
    settings.concurrency = 1
    let kit = try ProviderKit([settings])
    let spoken = try await kit.speak(Self.text) {
      $0.ssml = true
      $0.speed = 1.5
      $0.pitch = -2
    }
    #expect(
      spoken.transcript.text == "Hello dear guests! We paid $5 to the WWW & co. Next.")
    let bodies = fake.requests.map { String(decoding: $0.body, as: UTF8.self) }
    #expect(bodies.count == 3)
    #expect(
      bodies[0].contains(
        "<prosody rate=\"+50.00%\" pitch=\"-2.00st\">Hello <emphasis level=\"strong\">dear</emphasis> guests!"
      ))
    #expect(
      bodies[1].contains(
        "<break time=\"500ms\"/>We paid <say-as interpret-as=\"currency\">$5</say-as> to the "
          + "<sub alias=\"World Wide Web\">WWW</sub> and Company"))
  }

  @Test("Google gets a mark before each word, and its times come back to the written words")
  func google() async throws {
    let fake = try FakeSpeaker(.google)
    let kit = try ProviderKit([fake.settings()])
    let spoken = try await kit.speak("See <emphasis>these 5</emphasis> lamps.") { $0.ssml = true }
    let body = String(decoding: fake.requests[0].body, as: UTF8.self)
    #expect(
      body.contains(
        #"<mark name=\"w0\"/>See <mark name=\"w1\"/><emphasis>these <mark name=\"w2\"/>five</emphasis> <mark name=\"w3\"/>lamps."#
      ), "\(body)")
    #expect(spoken.transcript.text == "See these 5 lamps.")
    #expect(spoken.transcript.timing == .provider)
  }

  @Test(
    "Services without SSML refuse it with a clear message",
    arguments: [ProviderKind.openai, .kokoro, .piper])
  func unable(kind: ProviderKind) async throws {
    let fake = try FakeSpeaker(kind)
    let kit = try ProviderKit([fake.settings()])
    let error = await SpeechFixture.errorClass {
      _ = try await kit.speak("Hello <break/> there.") { $0.ssml = true }
    }
    #expect(error?.errorClass == .configuration)
    #expect(error?.message.contains("it takes no SSML") == true)
    #expect(fake.requestCount == 0)
  }

  @Test("ElevenLabs takes pauses and nothing else")
  func pausesOnly() async throws {
    let fake = try FakeSpeaker(.elevenlabs)
    let kit = try ProviderKit([fake.settings()])
    _ = try await kit.speak("Hello <break time=\"1s\"/> there & you.".replacing("&", with: "&amp;"))
    {
      $0.ssml = true
    }
    #expect(fake.texts == ["Hello <break time=\"1s\"/>there and you."])
    let error = await SpeechFixture.errorClass {
      _ = try await kit.speak("<emphasis>Hello</emphasis> there.") { $0.ssml = true }
    }
    #expect(error?.message.contains("it takes `break`, not `emphasis`") == true)
  }

  @Test("The embedded engines refuse it when the pipeline is checked")
  func embedded() {
    var options = TTS.Options()
    options.text = "<speak>Hello</speak>"
    options.ssml = true
    var problems = OptionProblems()
    options.validate(&problems)
    #expect(problems.found.map(\.field) == ["ssml"])
    options.providers = ["x"]
    options.text = "<speak>Hello"
    problems = OptionProblems()
    options.validate(&problems)
    #expect(problems.found.map(\.field) == ["text"])
  }
}
