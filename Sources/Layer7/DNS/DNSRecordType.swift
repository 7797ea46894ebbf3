/// Types of questions and records (IANA, DNS parameters).
public enum DNSRecordType {
  public static let a: UInt16 = 1
  public static let nameServer: UInt16 = 2
  public static let canonicalName: UInt16 = 5
  public static let pointer: UInt16 = 12
  public static let mailExchange: UInt16 = 15
  public static let text: UInt16 = 16
  public static let aaaa: UInt16 = 28
  public static let service: UInt16 = 33
  public static let delegationName: UInt16 = 39
  /// EDNS's pseudo-record (RFC 6891).
  public static let option: UInt16 = 41

  /// The mnemonic; nil for a type that is printed as a number.
  public static func name(_ type: UInt16) -> String? { names[type] }

  private static let names: [UInt16: String] = [
    1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 10: "NULL", 12: "PTR", 13: "HINFO", 15: "MX", 16: "TXT", 28: "AAAA",
    29: "LOC", 33: "SRV", 35: "NAPTR", 39: "DNAME", 41: "OPT", 43: "DS", 44: "SSHFP", 46: "RRSIG", 47: "NSEC",
    48: "DNSKEY", 50: "NSEC3", 52: "TLSA", 64: "SVCB", 65: "HTTPS", 99: "SPF", 250: "TSIG", 251: "IXFR", 252: "AXFR",
    255: "ANY", 257: "CAA",
  ]
}
