/// The schema of CiliumCIDRGroup.
enum CIDRGroupSchema {
  static let object = MetadataSchema.kind(
    ["spec": .object(["externalCIDRs": .list(of: .string(format: .cidr))], required: ["externalCIDRs"])],
    required: ["spec"])
}
