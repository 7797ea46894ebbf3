extension Settings {
  /// The names of the options that a field of `Settings` holds.
  public static let optionNames: [String] = SettingOption.all.keys.sorted()

  /// Sets the agent option `name`, as the `cilium-config` ConfigMap and `--set NAME=VALUE` do. An option without a field
  /// goes into `others`; an empty value leaves the default.
  ///
  /// Returns what the option takes when `value` is not that; the setting then keeps its value.
  @discardableResult
  public mutating func set(_ name: String, to value: String) -> String? {
    guard let option = SettingOption.all[name] else {
      others[name] = value
      return nil
    }
    if value.isEmpty && name != "policy-cidr-match-mode" { return nil }
    return option.apply(value, &self) ? nil : option.expected
  }
}
