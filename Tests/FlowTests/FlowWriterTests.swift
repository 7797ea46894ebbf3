import Foundation
import Synchronization
import Testing

@testable import Flow

@Suite("Writing to a descriptor", .serialized)
struct FlowWriterTests {
  @Test("what is written arrives, through however small a buffer", arguments: [false, true])
  func arrives(writesBehind: Bool) throws {
    let pipe = Pipe()
    var writer = FlowWriter(
      descriptor: pipe.fileHandleForWriting.fileDescriptor, bufferSize: 1, writesBehind: writesBehind)
    for event in Sample.events { try writer.write(event) }
    try writer.write(Sample.forwarded)
    try writer.finish()
    try pipe.fileHandleForWriting.close()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(text == printed(Sample.events + [FlowEvent(Sample.forwarded)], FlowPrintOptions()))
    let written = writer.bytesWritten
    #expect(written == text.utf8.count)
  }

  @Test("a reader that went away is no error, but is told")
  func brokenPipe() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = Pipe()
    var writer = FlowWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
    try writer.write(Sample.forwarded)
    try pipe.fileHandleForReading.close()
    let wasGone = writer.readerIsGone
    #expect(!wasGone)
    try writer.flush()
    let isGone = writer.readerIsGone
    #expect(isGone)
    try writer.write(Sample.forwarded)
    try writer.finish()
    let written = writer.bytesWritten
    #expect(written == 0)
  }

  @Test("a thread that writes behind keeps the order, and ends with what it was given")
  func order() throws {
    let pipe = Pipe()
    let expected = (0..<2000).map { number in
      var flow = Sample.forwarded
      flow.time = Int64(number) * 1_000_000
      return FlowEvent(flow)
    }
    let reading = pipe.fileHandleForReading
    let descriptor = pipe.fileHandleForWriting.fileDescriptor
    let text = Mutex(Data())
    let group = DispatchGroup()
    DispatchQueue.global().async(group: group) {
      let data = reading.readDataToEndOfFile()
      text.withLock { $0 = data }
    }
    var writer = FlowWriter(descriptor: descriptor, bufferSize: 4096, writesBehind: true)
    for event in expected { try writer.write(event) }
    try writer.finish()
    try pipe.fileHandleForWriting.close()
    group.wait()
    let written = writer.bytesWritten
    let found = text.withLock { String(decoding: $0, as: UTF8.self) }
    #expect(found == printed(expected, FlowPrintOptions()))
    #expect(written == found.utf8.count)
  }

  @Test("a thread that writes behind tells of a reader that went away, and of failures, in the end")
  func behind() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = Pipe()
    var writer = FlowWriter(
      descriptor: pipe.fileHandleForWriting.fileDescriptor, bufferSize: 1, writesBehind: true)
    try pipe.fileHandleForReading.close()
    for _ in 0..<100 { try writer.write(Sample.forwarded) }
    try writer.finish()
    let (isGone, written) = (writer.readerIsGone, writer.bytesWritten)
    #expect(isGone && written == 0)
    var bad = FlowWriter(descriptor: -1, bufferSize: 1, writesBehind: true)
    var failure: FlowWriter.Failure?
    do throws(FlowWriter.Failure) {
      try bad.write(Sample.forwarded)
      try bad.finish()
    } catch { failure = error }
    #expect(failure?.code == EBADF)
  }

  @Test("any other failure is an error with its cause")
  func failure() throws {
    var writer = FlowWriter(descriptor: -1)
    try writer.write(Sample.forwarded)
    var failure: FlowWriter.Failure?
    do throws(FlowWriter.Failure) { try writer.finish() } catch { failure = error }
    #expect(failure?.code == EBADF)
    #expect(FlowWriter.Failure(code: EBADF).description == "cannot write: Bad file descriptor")
  }

  @Test("a table is held back until the end")
  func table() throws {
    let pipe = Pipe()
    var writer = FlowWriter(
      descriptor: pipe.fileHandleForWriting.fileDescriptor, options: FlowPrintOptions(format: .table), bufferSize: 1)
    try writer.write(Sample.forwarded)
    try writer.flush()
    let early = writer.bytesWritten
    #expect(early == 0)
    try writer.finish()
    let late = writer.bytesWritten
    #expect(late > 0)
  }
}
