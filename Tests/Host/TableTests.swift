import Testing

@testable import videocraft

@Suite("Tables and ages", .timeLimit(.minutes(5)))
struct TableTests {
  @Test("columns are as wide as they need to be, numbers stand right, lines have no blank ends")
  func table() {
    var table = Table("RUN", ">TIME", "TASKS")
    table.add("a", "1.20 s", "3")
    table.add("longer", "", "")
    #expect(
      table.text(indent: 1) == """
         RUN       TIME  TASKS
         a       1.20 s  3
         longer

        """)
  }

  @Test(
    "ages are in the largest unit that fits",
    arguments: [
      (0, "just now"), (59_000, "59 s ago"), (60_000, "1 min ago"), (3_599_000, "59 min ago"),
      (7_200_000, "2 h ago"), (86_400_000, "1 day ago"), (864_000_000, "10 days ago"),
      (-5000, "just now"),
    ])
  func ages(milliseconds: Int, text: String) {
    #expect(Amount.age(1_000_000_000_000 - milliseconds, now: 1_000_000_000_000) == text)
  }

  @Test("moments are written in UTC")
  func dates() {
    #expect(Amount.date(1_795_193_112_345) == "2026-11-20 16:45:12 UTC")
    #expect(Amount.time(1_795_193_112_345) == "16:45:12.345")
  }
}
