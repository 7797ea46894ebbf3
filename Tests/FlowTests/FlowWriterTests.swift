import Foundation
import Testing

@testable import Flow

@Suite("Writing to a descriptor", .serialized)
struct FlowWriterTests {
  @Test("what is written arrives, through however small a buffer")
  func arrives() throws {
    let pipe = Pipe()
    let writer = FlowWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor, bufferSize: 1)
    for event in Sample.events { try writer.write(event) }
    try writer.write(Sample.forwarded)
    try writer.finish()
    try pipe.fileHandleForWriting.close()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(text == printed(Sample.events + [FlowEvent(Sample.forwarded)], FlowPrintOptions()))
    #expect(writer.bytesWritten == text.utf8.count)
  }

  @Test("a reader that went away is no error, but is told")
  func brokenPipe() throws {
    signal(SIGPIPE, SIG_IGN)
    let pipe = Pipe()
    let writer = FlowWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
    try writer.write(Sample.forwarded)
    try pipe.fileHandleForReading.close()
    #expect(!writer.readerIsGone)
    try writer.flush()
    #expect(writer.readerIsGone)
    try writer.write(Sample.forwarded)
    try writer.finish()
    #expect(writer.bytesWritten == 0)
  }

  @Test("any other failure is an error with its cause")
  func failure() throws {
    let writer = FlowWriter(descriptor: -1)
    try writer.write(Sample.forwarded)
    #expect(throws: FlowWriter.Failure.self) { try writer.finish() }
    #expect(FlowWriter.Failure(code: EBADF).description == "cannot write: Bad file descriptor")
  }

  @Test("a table is held back until the end")
  func table() throws {
    let pipe = Pipe()
    let writer = FlowWriter(
      descriptor: pipe.fileHandleForWriting.fileDescriptor, options: FlowPrintOptions(format: .table), bufferSize: 1)
    try writer.write(Sample.forwarded)
    try writer.flush()
    #expect(writer.bytesWritten == 0)
    try writer.finish()
    #expect(writer.bytesWritten > 0)
  }
}
