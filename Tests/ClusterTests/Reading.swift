import Addresses
import Foundation
import Manifest

@testable import Cluster

/// What one text gives.
func inventory(_ text: String, overrides: [(name: String, value: String)] = []) -> Inventory {
  var reader = ClusterReader(overrides: overrides)
  reader.read(text: text, file: "a.yaml")
  return reader.inventory()
}

func addresses(_ texts: String...) -> [IPAddress] { texts.compactMap { IPAddress($0) } }
