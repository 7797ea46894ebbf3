/// Where requests name topics: the part of Kafka's message schemas that leads to them.
///
/// Fields after the last topic are left out. Names and versions are those of Kafka's protocol guide.
indirect enum KafkaSchema: Sendable {
  /// So many bytes, whatever they mean.
  case fixed(Int)
  /// A string, nullable or not, that names no topic.
  case string
  case bytes
  case topic
  /// An array of numbers of so many bytes, or of strings.
  case list(KafkaSchema)
  /// An array of structures, which end with tagged fields in flexible versions.
  case structures([KafkaSchema])
  /// A field that only some versions have.
  case versions(ClosedRange<Int16>, KafkaSchema)

  static func since(_ version: Int16, _ field: KafkaSchema) -> KafkaSchema { .versions(version...Int16.max, field) }
  static func until(_ version: Int16, _ field: KafkaSchema) -> KafkaSchema { .versions(0...version, field) }

  /// The first version with compact lengths and tagged fields (KIP-482), by API key; keys that never got one are absent.
  static let flexibleSince: [Int16: Int16] = [
    0: 9, 1: 12, 2: 6, 3: 9, 4: 4, 5: 2, 6: 6, 7: 3, 8: 8, 9: 6, 10: 3, 11: 6, 12: 4, 13: 4, 14: 4, 15: 5, 16: 3, 18: 3,
    19: 5, 20: 4, 21: 2, 22: 2, 23: 4, 24: 3, 25: 3, 26: 3, 27: 1, 28: 3, 29: 2, 30: 2, 31: 2, 32: 4, 33: 2, 34: 2,
    35: 2,
    36: 2, 37: 2, 38: 2, 39: 2, 40: 2, 41: 2, 42: 2, 43: 2, 44: 1, 45: 0, 46: 0, 48: 1, 49: 1, 50: 0, 51: 0,
  ]

  static func isFlexible(key: Int16, version: Int16) -> Bool {
    // Keys above those listed were all flexible from the start.
    guard let since = flexibleSince[key] else { return key > 51 }
    return version >= since
  }

  /// A topic by name up to a version, by id after it.
  private static func named(until version: Int16) -> [KafkaSchema] {
    [.until(version, .topic), .since(version + 1, .fixed(16))]
  }

  private static let replicaState: [KafkaSchema] = [
    .fixed(4), .fixed(4), .fixed(4), .fixed(4), .list(.fixed(4)), .fixed(4), .list(.fixed(4)),
  ]

  static let topics: [Int16: [KafkaSchema]] = [
    0: [
      .since(3, .string), .fixed(2), .fixed(4),
      .structures(named(until: 12) + [.structures([.fixed(4), .bytes])]),
    ],
    1: [
      .until(14, .fixed(4)), .fixed(4), .fixed(4), .since(3, .fixed(4)), .since(4, .fixed(1)), .since(7, .fixed(8)),
      .structures(
        named(until: 12) + [
          .structures([
            .fixed(4), .since(9, .fixed(4)), .fixed(8), .since(12, .fixed(4)), .since(5, .fixed(8)), .fixed(4),
          ])
        ]),
    ],
    2: [
      .fixed(4), .since(2, .fixed(1)),
      .structures([
        .topic, .structures([.fixed(4), .since(4, .fixed(4)), .fixed(8), .until(0, .fixed(4))]),
      ]),
    ],
    3: [.versions(0...8, .list(.topic)), .since(9, .structures([.since(10, .fixed(16)), .topic]))],
    4: [
      .fixed(4), .since(7, .fixed(1)), .fixed(4), .since(2, .fixed(8)), .since(5, .fixed(1)),
      .until(1, .structures([.topic] + replicaState + [.since(1, .fixed(1))])),
      .since(
        2,
        .structures([
          .topic, .since(5, .fixed(16)),
          .structures(
            replicaState + [
              .since(3, .list(.fixed(4))), .since(3, .list(.fixed(4))), .fixed(1), .since(6, .fixed(1)),
            ]),
        ])),
    ],
    5: [
      .fixed(4), .since(4, .fixed(1)), .fixed(4), .since(1, .fixed(8)), .until(2, .fixed(1)),
      .until(0, .structures([.topic, .fixed(4)])),
      .versions(1...2, .structures([.topic, .list(.fixed(4))])),
      .since(3, .structures([.topic, .structures([.fixed(4), .fixed(4), .fixed(1)])])),
    ],
    6: [
      .fixed(4), .since(8, .fixed(2)), .fixed(4), .since(5, .fixed(8)),
      .until(4, .structures([.topic] + replicaState + [.since(4, .list(.fixed(4)))])),
      .since(5, .structures([.topic, .since(7, .fixed(16)), .structures(replicaState + [.list(.fixed(4))])])),
    ],
    8: [
      .string, .since(1, .fixed(4)), .since(1, .string), .since(7, .string), .versions(2...4, .fixed(8)),
      .structures(
        named(until: 9) + [
          .structures([.fixed(4), .fixed(8), .since(6, .fixed(4)), .versions(1...1, .fixed(8)), .string])
        ]),
    ],
    9: [
      .until(7, .string), .until(7, .structures([.topic, .list(.fixed(4))])),
      .since(
        8,
        .structures([
          .string, .since(9, .string), .since(9, .fixed(4)),
          .structures(named(until: 9) + [.list(.fixed(4))]),
        ])),
    ],
    19: [
      .structures([
        .topic, .fixed(4), .fixed(2), .structures([.fixed(4), .list(.fixed(4))]), .structures([.string, .string]),
      ])
    ],
    20: [.until(5, .list(.topic)), .since(6, .structures([.topic, .fixed(16)]))],
    21: [.structures([.topic, .structures([.fixed(4), .fixed(8)])])],
    23: [
      .since(3, .fixed(4)), .structures([.topic, .structures([.fixed(4), .since(2, .fixed(4)), .fixed(4)])]),
    ],
    24: [
      .until(3, .string), .until(3, .fixed(10)), .until(3, .structures([.topic, .list(.fixed(4))])),
      .since(4, .structures([.string, .fixed(11), .structures([.topic, .list(.fixed(4))])])),
    ],
    27: [.structures([.fixed(11), .structures([.topic, .list(.fixed(4))]), .fixed(4)])],
    28: [
      .string, .string, .fixed(10), .since(3, .fixed(4)), .since(3, .string), .since(3, .string),
      .structures([.topic, .structures([.fixed(4), .fixed(8), .since(2, .fixed(4)), .string])]),
    ],
    34: [.structures([.string, .structures([.topic, .list(.fixed(4))])])],
    35: [.structures([.topic, .list(.fixed(4))])],
    37: [.structures([.topic, .fixed(4), .structures([.list(.fixed(4))])])],
  ]
}
