import Foundation
import Testing

@testable import Flow

@Suite("Writing to a descriptor", .serialized)
struct FlowWriterTests {
  @Test("what is written arrives, through however small a buffer")
  func arrives() throws {
    let pipe = Pipe()
    var writer = FlowWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor, bufferSize: 1)
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
