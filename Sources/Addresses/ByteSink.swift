/// Takes text byte by byte: an array, or an output buffer.
public protocol ByteSink: ~Copyable {
  mutating func append(_ byte: UInt8)
}

extension [UInt8]: ByteSink {}
