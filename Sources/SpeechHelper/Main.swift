import Foundation
import Speech

/// `videocraft-speech`: speaks, aligns and recognises in a process of its own. See `SpeechRequest` for what it
/// is asked on standard input and `SpeechMessage` for what it answers on standard output.
@main enum Main {
  static func main() {
    do throws(SpeechFault) {
      // First of all: the engines may print, and only answers may reach standard output.
      let writer = try MessageWriter.takingStandardOutput()
      let requests = RequestReader()
      var desk = RequestDesk(writer: writer)
      while let line = requests.next() {
        desk.answer(line)
        // espeak-ng keeps state from text to text: the next request gets a new process.
        if desk.mustLeave { break }
      }
    } catch {
      FileHandle.standardError.write(Data("videocraft-speech: \(error.message)\n".utf8))
      exit(1)
    }
    exit(0)
  }
}
