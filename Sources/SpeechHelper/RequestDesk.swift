import Foundation
import Speech

/// Does one request after another and answers each.
struct RequestDesk {
  let writer: MessageWriter
  /// The process can do nothing more.
  private(set) var mustLeave = false

  init(writer: MessageWriter) { self.writer = writer }

  mutating func answer(_ line: Data) {
    do throws(SpeechFault) {
      try perform(try Self.decode(line))
    } catch {
      writer.send(SpeechMessage(error: error))
    }
  }

  private static func decode(_ line: Data) throws(SpeechFault) -> SpeechRequest {
    do { return try JSONDecoder().decode(SpeechRequest.self, from: line) } catch {
      throw SpeechFault(.badRequest, "the request cannot be read: \(error)")
    }
  }

  private mutating func perform(_ request: SpeechRequest) throws(SpeechFault) {
    var answer = SpeechMessage()
    switch request {
    case .voices:
      mustLeave = true
      answer.voices = try VoiceList.all()
    case .synthesise(let request):
      if request.engine == .espeak { mustLeave = true }
      answer.synthesised = try Synthesis(request, writer: writer).perform()
    case .align(let request):
      answer.aligned = try ScriptAligner(request, writer: writer).perform()
    case .recognise(let request):
      answer.recognised = try Recogniser(request, writer: writer).perform()
    }
    writer.send(answer)
  }
}
