import Addresses
import Testing

@Suite struct IPAddressTests {
  @Test(
    "text survives reading and printing",
    arguments: [
      "0.0.0.0", "255.255.255.255", "10.1.2.3", "::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "fe80::1:0:0:1",
      "::ffff:10.0.0.1", "1::", "1:0:0:2::3", "0:1:2:3:4:5:6:7",
    ])
  func roundTrip(_ text: String) throws {
    #expect(try #require(IPAddress(text)).description == text)
  }

  @Test("long forms print as RFC 5952 recommends")
  func canonical() throws {
    #expect(IPAddress("2001:0DB8:0:0:0:0:0:1")?.description == "2001:db8::1")
    #expect(IPAddress("fd00:0::a")?.description == "fd00::a")
    #expect(IPAddress("::1.2.3.4")?.description == "::102:304")
    #expect(IPAddress("1:0:0:0:0:0:0:0")?.description == "1::")
  }

  @Test(
    "what is no address is refused",
    arguments: [
      "", "1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4 ", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9", "12345::", "g::", "fe80::1%eth0", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", "1:", ":1",
    ])
  func refused(_ text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test("prefixes are masked and contain what they should")
  func prefixes() throws {
    let ten = try #require(IPPrefix("10.1.2.3/8"))
    #expect(ten.description == "10.0.0.0/8")
    #expect(ten.contains(try #require(IPAddress("10.255.0.1"))))
    #expect(!ten.contains(try #require(IPAddress("11.0.0.0"))))
    #expect(!ten.contains(try #require(IPAddress("::a00:1"))))
    let wide = try #require(IPPrefix("2001:db8::/32"))
    #expect(wide.contains(try #require(IPPrefix("2001:db8:1::/48"))))
    #expect(!wide.contains(try #require(IPPrefix("2001::/16"))))
    #expect(try #require(IPPrefix("::/0")).contains(try #require(IPAddress("ffff::1"))))
    for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "::/129", "10.0.0.0/-1", "x/8"] {
      #expect(IPPrefix(text) == nil)
    }
  }
}
